// The form of a schedule: what is typed is sent, a moment later, to be shown as visits and messages; what the catalogue
// says of the chosen treatment fills the fields that are empty, or that an earlier choice had filled.
(() => {
  "use strict";
  const SIGNS = ["input", "change", "click", "keyup", "focusin", "focusout"];

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("bw-course");
    const form = document.getElementById("schedule_form");
    const said = document.getElementById("bw-course-said");
    if (!box || !form || !window.htmx) return;
    let last = "";
    let filledFor = "";
    const filled = {};

    const look = () => {
      const typed = new FormData(form);
      typed.delete("csrfmiddlewaretoken");
      const now = new URLSearchParams(typed).toString();
      if (now === last) return;
      last = now;
      window.htmx.trigger(box, "typed");
    };
    const fill = (part) => {
      const treatment = part.dataset.treatment || "";
      if (!treatment || treatment === filledFor) return;
      filledFor = treatment;
      for (const name of ["interval_days", "number_of_visits"]) {
        const field = form.elements[name];
        if (!field || (field.value && field.value !== filled[name])) continue;
        filled[name] = part.getAttribute(`data-fill-${name}`) || "";
        field.value = filled[name];
      }
      look();
    };

    // Return in a field saves: the button that fills in stands first in the form, and is asked for by a click alone.
    const button = document.querySelector(".bw-course-fill");
    if (button) {
      button.type = "button";
      button.addEventListener("click", () => { last = ""; filledFor = ""; look(); });
    }
    // Boxes with a search, and calendars, set values without an event of the browser's own.
    for (const sign of SIGNS) document.addEventListener(sign, () => setTimeout(look), { passive: true });
    if (window.django && window.django.jQuery) window.django.jQuery(form).on("change", () => setTimeout(look));
    box.addEventListener("htmx:afterSwap", () => {
      const part = box.querySelector("[data-course]");
      if (!part) return;
      said.textContent = part.dataset.summary || "";
      fill(part);
    });
    look();
  });
})();
