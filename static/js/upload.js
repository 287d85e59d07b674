// Comfort for filing: a chosen file is sent at once with its progress, and a form is sent once. Nothing needs it.
(() => {
  "use strict";

  for (const form of document.querySelectorAll("[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      const button = form.querySelector("button[type=submit]");
      if (button) button.setAttribute("aria-disabled", "true");
    });
    // The page may come back from the browser's memory with its button spent.
    window.addEventListener("pageshow", () => { delete form.dataset.sent; });
  }

  const watch = (form) => {
    for (const box of form.querySelectorAll("[data-upload]")) {
      const input = box.querySelector("input[type=file]");
      const button = box.querySelector("button[name=upload]");
      if (!input || !button || box.dataset.watched) continue;
      box.dataset.watched = "1";
      button.hidden = true;
      const chosen = () => { if (input.files.length) send(form, box, button); };
      input.addEventListener("change", chosen);
      // On a slow line a file is chosen before this script is here.
      chosen();
    }
  };

  const send = (form, box, button) => {
    const data = new FormData(form);
    data.append("upload", button.value);
    const bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", button.textContent.trim());
    box.append(bar);
    const request = new XMLHttpRequest();
    request.open("POST", window.location.href);
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const fresh = request.response && request.response.getElementById(box.id);
      if (fresh) {
        box.replaceWith(fresh);
        watch(form);
      } else {
        form.submit();
      }
    });
    // Without a connection the file stays chosen; the plain button tries again.
    request.addEventListener("error", () => {
      bar.remove();
      button.hidden = false;
    });
    request.send(data);
  };

  document.querySelectorAll("[data-filing]").forEach(watch);

  // The links of the stepper save the open step on their way, as the back button does.
  const filing = document.querySelector("[data-filing]");
  for (const link of filing ? document.querySelectorAll(".stepper a") : []) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "goto";
      field.value = link.pathname.split("/").at(-2);
      filing.append(field);
      filing.submit();
    });
  }
})();
