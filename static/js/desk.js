// Keys of the desk: J and K move, Enter opens, X chooses, N goes on, / finds, ? explains. The pages work without them.
(() => {
  "use strict";

  const rows = [...document.querySelectorAll("[data-desk-list] tbody tr")];
  const boxes = rows.map((row) => row.querySelector("input[type=checkbox]")).filter(Boolean);
  const bar = document.querySelector("[data-bulk]");
  const keys = document.getElementById("keys");
  let current = -1;

  function move(step) {
    if (!rows.length) return;
    rows[current]?.classList.remove("is-current");
    current = Math.min(rows.length - 1, Math.max(0, current + step));
    rows[current].classList.add("is-current");
    rows[current].querySelector("a").focus();
    rows[current].scrollIntoView({ block: "nearest" });
  }

  // With scripts the bar comes when something is chosen; without them it always stands below the list.
  function count() {
    if (!bar) return;
    const chosen = boxes.filter((box) => box.checked).length;
    const text = bar.querySelector("[data-bulk-count]");
    bar.hidden = !chosen;
    text.textContent = `${text.dataset.text} ${chosen}`;
    bar.querySelector("[data-bulk-clear]").hidden = false;
  }

  function choose() {
    const box = rows[current]?.querySelector("input[type=checkbox]");
    if (box) {
      box.checked = !box.checked;
      count();
    }
  }

  const ACTS = {
    j: () => move(1),
    k: () => move(-1),
    x: choose,
    n: () => document.querySelector("a[data-next]")?.click(),
    "/": () => document.querySelector("input[type=search]")?.focus(),
    "?": () => keys?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const act = ACTS[event.key.toLowerCase()];
    if (!act) return;
    act();
    event.preventDefault();
  });
  for (const box of boxes) box.addEventListener("change", count);
  bar?.querySelector("[data-bulk-clear]").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    count();
  });
  // The page may come back from the browser's memory with boxes ticked.
  window.addEventListener("pageshow", count);
  count();
})();
