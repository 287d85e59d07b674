// Forms with a security key: ask the browser for the key, put its answer into the hidden field, and send the form.
(() => {
  "use strict";

  const form = document.querySelector("[data-passkey]");
  const data = document.getElementById("passkey-data");
  if (!form || !data) return;
  const status = form.querySelector("[data-passkey-status]");
  form.hidden = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const keys = window.webauthnJSON;
    if (!keys || !keys.supported()) {
      status.textContent = status.dataset.unsupported;
      return;
    }
    const options = JSON.parse(data.textContent);
    try {
      const answer = form.dataset.passkey === "create"
        ? await keys.create(options.creation_options)
        : await keys.get(options.request_options);
      form.querySelector("[name=credential]").value = JSON.stringify(answer);
      form.submit();
    } catch {
      status.textContent = status.dataset.failed;
    }
  });
})();
