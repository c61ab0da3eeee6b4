/* The one box from the keyboard: / goes to it, arrows choose, Enter opens. Without this file it is a form. */
(() => {
  "use strict";

  const box = document.querySelector("[data-search]");
  if (!box) return;

  const input = box.querySelector("input[type=search]");
  const found = box.querySelector("[data-found]");
  const options = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", "found-list");
  input.setAttribute("aria-expanded", "false");
  if ("keys" in box.dataset) input.setAttribute("aria-keyshortcuts", "/");

  const open = (isOpen) => {
    found.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen && options().length > 0));
    if (!isOpen) choose(null);
  };

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };

  const step = (by) => {
    const all = options();
    const at = all.indexOf(chosen());
    if (all.length) choose(at < 0 && by < 0 ? all.at(-1) : all[(at + by + all.length) % all.length]);
  };

  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => { chosen() ? chosen().click() : box.requestSubmit(); },
    Escape: () => { if (found.hidden) input.value = ""; else open(false); },
  };
  input.addEventListener("keydown", (event) => {
    const act = event.isComposing || event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (!act) return;
    event.preventDefault();
    if (found.hidden && found.childElementCount && event.key.startsWith("Arrow")) open(true);
    act();
  });

  box.addEventListener("htmx:afterSwap", () => open(found.childElementCount > 0 && document.activeElement === input));
  input.addEventListener("focus", () => open(found.childElementCount > 0 && input.value !== ""));
  document.addEventListener("focusin", (event) => { if (!box.contains(event.target)) open(false); });
  document.addEventListener("pointerdown", (event) => { if (!box.contains(event.target)) open(false); });

  /* The way back shows the page as it was, without a name left in the box. */
  window.addEventListener("pageshow", () => { input.value = ""; found.replaceChildren(); open(false); });

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || !("keys" in box.dataset) || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    const other = document.querySelector("#words"); // on the page of what was found, where the rail is not shown
    if (input.offsetParent) input.focus();
    else if (other) other.focus();
    else document.querySelector("[data-search-page]")?.click();
  });
})();
