/* Small comforts. Every page works without this file. */
(() => {
  "use strict";

  const PATIENCE = 400; // milliseconds until a waiting button says so

  /* What keeps a form from being saved is heard at once: after a full page and after a swapped part. */
  const focusErrors = (root) => root.querySelector(".errors[tabindex]")?.focus();

  const quieten = (root) => {
    for (const place of root.querySelectorAll("[data-saving]")) {
      clearTimeout(Number(place.dataset.timer));
      place.textContent = "";
    }
  };

  document.addEventListener("submit", (event) => {
    const place = event.target.querySelector("[data-saving]");
    if (!place) return;
    const speak = () => { place.textContent = place.dataset.saving; };
    place.dataset.timer = String(setTimeout(speak, PATIENCE));
  });
  document.addEventListener("htmx:afterRequest", (event) => quieten(event.target));
  document.addEventListener("htmx:afterSettle", (event) => focusErrors(event.target));
  window.addEventListener("pageshow", () => quieten(document)); // back out of the browser's own cache

  /* A print button shows itself: without this file the browser's menu prints. */
  const offerPrinting = (root) => {
    for (const button of root.querySelectorAll("[data-print][hidden]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => offerPrinting(event.target));

  offerPrinting(document);
  focusErrors(document);
})();
