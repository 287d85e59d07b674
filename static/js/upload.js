// Filing: upload a chosen file at once with a progress bar, remove one without a new page, and submit a form once. The
// outcome is announced, and the focus stays at the question. The pages work without it.
(() => {
  "use strict";

  for (const form of document.querySelectorAll("[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      const button = form.querySelector("button[type=submit]");
      if (button) button.setAttribute("aria-disabled", "true");
    });
    // The browser may restore the page with its button disabled.
    window.addEventListener("pageshow", () => { delete form.dataset.sent; });
  }

  // Announces the outcome for its question; an empty text first, so that the same text is read again.
  const announce = (form, text) => {
    let region = form.querySelector("[data-announce]");
    if (!region) {
      region = document.createElement("p");
      region.className = "visually-hidden";
      region.setAttribute("role", "status");
      region.dataset.announce = "";
      form.append(region);
    }
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  };

  // Sends the form as if by a button of this name. The value is not sent with later presses if this one got no answer.
  const press = (form, name, value) => {
    const button = document.createElement("button");
    button.name = name;
    button.value = value;
    button.hidden = true;
    form.append(button);
    form.requestSubmit(button);
  };

  const watch = (form) => {
    for (const box of form.querySelectorAll("[data-upload]")) {
      const input = box.querySelector("input[type=file]");
      const button = box.querySelector("button[name=upload]");
      if (!input || !button || box.dataset.watched) continue;
      box.dataset.watched = "1";
      button.hidden = true;
      const chosen = () => { if (input.files.length) send(form, box, "upload", button.value, button); };
      input.addEventListener("change", chosen);
      for (const remove of box.querySelectorAll("button[name=remove]")) {
        remove.addEventListener("click", (event) => {
          event.preventDefault();
          send(form, box, "remove", remove.value, button);
        });
      }
      // On a slow connection a file may have been chosen before this script is loaded.
      chosen();
    }
  };

  const send = (form, box, action, value, button) => {
    const data = new FormData(form);
    data.append(action, value);
    const files = [...box.querySelector("input[type=file]").files].map((file) => file.name);
    const bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", button.textContent.trim());
    box.append(bar);
    box.querySelector("[data-upload-failed]")?.remove();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const fresh = request.response && request.response.getElementById(box.id);
      if (!fresh) {
        // The draft no longer exists: the page that explains it comes with the plain form.
        press(form, action, value);
        return;
      }
      box.replaceWith(fresh);
      watch(form);
      fresh.querySelector("input[type=file]")?.focus();
      const error = fresh.querySelector(".field__error")?.textContent.trim().replace(/\s+/g, " ");
      announce(form, error || (action === "upload" ? `${form.dataset.textUploaded} ${files.join(", ")}` : form.dataset.textRemoved));
    });
    // Without a connection the file stays chosen; it is sent when there is one, and the plain button retries.
    request.addEventListener("error", () => {
      bar.remove();
      button.hidden = action !== "upload";
      const message = document.createElement("p");
      message.className = "field__error";
      message.setAttribute("role", "alert");
      message.dataset.uploadFailed = "";
      message.textContent = action === "upload" ? form.dataset.textUploadOffline : form.dataset.textOffline;
      box.append(message);
      window.addEventListener("online", () => { if (message.isConnected) send(form, box, action, value, button); }, { once: true });
    });
    request.send(data);
  };

  document.querySelectorAll("[data-filing]").forEach(watch);

  // The links of the stepper save the open step, as the back button does.
  const filing = document.querySelector("[data-filing]");
  for (const link of filing ? document.querySelectorAll(".stepper a") : []) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      press(filing, "goto", link.pathname.split("/").at(-2));
    });
  }
})();
