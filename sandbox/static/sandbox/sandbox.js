/* Keeps the pages fresh without reloading them; everything works without this file, too. */
"use strict";

const EVERY_MS = 2000;

function ago(then, now) {
  const minutes = Math.floor((now - then) / 60000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return then.toLocaleDateString(undefined, { day: "numeric", month: "short" });
}

function tellTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    time.textContent = ago(new Date(time.dateTime), new Date());
  }
}

/* Ask for the same page again, with the words that are being searched for, and swap in the parts that live. */
const served = new Map();
async function refresh() {
  const search = document.querySelector("form[data-search]");
  const data = search ? new FormData(search) : null;
  const asking = data && data.get("q").trim();
  const answer = await fetch(location.href, asking ? { method: "POST", body: data } : {});
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || part.contains(document.activeElement) && part.id === "thread") continue;
    if (served.get(part.id) === fresh.innerHTML) continue;
    served.set(part.id, fresh.innerHTML);
    const held = document.activeElement && part.contains(document.activeElement) ? document.activeElement.href : null;
    part.replaceChildren(...fresh.childNodes);
    if (held) [...part.querySelectorAll("a")].find((link) => link.href === held)?.focus();
  }
  tellTimes();
}

async function keepFresh() {
  if (!document.hidden) {
    try {
      await refresh();
    } catch {
      /* the server is away for a moment: ask again next time */
    }
  }
  setTimeout(keepFresh, EVERY_MS);
}

function typing(box) {
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.form.requestSubmit();
    }
  });
  grow();
  if (matchMedia("(min-width: 50rem)").matches) box.focus({ preventScroll: true });
}

tellTimes();
document.querySelectorAll("textarea[data-grow]").forEach(typing);
if (document.querySelector("[data-live]")) {
  let waiting;
  document.querySelector("form[data-search] input[type=search]")?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 250);
  });
  setTimeout(keepFresh, EVERY_MS);
}
