// Long lists (select[data-combobox]) as ARIA comboboxes: type part of a name, with or without diacritics. Former names
// (data-former of an option) and former districts (data-districts) are also found. The list stays in the page, keeps the name and the value, and works on its own.
(() => {
  "use strict";

  const MOST = 50;
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

  // As people write "tp. Cà Mau" and "tx. Giá Rai".
  const KINDS = { tp: "thanh pho", tx: "thi xa", tt: "thi tran", p: "phuong", h: "huyen", q: "quan" };
  const inFull = (words) => words.replace(/^(tp|tx|tt|p|h|q)(?:\.\s*|\s+)/, (_, kind) => `${KINDS[kind]} `);

  const names = (joined) => (joined ?? "").split("|").filter(Boolean);

  // Ranks: a name that begins with it, a word that begins with it, a part, a former name, a former district; null if
  // nothing matches. With the rank, what is said behind the name.
  const rank = (words, option, texts) => {
    const text = fold(option.text);
    if (text.startsWith(words)) return [0, ""];
    if (text.includes(` ${words}`)) return [1, ""];
    if (text.includes(words)) return [2, ""];
    const former = names(option.dataset.former);
    const at = former.findIndex((name) => fold(name).includes(words));
    if (at >= 0) return [3 + at, `, ${texts.textFormer} ${former[at]}`];
    const district = names(option.dataset.districts).find((name) => fold(name).includes(words));
    return district ? [1000, `, ${texts.textDistrict.replace("{name}", district)}`] : null;
  };

  const attach = (select) => {
    const texts = select.dataset;
    const input = document.createElement("input");
    const list = document.createElement("ul");
    const status = document.createElement("span");
    input.type = "text";
    input.id = select.id;
    input.autocomplete = "off";
    input.spellcheck = false;
    list.id = `${select.id}-list`;
    list.className = "search__list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    list.setAttribute("aria-label", label?.textContent.trim() ?? "");
    select.id = `${select.id}-select`;
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    if (select.required) input.setAttribute("aria-required", "true");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    })) input.setAttribute(name, value);
    const box = document.createElement("div");
    box.className = "combobox";
    select.before(box);
    box.append(input, list, status, select);
    select.hidden = true;

    let current = -1;

    const chosen = () => select.selectedOptions[0];
    const show = () => {
      input.value = select.value ? chosen().text : "";
      input.placeholder = select.options[0]?.value ? "" : (select.options[0]?.text ?? "");
    };

    const close = () => {
      list.hidden = true;
      current = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      const items = [...list.querySelectorAll("[role=option]")];
      if (!items.length) return;
      current = (index + items.length) % items.length;
      items.forEach((item, at) => item.setAttribute("aria-selected", String(at === current)));
      input.setAttribute("aria-activedescendant", items[current].id);
      items[current].scrollIntoView({ block: "nearest" });
    };

    const matches = (words) => [...select.options]
      .filter((option) => option.value)
      .map((option) => ({ option, found: words ? rank(words, option, texts) ?? rank(inFull(words), option, texts) : [0, ""] }))
      .filter(({ found }) => found)
      .sort((one, other) => one.found[0] - other.found[0]);

    const open = (words) => {
      const all = matches(words);
      list.replaceChildren(...all.slice(0, words ? MOST : all.length).map(({ option, found: [, remark] }, at) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.value = option.value;
        item.textContent = option.text + remark;
        return item;
      }));
      if (!all.length) {
        const none = document.createElement("li");
        none.setAttribute("role", "presentation");
        none.textContent = texts.textNone;
        list.append(none);
      }
      current = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      status.textContent = all.length ? `${texts.textCount} ${all.length}` : texts.textNone;
      // The most likely choice is selected, so that Enter or Tab accepts it.
      if (words && all.length) mark(0);
    };

    const choose = (value) => {
      const changed = select.value !== value;
      select.value = value;
      show();
      close();
      status.textContent = "";
      if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const leave = () => {
      const words = fold(input.value.trim());
      if (!words) choose("");
      else if (current >= 0 && !list.hidden) choose(list.querySelectorAll("[role=option]")[current].dataset.value);
      else close();
      // Shows a value of the list or nothing: the input never shows a value that would not be sent.
      show();
    };

    input.addEventListener("input", (event) => {
      event.stopPropagation();
      open(fold(input.value.trim()));
    });
    // A choice is reported by the list itself; typed text is not a choice, and would submit a filter again.
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("click", () => { if (list.hidden) { input.select(); open(""); } });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show();
        close();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open("");
        mark(event.key === "ArrowDown" ? current + 1 : Math.max(current, 0) - 1);
      } else if (event.key === "Enter" && !list.hidden && current >= 0) {
        event.preventDefault();
        choose(list.querySelectorAll("[role=option]")[current].dataset.value);
      }
    });
    input.addEventListener("blur", leave);
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) choose(item.dataset.value);
    });
    select.addEventListener("combobox:filled", () => {
      // Somebody may already be typing while the list is loading.
      if (list.hidden) show();
      else open(fold(input.value.trim()));
    });
    show();
  };

  const attachAll = () => {
    for (const select of document.querySelectorAll("select[data-combobox]:not([data-attached])")) {
      select.dataset.attached = "";
      attach(select);
    }
  };

  // The first list of an address fills the second one, named by data-fills, from the address in data-lists.
  const fill = async (first, second, label) => {
    const chosen = first.value;
    let found = null;
    try {
      const answer = await fetch(`${first.dataset.lists}${chosen || "0"}/`, { headers: { Accept: "application/json" } });
      if (answer.ok) found = await answer.json();
    } catch {
      // Without a connection, the button that works without scripts remains available.
    }
    // Responses may arrive in a different order than requested: only the list for the current choice counts.
    if (first.value !== chosen) return;
    for (const button of first.form.querySelectorAll("[data-without-script]")) button.hidden = found !== null;
    if (found === null) return;
    const options = found.places.map(([value, text, former, districts]) => {
      const option = new Option(text, value);
      if (former.length) option.dataset.former = former.join("|");
      if (districts.length) option.dataset.districts = districts.join("|");
      return option;
    });
    second.replaceChildren(new Option(found.empty, ""), ...options);
    if (label) label.textContent = found.label;
    second.dispatchEvent(new Event("combobox:filled"));
  };

  const start = () => {
    for (const first of document.querySelectorAll("select[data-fills]")) {
      const second = document.getElementById(first.dataset.fills);
      const label = document.querySelector(`label[for="${CSS.escape(first.dataset.fills)}"]`);
      first.addEventListener("change", () => fill(first, second, label));
    }
    document.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; });
    attachAll();
    // Wagtail renders the filters of a list again with its rows.
    const filters = document.getElementById("filters-drilldown");
    if (filters) new MutationObserver(attachAll).observe(filters, { childList: true, subtree: true });
  };

  // The admin loads its scripts before the form.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
