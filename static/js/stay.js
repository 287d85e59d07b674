// Who types or moves about on a page is not idle: say so now and then, and nobody loses a long text to the sign-out.
(() => {
  "use strict";

  const url = document.currentScript.dataset.url;
  const pause = 5 * 60 * 1000;
  let told = Date.now();

  const tell = () => {
    if (Date.now() - told < pause) {
      return;
    }
    told = Date.now();
    fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => {
      told = 0;
    });
  };

  for (const kind of ["input", "keydown", "pointerdown", "scroll"]) {
    document.addEventListener(kind, tell, { passive: true, capture: true });
  }
})();
