// Keys of the desk: J and K move, Enter opens, X chooses, N goes on, / finds, ? explains. The pages work without them.
(() => {
  "use strict";

  const rows = [...document.querySelectorAll("[data-desk-list] tbody tr")];
  const boxes = rows.map((row) => row.querySelector("input[type=checkbox]")).filter(Boolean);
  const bar = document.querySelector("[data-bulk]");
  const keys = document.getElementById("keys");
  const stored = "desk-keys";
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

  // One letter is enough for an act, so it can be turned off (WCAG 2.1.4): who dictates would press them unawares.
  function areOff() {
    try {
      return localStorage.getItem(stored) === "off";
    } catch {
      return false;
    }
  }

  function tell() {
    const state = areOff() ? "off" : "on";
    document.documentElement.dataset.keys = state;
    const text = keys.querySelector("[data-keys-state]");
    const toggle = keys.querySelector("[data-keys-toggle]");
    text.textContent = text.dataset[state];
    toggle.textContent = toggle.dataset[state === "off" ? "on" : "off"];
  }

  function turn() {
    try {
      if (areOff()) localStorage.removeItem(stored);
      else localStorage.setItem(stored, "off");
    } catch {
      // A browser that keeps nothing keeps the keys on.
    }
    tell();
  }

  if (keys) {
    const open = document.querySelector("[data-keys-open]");
    open.hidden = false;
    open.addEventListener("click", () => keys.showModal());
    keys.querySelector("[data-keys-toggle]").addEventListener("click", turn);
    tell();
  }

  document.addEventListener("keydown", (event) => {
    if (areOff()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
    if (event.isComposing || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
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
