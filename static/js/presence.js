/* Asks whether somebody is still there before one is signed out. The server knows the time; this only shows it. */
(() => {
  "use strict";

  const dialog = document.querySelector("[data-presence]");
  if (!dialog) return;

  const find = (name) => dialog.querySelector(`[data-${name}]`);
  const said = find("said");
  const warnedBefore = Number(dialog.dataset.warnedBefore);
  let endsAt = 0; // by this machine's clock, in milliseconds
  let isFinal = false;
  let isBusy = false; // whether somebody has done something since the server last heard of it
  let timer = 0;

  const secondsLeft = () => Math.ceil((endsAt - Date.now()) / 1000);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  /* The page goes to itself: the server answers with the sign-in, and leads back here. */
  const leave = () => window.location.assign(window.location.pathname + window.location.search);

  const takeToken = ({ who, token }) => {
    if (who !== dialog.dataset.who) return leave(); // somebody else has signed in here
    document.body.setAttribute("data-hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  };

  const hear = (answer) => {
    takeToken(answer);
    endsAt = Date.now() + answer.seconds * 1000;
    isFinal = answer.final;
    plan();
  };

  const fetched = async (url, options) => {
    try {
      const response = await fetch(url, { ...options, credentials: "same-origin" });
      if (response.status === 401 || response.redirected) leave();
      else if (response.ok) hear(await response.json());
      else later(10);
    } catch {
      later(10); // no connection: asked again
    }
  };
  const ask = () => fetched(dialog.dataset.ask, { headers: { "X-By-Itself": "yes" } });
  const stay = () => {
    isBusy = false;
    const headers = JSON.parse(document.body.getAttribute("data-hx-headers") ?? "{}");
    return fetched(dialog.dataset.stay, { method: "POST", headers });
  };

  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(tick, Math.max(0, seconds) * 1000);
  };

  const show = () => {
    find("when-idle").hidden = find("stay-button").hidden = isFinal;
    find("when-final").hidden = find("close-button").hidden = !isFinal;
    if (!dialog.open && !dialog.dataset.answered) dialog.showModal();
    find("clock").textContent = clock(Math.max(0, secondsLeft()));
    if (secondsLeft() === 60) said.textContent = said.dataset.minutes;
    if (secondsLeft() === 10) said.textContent = said.dataset.secondsLeft;
  };

  const hide = () => {
    delete dialog.dataset.answered;
    said.textContent = "";
    if (dialog.open) dialog.close();
  };

  /* What the time left means: nothing yet, a question, or the end. */
  const plan = () => {
    const left = secondsLeft();
    if (left > warnedBefore) {
      hide();
      later(left - warnedBefore);
    } else if (isBusy && !isFinal) stay();
    else if (left > 0) {
      show();
      later(1);
    } else later(1);
  };

  let lastAsked = 0;
  const tick = () => {
    const isOpen = dialog.open || dialog.dataset.answered;
    if (isOpen && secondsLeft() > 0) return plan();
    lastAsked = Date.now();
    ask(); // another tab may have been used meanwhile
  };

  for (const what of ["keydown", "pointerdown", "input"]) {
    document.addEventListener(what, (event) => {
      if (!dialog.contains(event.target)) isBusy = true;
    }, { passive: true });
  }
  find("stay-button").addEventListener("click", stay);
  find("close-button").addEventListener("click", () => {
    dialog.dataset.answered = "yes";
    dialog.close();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (isFinal) find("close-button").click();
    else stay();
  });

  const back = () => {
    if (!document.hidden && Date.now() - lastAsked > 5000) {
      lastAsked = Date.now();
      ask();
    }
  };
  document.addEventListener("visibilitychange", back); // a machine that slept, a tab that lay behind
  window.addEventListener("pageshow", (event) => { if (event.persisted) ask(); });

  endsAt = Date.now() + Number(dialog.dataset.seconds) * 1000;
  isFinal = "final" in dialog.dataset;
  later(Number(dialog.dataset.seconds) - warnedBefore);
})();
