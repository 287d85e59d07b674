// Report that results were seen and which one was chosen, without cookie or person (docs/features/search.md).
// The element with data-count has the address and the query; each result has its key in data-document. A reload from
// the browser's history reports again, a choice is reported once per page. The page works without this file.
(() => {
  "use strict";

  const results = document.querySelector("[data-count]");
  if (!results || !navigator.sendBeacon) return;

  const report = (key) => navigator.sendBeacon(
    results.dataset.count,
    new URLSearchParams(key ? { q: results.dataset.query, d: key } : { q: results.dataset.query }),
  );

  if (results.hasAttribute("data-first")) report("");

  let chosen = false;
  const choose = (event) => {
    const link = event.target.closest?.("a[href]");
    const key = link?.closest("[data-document]")?.dataset.document;
    // auxclick: the middle button opens a result in a new tab.
    if (!key || chosen || (event.type === "auxclick" && event.button !== 1)) return;
    chosen = true;
    report(key);
  };
  results.addEventListener("click", choose);
  results.addEventListener("auxclick", choose);
})();
