// Counts each instruction as the carrier will: in GSM-7, with the clinic's line filled in.
(() => {
  "use strict";
  const MOST = 160;

  for (const box of document.querySelectorAll("textarea[data-count]")) {
    const count = document.createElement("p");
    count.className = "bw-count bw-soft";
    count.setAttribute("role", "status");
    box.after(count);
    const tell = () => {
      const { weight, strange } = globalThis.bonewatchGsm7.weigh(box.value.replaceAll("{line}", box.dataset.count));
      count.textContent = strange.length
        ? `${strange.join(" ")} cannot be sent in GSM-7`
        : `${weight} of ${MOST} characters`;
      count.classList.toggle("bw-late", strange.length > 0 || weight > MOST);
    };
    box.addEventListener("input", tell);
    tell();
  }
})();
