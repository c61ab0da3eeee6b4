/* Passkeys: shows the form that needs one and hands it to allauth's scripts. Without this file a code works. */
(() => {
  "use strict";

  const ways = window.allauth?.webauthn?.forms;
  const form = document.querySelector("form[data-passkey]");
  if (!ways || !form || !window.PublicKeyCredential) return;

  const button = document.getElementById("passkey");
  const failed = form.querySelector("[data-passkey-failed]");
  const ids = { credential: "passkey_credential", data: "passkey_options" };
  for (const role of ["login", "authenticate", "signup"]) ids[role] = "passkey";
  ways[form.dataset.passkey]({ ids });
  form.hidden = false;

  /* Enter in a field presses the button; allauth sends the form by itself when the passkey has answered. */
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.click();
  });
  button.addEventListener("click", () => { failed.hidden = true; });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    failed.hidden = false;
  });
})();
