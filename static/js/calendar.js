/* A week with keys and a pointer: arrows go from session to session, a session is moved by keys or dragged.
   Where it comes to lie the server says what stands in the way; nothing is saved here. */
(() => {
  "use strict";

  const week = document.querySelector("[data-calendar]");
  if (!week) return;

  const STEP = 15; // minutes
  const FAR = 6; // pixels until a press is a drag
  const dialog = document.querySelector("[data-dialog]");
  const said = document.querySelector("[data-heard]");
  const first = Number(week.dataset.first) * 60;
  const last = first + Number(week.dataset.count) * 60;
  const days = () => [...week.querySelectorAll(".weekday")].filter((day) => day.offsetParent);
  const links = (day) => [...day.querySelectorAll(".block > a")];
  const two = (number) => String(number).padStart(2, "0");
  const clock = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  const value = (block, name) => Number(block.dataset[name] ?? 0);
  const startOf = (block) => value(block, "h") * 60 + value(block, "t") * 10 + value(block, "o");
  const lengthOf = (block) => value(block, "lh") * 60 + value(block, "lt") * 10 + value(block, "lo");

  document.querySelector("[data-keys]").hidden = !week.querySelector("[data-move]");

  /* --- going from one to the next ------------------------------------------------------------------ */
  const nearest = (day, minute) => links(day).sort((one, other) =>
    Math.abs(startOf(one.parentElement) - minute) - Math.abs(startOf(other.parentElement) - minute))[0];

  const go = (link, key) => {
    const day = link.closest(".weekday");
    const inDay = links(day);
    if (key === "ArrowUp" || key === "ArrowDown") {
      return inDay[inDay.indexOf(link) + (key === "ArrowUp" ? -1 : 1)];
    }
    const all = days();
    const rest = key === "ArrowLeft" ? all.slice(0, all.indexOf(day)).reverse() : all.slice(all.indexOf(day) + 1);
    const there = rest.find((one) => links(one).length);
    return there && nearest(there, startOf(link.parentElement));
  };

  /* --- moving -------------------------------------------------------------------------------------- */
  let moving = null; // { block, ghost, day, minute }

  const place = (block, minute) => {
    block.dataset.h = Math.floor(minute / 60);
    block.dataset.t = Math.floor((minute % 60) / 10);
    block.dataset.o = minute % 10;
  };

  const put = (day, minute) => {
    const latest = last - Math.min(lengthOf(moving.block), last - first);
    moving.day = day;
    moving.minute = Math.max(first, Math.min(latest, minute));
    place(moving.ghost, moving.minute);
    day.querySelector("ol").append(moving.ghost);
    moving.ghost.querySelector(".num").textContent = clock(moving.minute);
  };

  const words = () => week.dataset.moving
    .replace("{day}", moving.day.querySelector("h2").textContent)
    .replace("{time}", clock(moving.minute));

  const begin = (block) => {
    const ghost = block.cloneNode(true);
    ghost.classList.add("ghost");
    ghost.setAttribute("aria-hidden", "true");
    ghost.dataset.lane = "0";
    ghost.dataset.lanes = "1";
    for (const link of ghost.querySelectorAll("a")) link.tabIndex = -1;
    moving = { block, ghost, day: block.closest(".weekday"), minute: startOf(block) };
    block.classList.add("leaving");
    put(moving.day, moving.minute);
  };

  const end = () => {
    if (!moving) return;
    moving.ghost.remove();
    moving.block.classList.remove("leaving");
    moving = null;
  };

  const leave = () => {
    const link = moving?.block.querySelector("a");
    end();
    said.textContent = week.dataset.left;
    link?.focus();
  };

  const isElsewhere = () =>
    moving.day !== moving.block.closest(".weekday") || moving.minute !== startOf(moving.block);

  /* The server draws the form, with what stands in the way; without it one goes to its page. */
  const ask = async () => {
    if (!isElsewhere()) return leave();
    const { block, day, minute } = moving;
    const address = new URL(block.dataset.move, window.location.href);
    address.search = new URLSearchParams({ on: day.dataset.on, clock: clock(minute), next: week.dataset.here });
    if (!window.htmx || !dialog.showModal) return window.location.assign(address);
    const what = block.querySelector("strong").textContent;
    dialog.querySelector("[data-what]").textContent =
      `${what}: ${day.querySelector("h2").textContent}, ${clock(minute)}`;
    const target = dialog.querySelector("[data-form]");
    target.replaceChildren();
    await window.htmx.ajax("GET", address.pathname + address.search, { target, swap: "innerHTML ignoreTitle:true", select: "#move" });
    if (!target.querySelector("form")) return window.location.assign(address);
    dialog.showModal();
    target.querySelector("button[type=submit]").focus({ preventScroll: true });
    dialog.scrollTop = 0;
  };

  dialog?.addEventListener("close", leave);

  /* --- keys ---------------------------------------------------------------------------------------- */
  const choose = (key, by) => {
    const all = days();
    const here = all.indexOf(moving.day);
    if (key === "ArrowUp") put(moving.day, moving.minute - by);
    else if (key === "ArrowDown") put(moving.day, moving.minute + by);
    else put(all[Math.max(0, Math.min(all.length - 1, here + (key === "ArrowLeft" ? -1 : 1)))], moving.minute);
    said.textContent = words();
    moving.ghost.scrollIntoView({ block: "nearest" });
  };

  week.addEventListener("keydown", (event) => {
    const link = event.target.closest(".block > a");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const isArrow = event.key.startsWith("Arrow");
    if (moving) {
      if (isArrow) choose(event.key, event.shiftKey ? 5 : STEP);
      else if (event.key === "Enter") ask();
      else if (event.key === "Escape") leave();
      else return;
    } else if (isArrow) go(link, event.key)?.focus();
    else if (event.key.toLowerCase() === "m" && link.parentElement.dataset.move) {
      begin(link.parentElement);
      said.textContent = words();
    } else return;
    event.preventDefault();
  });

  /* Who goes elsewhere with the keyboard has left the session where it was. */
  week.addEventListener("focusout", (event) => {
    if (moving && !drag && !dialog.open && event.relatedTarget && !week.contains(event.relatedTarget)) end();
  });

  /* --- the pointer: mouse and pen; a finger scrolls ------------------------------------------------- */
  let drag = null; // { block, x, y, grip, hasBegun }

  const under = (event) => days().find((day) => {
    const box = day.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });

  week.addEventListener("pointerdown", (event) => {
    const block = event.target.closest(".block[data-move]");
    if (!block || event.button !== 0 || event.pointerType === "touch") return;
    const grip = event.clientY - block.getBoundingClientRect().top;
    drag = { block, x: event.clientX, y: event.clientY, grip, hasBegun: false };
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.hasBegun) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
      if (moving) end();
      begin(drag.block);
      drag.hasBegun = true;
    }
    const day = under(event) ?? moving.day;
    const box = day.querySelector("ol").getBoundingClientRect();
    const minutes = first + ((event.clientY - drag.grip - box.top) / box.height) * (last - first);
    put(day, Math.round(minutes / STEP) * STEP);
  });

  const drop = () => {
    const wasDragged = drag?.hasBegun;
    drag = null;
    if (!wasDragged) return;
    week.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
    setTimeout(() => week.dispatchEvent(new Event("click")), 0); // takes the listener away where no click came
    ask();
  };
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", () => { drag = null; leave(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag?.hasBegun) return;
    drag = null;
    leave();
  });
  week.addEventListener("dragstart", (event) => event.preventDefault()); // a link's own dragging
})();
