// The search: suggestions while typing, and reports of the results page.

// Suggestions: an ARIA combobox on the plain search form, which works without this file.
// The address in data-suggest answers GET ?q=… with {"suggestions": [{"text", "url", "kind"}]}.
(() => {
  "use strict";

  const WAIT_MS = 150;
  const MIN_LENGTH = 2;

  const attach = (form, number) => {
    const input = form.querySelector("input[type=search]");
    const list = document.createElement("ul");
    list.id = `suggestions-${number}`;
    list.className = "search__list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? "");
    form.append(list);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    })) input.setAttribute(name, value);

    let timer = 0;
    let request = null;
    let current = -1;

    const close = () => {
      list.hidden = true;
      current = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      const options = [...list.children];
      if (!options.length) return;
      current = (index + options.length) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === current)));
      input.setAttribute("aria-activedescendant", options[current].id);
      options[current].scrollIntoView({ block: "nearest" });
    };

    const show = (suggestions) => {
      list.replaceChildren(...suggestions.map((suggestion, at) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = suggestion.url ?? "";
        option.dataset.text = suggestion.text;
        option.textContent = suggestion.text;
        if (suggestion.kind) {
          const kind = document.createElement("span");
          kind.className = "search__kind";
          kind.textContent = suggestion.kind;
          option.prepend(kind);
        }
        return option;
      }));
      current = -1;
      list.hidden = suggestions.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };

    const ask = async () => {
      request?.abort();
      const words = input.value.trim();
      if (words.length < MIN_LENGTH) return close();
      request = new AbortController();
      const url = new URL(form.dataset.suggest, location.href);
      url.searchParams.set("q", words);
      try {
        const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
        if (answer.ok) show((await answer.json()).suggestions);
        else close();
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    };

    const choose = (option) => {
      if (option.dataset.url) {
        location.assign(option.dataset.url);
      } else {
        input.value = option.dataset.text;
        form.requestSubmit();
      }
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT_MS);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (!list.hidden && event.key === "ArrowDown") {
        event.preventDefault();
        mark(current + 1);
      } else if (!list.hidden && event.key === "ArrowUp") {
        event.preventDefault();
        mark(current < 0 ? -1 : current - 1);
      } else if (event.key === "Enter" && current >= 0) {
        event.preventDefault();
        choose(list.children[current]);
      }
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    input.addEventListener("blur", close);
  };

  document.querySelectorAll("form[data-suggest]").forEach(attach);
})();

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
