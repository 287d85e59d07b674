// Shows how far a running import has come, and announces every tenth of it. Without JavaScript the page has a link
// that reloads it.
(() => {
  "use strict";

  const INTERVAL = 3000;
  const region = document.querySelector("[data-import-progress]");
  const bar = region.querySelector("progress");
  const text = region.querySelector("[data-import-text]");
  const status = region.querySelector("[data-import-status]");
  const stalled = region.querySelector("[data-import-stalled]");
  const tenth = () => Math.floor((10 * bar.value) / (bar.max || 1));

  const show = (found) => {
    const before = tenth();
    bar.max = found.total || 1;
    bar.value = found.done;
    text.textContent = found.text;
    if (tenth() !== before) status.textContent = found.text;
    if (found.stalled && stalled.hidden) status.textContent = stalled.textContent.trim();
    stalled.hidden = !found.stalled;
  };

  const refresh = async () => {
    try {
      const response = await fetch(region.dataset.url, { credentials: "same-origin", cache: "no-store" });
      const found = response.ok ? await response.json() : null;
      if (found && !found.running) {
        window.location.hash = "ket-qua";
        window.location.reload();
        return;
      }
      if (found) show(found);
    } catch {
      // The network is unavailable: try again next time.
    }
    setTimeout(refresh, INTERVAL);
  };

  setTimeout(refresh, INTERVAL);
})();
