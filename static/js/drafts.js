/* What is typed into a long form is kept on the server until it is sent. Nothing is stored in the browser. */
(() => {
  "use strict";

  const PAUSE = 1000; // milliseconds without typing until it is kept

  const timers = new Map(); // place → timer: what is typed and not on its way yet
  const placeOf = (form) => form?.querySelector("[data-draft]");
  const drop = (place) => { clearTimeout(timers.get(place)); timers.delete(place); };
  const keep = (place) => { drop(place); window.htmx.trigger(place, "typed"); };
  const later = (place) => {
    drop(place);
    timers.set(place, setTimeout(() => keep(place), PAUSE));
  };

  /* The bar of a form stays in sight, so what is said about its typing stands there. */
  for (const place of document.querySelectorAll("[data-draft]")) {
    place.closest("form").querySelector(".savebar")?.append(place);
  }

  const typed = (event) => {
    const place = placeOf(event.target.form);
    if (place) later(place);
  };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);

  /* The form itself goes: what is still on its way must not come after it. */
  document.addEventListener("submit", (event) => {
    const place = placeOf(event.target);
    if (!place) return;
    drop(place);
    window.htmx.trigger(place, "htmx:abort");
  });

  /* Under its own name the page's token would make this a sent form. */
  const asDraft = (values) => {
    if (values.has("_once")) values.set("_page", values.get("_once"));
    values.delete("_once");
    return values;
  };
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.matches?.("[data-draft]")) asDraft(event.detail.formData);
  });

  /* Leaving the page, or only the tab: a beacon arrives though the page is gone. */
  const leaving = () => {
    for (const place of timers.keys()) {
      drop(place);
      if (!place.isConnected) continue; // swapped away
      const values = asDraft(new FormData(place.closest("form")));
      navigator.sendBeacon(place.getAttribute("data-hx-post"), new URLSearchParams(values));
    }
  };
  window.addEventListener("pagehide", leaving);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leaving(); });

  const tell = (place, words) => {
    place.textContent = words;
    place.setAttribute("role", "alert");
  };
  document.addEventListener("htmx:sendError", ({ target }) => {
    if (target.matches?.("[data-draft]")) tell(target, target.dataset.offline);
  });
  document.addEventListener("htmx:responseError", ({ target, detail }) => {
    if (!target.matches?.("[data-draft]")) return;
    const isOut = [401, 403, 404].includes(detail.xhr.status);
    tell(target, isOut ? target.dataset.signedOut : target.dataset.offline);
  });
  document.addEventListener("htmx:beforeSwap", ({ target }) => {
    if (target.matches?.("[data-draft]")) target.removeAttribute("role");
  });
})();
