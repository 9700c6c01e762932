// The board's clocks run, and the board asks for itself again. It is replaced only when it has something new to
// say, so that nothing moves under a finger or a keyboard, and what was typed or opened in it stays. A board that gets
// no answer says so. A new red flag that nobody has rings until somebody looks, and so does what is gravely wrong with
// the service, where sound was allowed once on this machine: a browser is mute until it is touched.
(() => {
  "use strict";
  const STALE_AFTER = 12000;
  const PATIENCE = 8000; // with one answer
  const KEPT = "bonewatch.board.sound";
  const board = document.getElementById("board");
  const button = document.getElementById("board-sound");
  const title = document.title;
  let fresh = Date.now();
  let old = false;
  let ahead = 0; // how far the clinic's server is ahead of this machine's clock
  let asking;
  let alarms = 0; // grave ones that are open
  let shown = 0; // of them, those that the page's own banner tells of
  let rings = new Set(); // red flags that page and that nobody has
  let looked = new Set(); // of them, those at which somebody has looked
  let sound; // an AudioContext, once somebody has switched it on
  let loud = false;

  const two = (number) => String(number).padStart(2, "0");

  function running(milliseconds) {
    const all = Math.max(0, Math.floor(milliseconds / 1000));
    const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  }

  function setClock(told) {
    const server = Date.parse(told);
    if (!Number.isNaN(server)) ahead = server - Date.now();
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
    old = now - fresh > STALE_AFTER;
    if (old) document.getElementById("board-since").textContent = new Date(fresh).toLocaleTimeString();
    document.getElementById("board-stale").hidden = !old;
    board.classList.toggle("bw-stale", old);
    tellTitle();
  }

  function unseen() {
    return [...rings].filter((flag) => !looked.has(flag));
  }

  function tellTitle() {
    const open = Number(board.querySelector("[data-open]")?.dataset.open || 0);
    let told = open ? `(${open}) ${title}` : title;
    if (rings.size && board.dataset.red) told = `(${rings.size}) ${board.dataset.red} – ${title}`;
    told = old ? `(!) ${told}` : told;
    if (document.title !== told) document.title = told;
    tellIcon(rings.size > 0 || old);
  }

  // The tab's own picture turns into a red disc while a red flag waits.
  function tellIcon(red) {
    let icon = document.getElementById("board-icon");
    if (red === Boolean(icon)) return;
    if (icon) {
      icon.remove();
      return;
    }
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 32;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#dc2626";
    pen.arc(16, 16, 15, 0, 7);
    pen.fill();
    icon = document.createElement("link");
    Object.assign(icon, { id: "board-icon", rel: "icon", href: canvas.toDataURL("image/png") });
    document.head.append(icon);
  }

  function hear(coming) {
    alarms = Number(coming?.dataset.alarms || 0);
    rings = new Set((coming?.dataset.rings || "").split(" ").filter(Boolean));
    looked = new Set([...looked].filter((flag) => rings.has(flag))); // one that comes back rings again
    tellNew();
    const banner = document.getElementById("board-alarm");
    if (banner) banner.hidden = alarms <= shown;
  }

  function tellNew() {
    const waits = unseen().length;
    const banner = document.getElementById("board-new");
    if (banner) banner.hidden = !waits;
    board.dataset.unseen = String(waits);
  }

  function look() {
    if (!unseen().length) return;
    looked = new Set(rings);
    tellNew();
  }

  function ring() {
    if (!loud || sound.state !== "running" || !(alarms || unseen().length)) return;
    [880, 660].forEach((pitch, number) => {
      const [tone, volume, from] = [sound.createOscillator(), sound.createGain(), sound.currentTime + number * 0.35];
      tone.frequency.value = pitch;
      volume.gain.value = 0.3;
      tone.connect(volume).connect(sound.destination);
      tone.start(from);
      tone.stop(from + 0.3);
    });
  }

  function tellSound() {
    const waits = loud && sound.state !== "running";
    button.setAttribute("aria-pressed", String(loud));
    button.classList.toggle("bw-late", waits);
    button.textContent = waits ? button.dataset.waits : loud ? button.dataset.on : button.dataset.off;
  }

  function makeSound() {
    sound = new AudioContext();
    sound.addEventListener("statechange", () => { tellSound(); ring(); });
  }

  function switchSound() {
    if (!sound) makeSound();
    // Where it is on and only waits for a touch, this was the touch.
    loud = loud && sound.state !== "running" ? true : !loud;
    localStorage.setItem(KEPT, loud ? "on" : "");
    // Not waited for: without a loudspeaker it never comes back.
    if (loud) sound.resume();
    tellSound();
    ring();
  }

  function touched(event) {
    look();
    if (loud && sound.state !== "running" && !button.contains(event.target)) sound.resume();
  }

  // What is open, typed and in focus inside the board goes over into the new one.
  function replace(present, coming) {
    const focused = board.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...present.querySelectorAll("details[open][id]")].map((one) => one.id);
    const typed = [...present.querySelectorAll("textarea[id]")].map((one) => [one.id, one.value]);
    present.replaceWith(coming);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const [id, text] of typed) {
      const box = document.getElementById(id);
      if (box && text) box.value = text;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  function show(html) {
    const page = document.createElement("template");
    page.innerHTML = html;
    const coming = page.content.querySelector("[data-signature]");
    const present = board.querySelector("[data-signature]");
    if (!coming) return false;
    setClock(coming.dataset.now);
    hear(coming);
    if (coming.dataset.signature !== present.dataset.signature) {
      replace(present, coming);
      tick();
    }
    ring();
    return true;
  }

  function address() {
    if (!("brief" in board.dataset)) return board.dataset.live;
    return `${board.dataset.live}&seen=${board.querySelector("[data-signature]").dataset.signature}`;
  }

  async function ask() {
    clearTimeout(asking);
    // What rings goes on asking behind other pages, too.
    if (!document.hidden || "always" in board.dataset) {
      try {
        const how = { credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(PATIENCE) };
        const answer = await fetch(address(), how);
        if (answer.status === 204) {
          setClock(answer.headers.get("X-Board-Now"));
          fresh = Date.now();
        } else if (answer.ok && show(await answer.text())) {
          fresh = Date.now();
        }
      } catch {
        // The board grows old, and says so.
      }
      tellAge(Date.now());
    }
    asking = setTimeout(ask, Number(board.dataset.every) * 1000);
  }

  // The inbox and the story of one red flag live as the board does, and are silent.
  function prepareSound() {
    if (!button || !window.AudioContext) return;
    button.hidden = false;
    button.addEventListener("click", switchSound);
    if (localStorage.getItem(KEPT)) {
      loud = true;
      makeSound();
      tellSound();
    }
    setInterval(ring, 5000);
  }

  setClock(document.querySelector("[data-now]")?.dataset.now);
  if (board) {
    const first = board.querySelector("[data-signature]");
    shown = Number(first?.dataset.alarms || 0);
    hear(first);
    if (!document.hidden) look(); // whoever opens the page sees what stands on it
    prepareSound();
    document.addEventListener("click", touched);
    document.addEventListener("keydown", touched);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      look();
      ask();
    });
    asking = setTimeout(ask, Number(board.dataset.every) * 1000);
  }
  tick();
  setInterval(tick, 1000);
})();
