// While somebody writes: asks what the linter says and shows it beside each text; puts a blank where the caret is.
(() => {
  "use strict";
  const form = document.getElementById("words-form");
  if (!form) return;
  const PATIENCE = 300;
  let waiting = 0;
  let asked = 0;
  let last = form.querySelector("textarea");

  function line(finding) {
    const item = document.createElement("li");
    item.className = finding.refuses ? "bw-refuses" : "";
    item.textContent = finding.suggestion
      ? `${finding.words} Write “${finding.suggestion}” instead.`
      : finding.words;
    return item;
  }

  function show(answer) {
    for (const [key, box] of Object.entries(answer)) {
      const list = document.getElementById(`findings-${key}`);
      const weight = document.getElementById(`weight-${key}`);
      if (list) list.replaceChildren(...box.findings.map(line));
      if (weight) weight.textContent = box.weight;
    }
    form.dataset.checked = String(asked);
  }

  async function ask() {
    const mine = (asked += 1);
    try {
      const response = await fetch(form.dataset.findings, { method: "POST", body: new FormData(form) });
      const answer = response.ok ? await response.json() : null;
      // A slow answer to older words says nothing about these.
      if (answer && mine === asked) show(answer);
    } catch {
      // What stands there was true when the page came; saving says it anew.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PATIENCE);
  });
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input[name^='subject-']")) last = event.target;
  });
  // What was typed before this script arrived, or brought back by the browser, fired no event that we could hear.
  if ([...form.elements].some((field) => field.type !== "hidden" && field.defaultValue !== undefined && field.value !== field.defaultValue)) ask();
  for (const button of document.querySelectorAll("button[data-blank]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (!last) return;
      last.setRangeText(button.dataset.blank, last.selectionStart, last.selectionEnd, "end");
      last.focus();
      last.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
})();
