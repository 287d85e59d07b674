// On every page: focus the error summary, copy the link, print. Pages work without it.
(() => {
  "use strict";

  document.querySelector("[data-error-summary]")?.focus();
  // The response to a POST with errors replaces the page itself, so that Back and reload do not ask to resend the form.
  if (document.querySelector("[data-error-summary]")) history.replaceState(history.state, "", window.location.href);

  for (const box of document.querySelectorAll("[data-share]")) {
    const copy = box.querySelector("[data-copy]");
    const print = box.querySelector("[data-print]");
    const status = box.querySelector("[data-share-status]");
    if (copy && navigator.clipboard) {
      copy.hidden = false;
      copy.addEventListener("click", async () => {
        await navigator.clipboard.writeText(box.dataset.share);
        status.textContent = box.dataset.copied;
      });
    }
    if (print) {
      print.hidden = false;
      print.addEventListener("click", () => window.print());
    }
  }
})();
