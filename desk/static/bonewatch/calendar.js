// Dragging a visit to another day, by mouse, pen or finger. A drop changes nothing: it opens the page that says what
// would follow. A finger has to rest for a moment first, so that the page can still be scrolled.
(() => {
  "use strict";
  const calendar = document.querySelector("[data-calendar][data-move]");
  if (!calendar) return;
  const REST_MS = 350;
  const SLIP_PX = 6;
  let held = null;

  function cellAt(x, y) {
    const under = document.elementFromPoint(x, y);
    return under ? under.closest("[data-day]") : null;
  }

  function mark(cell) {
    for (const each of calendar.querySelectorAll(".bw-cal-target")) each.classList.remove("bw-cal-target");
    if (cell) cell.classList.add("bw-cal-target");
  }

  function lift() {
    held.lifted = true;
    held.visit.classList.add("bw-cal-dragged");
    held.visit.setPointerCapture(held.pointer);
  }

  function release() {
    if (!held) return;
    clearTimeout(held.rest);
    held.visit.classList.remove("bw-cal-dragged");
    mark(null);
    held = null;
  }

  calendar.addEventListener("pointerdown", (event) => {
    const visit = event.target.closest("[data-visit]");
    if (!visit || event.button !== 0) return;
    held = { visit, pointer: event.pointerId, x: event.clientX, y: event.clientY, lifted: false };
    if (event.pointerType === "touch") held.rest = setTimeout(lift, REST_MS);
  });
  calendar.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const slipped = Math.hypot(event.clientX - held.x, event.clientY - held.y) > SLIP_PX;
    if (!held.lifted && slipped) {
      if (event.pointerType === "touch") return release();
      lift();
    }
    if (held && held.lifted) mark(cellAt(event.clientX, event.clientY));
  });
  calendar.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { visit, lifted } = held;
    const cell = lifted ? cellAt(event.clientX, event.clientY) : null;
    const from = visit.closest("[data-day]");
    release();
    if (!lifted) return;
    // The click that follows a drop is not meant for the link.
    window.addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
    if (!cell || cell === from) return;
    const asked = new URLSearchParams({ to: cell.dataset.day, next: calendar.dataset.back });
    location.assign(`${calendar.dataset.move}${visit.dataset.visit}/?${asked}`);
  });
  calendar.addEventListener("pointercancel", release);
  calendar.addEventListener("touchmove", (event) => { if (held && held.lifted) event.preventDefault(); }, { passive: false });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") release(); });
})();
