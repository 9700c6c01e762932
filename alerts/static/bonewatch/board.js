// The board's clocks run, and the board asks for itself again. It is replaced only when it has something new to
// say, so that nothing moves under a finger or a keyboard; a board that has grown old says so. While something grave is
// wrong with the service it sounds, where somebody has allowed that: a browser is mute until it is touched.
(() => {
  "use strict";
  const STALE_AFTER = 20000;
  const board = document.getElementById("board");
  const title = document.title;
  let fresh = Date.now();
  let ahead = 0; // how far the clinic's server is ahead of this machine's clock
  let asking;
  let alarms = 0; // grave ones that are open
  let shown = 0; // of them, those that the page's own banner tells of
  let sound; // an AudioContext, once somebody has switched it on
  let loud = false;

  const two = (number) => String(number).padStart(2, "0");

  function running(milliseconds) {
    const all = Math.max(0, Math.floor(milliseconds / 1000));
    const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  }

  function setClock() {
    const told = document.querySelector("[data-now]");
    if (told) ahead = Date.parse(told.dataset.now) - Date.now();
  }

  function tick() {
    const now = Date.now() + ahead;
    for (const clock of document.querySelectorAll("time[data-since]")) {
      clock.textContent = running(now - Date.parse(clock.dataset.since));
    }
    for (const clock of document.querySelectorAll("time[data-until]")) {
      clock.textContent = running(Date.parse(clock.dataset.until) - now);
    }
    if (board) tellAge(Date.now());
  }

  function tellAge(now) {
    const stale = document.getElementById("board-stale");
    const old = now - fresh > STALE_AFTER;
    if (old) document.getElementById("board-since").textContent = new Date(fresh).toLocaleTimeString();
    stale.hidden = !old;
  }

  function tellTitle() {
    const open = Number(board.querySelector("[data-open]")?.dataset.open || 0);
    document.title = open ? `(${open}) ${title}` : title;
  }

  function hearAlarms(coming) {
    alarms = Number(coming?.dataset.alarms || 0);
    const banner = document.getElementById("board-alarm");
    if (banner) banner.hidden = alarms <= shown;
  }

  function ring() {
    if (!alarms || !loud) return;
    [880, 660].forEach((pitch, number) => {
      const [tone, volume, from] = [sound.createOscillator(), sound.createGain(), sound.currentTime + number * 0.35];
      tone.frequency.value = pitch;
      volume.gain.value = 0.3;
      tone.connect(volume).connect(sound.destination);
      tone.start(from);
      tone.stop(from + 0.3);
    });
  }

  function switchSound(button) {
    sound ??= new AudioContext();
    loud = !loud;
    // Not waited for: without a loudspeaker it never comes back.
    if (loud) sound.resume();
    button.setAttribute("aria-pressed", String(loud));
    button.textContent = loud ? "Sound is on: it rings while something grave is wrong" : "Sound is off: switch it on";
    ring();
  }

  function show(html) {
    const page = document.createElement("template");
    page.innerHTML = html;
    const coming = page.content.querySelector("[data-signature]");
    const present = board.querySelector("[data-signature]");
    if (!coming) return false;
    ahead = Date.parse(coming.dataset.now) - Date.now();
    hearAlarms(coming);
    if (coming.dataset.signature !== present.dataset.signature) {
      const focused = board.contains(document.activeElement) ? document.activeElement.id : "";
      present.replaceWith(coming);
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      tellTitle();
      tick();
    }
    return true;
  }

  async function ask() {
    clearTimeout(asking);
    if (!document.hidden || loud) {
      try {
        const answer = await fetch(board.dataset.live, { credentials: "same-origin", redirect: "error" });
        if (answer.ok && show(await answer.text())) fresh = Date.now();
      } catch {
        // The board grows old, and says so.
      }
    }
    asking = setTimeout(ask, Number(board.dataset.every) * 1000);
  }

  setClock();
  tick();
  setInterval(tick, 1000);
  if (board) {
    tellTitle();
    shown = Number(board.querySelector("[data-alarms]")?.dataset.alarms || 0);
    hearAlarms(board.querySelector("[data-alarms]"));
    setInterval(ring, 5000);
    const button = document.getElementById("board-sound");
    // The inbox lives as the board does, and is silent.
    if (button) {
      button.hidden = !window.AudioContext;
      button.addEventListener("click", () => switchSound(button));
    }
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
    asking = setTimeout(ask, Number(board.dataset.every) * 1000);
  }
})();
