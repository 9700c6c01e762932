// Counts an answer as the carrier will while it is written, shows what of it changes on the way, and puts ready-made
// answers into the box without losing what was typed.
(() => {
  "use strict";
  const box = document.querySelector("textarea[data-parts]");
  if (!box) return;
  const count = document.createElement("p");
  count.className = "bw-count bw-soft";
  count.setAttribute("role", "status");
  const sent = document.createElement("p");
  sent.className = "bw-count bw-soft bw-verbatim";
  box.after(count, sent);
  let last = box.value;

  function tell() {
    const said = globalThis.bonewatchGsm7.weigh(box.value);
    const parts = said.parts === 1 ? "1 text" : `${said.parts} texts`;
    count.textContent = said.strange.length
      ? `${parts}: ${said.strange.join(" ")} makes each hold 70 characters instead of 160`
      : `${parts}, ${said.weight} characters`;
    count.classList.toggle("bw-late", said.parts > 2 || said.strange.length > 0);
    sent.textContent = said.sent === said.given ? "" : `Sent as: ${said.sent}`;
  }

  for (const ready of document.querySelectorAll("button[data-words]")) {
    ready.hidden = false;
    ready.addEventListener("click", () => {
      const typed = box.value.trim() && box.value !== last ? `${box.value.trimEnd()}\n` : "";
      box.value = typed + ready.dataset.words;
      last = typed ? "" : box.value;
      tell();
      box.focus();
    });
  }
  box.addEventListener("input", tell);
  tell();
})();
