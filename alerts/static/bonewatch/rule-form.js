// Counts each instruction as the carrier will: in GSM-7, with the clinic's line filled in.
(() => {
  "use strict";
  const MOST = 160;
  const gsm7 = JSON.parse(document.getElementById("gsm7").textContent);
  const basic = new Set(gsm7.basic);
  const double = new Set(gsm7.double);

  function folded(character) {
    if (basic.has(character)) return character;
    if (character in gsm7.like) return gsm7.like[character];
    const base = character.normalize("NFKD").replace(/\p{Mn}/gu, "");
    return base && [...base].every((each) => basic.has(each)) ? base : character;
  }

  function weigh(text, line) {
    const filled = text.trim().replaceAll("\r\n", "\n").replaceAll("{line}", line).normalize("NFC");
    const sent = [...filled].map(folded).join("");
    const strange = [...new Set([...sent].filter((each) => !basic.has(each)))];
    const weight = [...sent].reduce((sum, each) => sum + (double.has(each) ? 2 : 1), 0);
    return { weight, strange };
  }

  for (const box of document.querySelectorAll("textarea[data-count]")) {
    const count = document.createElement("p");
    count.className = "bw-count bw-soft";
    count.setAttribute("role", "status");
    box.after(count);
    const tell = () => {
      const { weight, strange } = weigh(box.value, box.dataset.count);
      count.textContent = strange.length
        ? `${strange.join(" ")} cannot be sent in GSM-7`
        : `${weight} of ${MOST} characters`;
      count.classList.toggle("bw-late", strange.length > 0 || weight > MOST);
    };
    box.addEventListener("input", tell);
    tell();
  }
})();
