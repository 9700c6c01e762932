// The preview follows the form: whatever is chosen is drawn before anything is changed.
(() => {
  "use strict";
  const form = document.getElementById("rota-form");
  const preview = document.getElementById("rota-preview");
  if (!form || !preview) return;
  document.querySelector(".bw-preview-button").hidden = true;
  let asked = 0;

  async function look() {
    const mine = ++asked;
    const data = new FormData(form);
    data.set("preview", "1");
    try {
      const answer = await fetch(location.href, {
        method: "POST",
        body: data,
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.ok && mine === asked) preview.innerHTML = await answer.text();
    } catch {
      // Without the preview the form still says what it will do once it is sent.
    }
  }

  // A choice made before this script arrived, or brought back by the browser, fired no event that we could hear.
  function chosenAlready() {
    return [...form.elements].some((field) =>
      field.options
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.defaultValue !== undefined && field.value !== field.defaultValue,
    );
  }

  if (chosenAlready()) look();
  form.addEventListener("change", look);
  form.addEventListener("focusout", (event) => {
    if (event.target.matches("input")) look();
  });
})();
