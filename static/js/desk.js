// Keys of the queue: J and K move, Enter opens, / goes to the search. The page works without them.
const rows = [...document.querySelectorAll("[data-desk-list] tbody tr")];
let current = -1;

function move(step) {
  if (!rows.length) return;
  rows[current]?.classList.remove("is-current");
  current = Math.min(rows.length - 1, Math.max(0, current + step));
  rows[current].classList.add("is-current");
  rows[current].querySelector("a").focus();
  rows[current].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "/") document.querySelector("input[type=search]")?.focus();
  else return;
  event.preventDefault();
});
