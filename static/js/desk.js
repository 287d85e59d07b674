// Keyboard shortcuts of the desk: J and K move, Enter opens, X selects, N opens the next dossier, / searches, ? shows the
// help. The pages work without them.
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

  // With scripts the bar is shown while something is selected; without them it is always below the list.
  function updateBar() {
    if (!bar) return;
    const chosen = boxes.filter((box) => box.checked).length;
    const text = bar.querySelector("[data-bulk-count]");
    bar.hidden = !chosen;
    text.textContent = `${text.dataset.text} ${chosen}`;
    bar.querySelector("[data-bulk-clear]").hidden = false;
  }

  function select() {
    const box = rows[current]?.querySelector("input[type=checkbox]");
    if (box) {
      box.checked = !box.checked;
      updateBar();
    }
  }

  const ACTIONS = {
    j: () => move(1),
    k: () => move(-1),
    x: select,
    n: () => document.querySelector("a[data-next]")?.click(),
    "/": () => document.querySelector("input[type=search]")?.focus(),
    "?": () => keys?.showModal(),
  };

  // Single-character shortcuts can be turned off (WCAG 2.1.4): speech input could trigger them by accident.
  function areOff() {
    try {
      return localStorage.getItem(stored) === "off";
    } catch {
      return false;
    }
  }

  function showState() {
    const state = areOff() ? "off" : "on";
    document.documentElement.dataset.keys = state;
    const text = keys.querySelector("[data-keys-state]");
    const toggle = keys.querySelector("[data-keys-toggle]");
    text.textContent = text.dataset[state];
    toggle.textContent = toggle.dataset[state === "off" ? "on" : "off"];
  }

  function toggleShortcuts() {
    try {
      if (areOff()) localStorage.removeItem(stored);
      else localStorage.setItem(stored, "off");
    } catch {
      // Without storage the shortcuts stay on.
    }
    showState();
  }

  if (keys) {
    const open = document.querySelector("[data-keys-open]");
    open.hidden = false;
    open.addEventListener("click", () => keys.showModal());
    keys.querySelector("[data-keys-toggle]").addEventListener("click", toggleShortcuts);
    showState();
  }

  document.addEventListener("keydown", (event) => {
    if (areOff()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
    if (event.isComposing || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const action = ACTIONS[event.key.toLowerCase()];
    if (!action) return;
    action();
    event.preventDefault();
  });
  for (const box of boxes) box.addEventListener("change", updateBar);
  bar?.querySelector("[data-bulk-clear]").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    updateBar();
  });
  // The browser may restore the page with boxes ticked.
  window.addEventListener("pageshow", updateBar);
  updateBar();
})();
