// Says when the session is about to end, keeps it alive while somebody types, and leads back here after it has ended.
(() => {
  "use strict";

  const WARN = 5 * 60 * 1000;
  const TELL_SERVER_EVERY = 4 * 60 * 1000;

  const begin = (box) => {
    let end = 0;
    let whole = 0;
    let told = Date.now();
    let lively = 0;
    let asking = false;
    let over = false;

    const learn = (left, wholeLeft) => {
      end = Date.now() + left * 1000;
      whole = Date.now() + wholeLeft * 1000;
    };
    const show = (what) => {
      box.hidden = !what;
      for (const part of box.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== what;
    };
    const finish = () => {
      over = true;
      const here = location.pathname + location.search + location.hash;
      box.querySelector("[data-again]").href = `${box.dataset.signIn}?next=${encodeURIComponent(here)}`;
      show("over");
    };
    const token = () => {
      const field = document.querySelector("[name=csrfmiddlewaretoken]");
      return field ? field.value : "";
    };
    const ask = async (method) => {
      if (asking || over) return;
      asking = true;
      try {
        const answer = await fetch(box.dataset.address, {
          method,
          headers: { "X-CSRFToken": token(), "X-Requested-With": "XMLHttpRequest" },
        });
        if (answer.status === 401 || answer.redirected) finish();
        else if (answer.ok) {
          const said = await answer.json();
          learn(said.left, said.whatever_happens);
          if (method === "POST") told = Date.now();
        }
      } catch {
        // No network: the next tick asks again.
      } finally {
        asking = false;
      }
    };
    const tick = async () => {
      if (over) return;
      let left = end - Date.now();
      if (left > WARN) return show("");
      // Another window may have been in use meanwhile.
      if (box.hidden || left <= 0) {
        await ask(Date.now() - lively < WARN ? "POST" : "GET");
        left = end - Date.now();
      }
      if (over || left > WARN) return over || show("");
      show(whole - end < 1000 ? "last" : "soon");
      const seconds = Math.max(Math.ceil(left / 1000), 0);
      const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      for (const place of box.querySelectorAll("[data-clock]")) place.textContent = clock;
    };
    const live = () => {
      lively = Date.now();
      if (lively - told > TELL_SERVER_EVERY) ask("POST");
    };

    learn(Number(box.dataset.left), Number(box.dataset.whole));
    for (const sign of ["input", "keydown", "pointerdown"]) document.addEventListener(sign, live, { passive: true });
    document.addEventListener("htmx:responseError", (event) => {
      if (event.detail.xhr && event.detail.xhr.status === 401) finish();
    });
    box.querySelector("[data-stay]").addEventListener("click", () => ask("POST").then(tick));
    setInterval(tick, 1000);
    tick();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("bw-session");
    if (box) begin(box);
  });
})();
