// Search boxes that fetch as one types (pickers, the command box) post their words: no address is to hold a name.
(() => {
  "use strict";

  const token = () => {
    const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : field ? field.value : "";
  };
  const isSearch = (address) => /\/admin\/(autocomplete|search)\/(\?|$)/.test(address || "");

  document.addEventListener("DOMContentLoaded", () => {
    const jquery = window.django && window.django.jQuery;
    if (jquery) {
      jquery.ajaxPrefilter((options) => {
        if (isSearch(options.url) && options.type.toUpperCase() === "GET") {
          options.type = "POST";
          options.headers = { ...options.headers, "X-CSRFToken": token() };
        }
      });
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (isSearch(event.detail.path) && event.detail.verb === "get") {
      event.detail.verb = "post";
      event.detail.headers["X-CSRFToken"] = token();
    }
  });
})();
