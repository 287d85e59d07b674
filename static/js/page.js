// Comfort for every page: the error summary takes the focus, copy the link, print. Nothing needs it.
(() => {
  "use strict";

  document.querySelector("[data-error-summary]")?.focus();

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
