// Report activity on the page to the server every five minutes, so that nobody is signed out while writing a long text.
(() => {
  "use strict";

  const url = document.currentScript.dataset.url;
  const interval = 5 * 60 * 1000;
  let reported = Date.now();

  const report = () => {
    if (Date.now() - reported < interval) {
      return;
    }
    reported = Date.now();
    fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => {
      reported = 0;
    });
  };

  for (const kind of ["input", "keydown", "pointerdown", "scroll"]) {
    document.addEventListener(kind, report, { passive: true, capture: true });
  }
})();
