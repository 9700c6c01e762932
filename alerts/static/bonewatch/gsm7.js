// What a text weighs as the carrier will count it: look-alikes folded into GSM-7, what cannot be folded named, and how
// many parts it takes. The alphabet stands in the page as JSON (messaging/domain/gsm7.py); the rules are those of
// messaging/domain/wording.py.
globalThis.bonewatchGsm7 = (() => {
  "use strict";
  const gsm7 = JSON.parse(document.getElementById("gsm7").textContent);
  const basic = new Set(gsm7.basic);
  const double = new Set(gsm7.double);

  function folded(character) {
    if (basic.has(character)) return character;
    if (character in gsm7.like) return gsm7.like[character];
    const base = character.normalize("NFKD").replace(/\p{Mn}/gu, "");
    return base && [...base].every((each) => basic.has(each)) ? base : character;
  }

  function parts(widths, single, part) {
    const all = widths.reduce((sum, each) => sum + each, 0);
    if (all <= single) return all ? 1 : 0;
    let [count, room] = [1, part];
    for (const width of widths) {
      // A pair is never split across two parts.
      if (width > room) [count, room] = [count + 1, part];
      room -= width;
    }
    return count;
  }

  // `text` as it leaves, the characters that keep it out of GSM-7, its weight, and its parts.
  function weigh(text) {
    const given = text.trim().replaceAll("\r\n", "\n").normalize("NFC");
    const folding = [...given].map(folded).join("");
    const strange = [...new Set([...folding].filter((each) => !basic.has(each)))];
    const weight = [...folding].reduce((sum, each) => sum + (double.has(each) ? 2 : 1), 0);
    // Where one character forces the dearer alphabet anyway, nothing is folded.
    const sent = strange.length ? given : folding;
    const widths = [...sent].map((each) => (strange.length ? each.length : double.has(each) ? 2 : 1));
    return { sent, given, strange, weight, parts: strange.length ? parts(widths, 70, 67) : parts(widths, 160, 153) };
  }

  return { weigh };
})();
