// Forms that somebody writes long texts into (data-unsaved): leaving the page asks while something is not saved; with
// data-unsaved="autosave" what is typed is saved by itself. The pages work without it.
(() => {
  "use strict";

  const DELAY = 1500;

  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    const saves = form.dataset.unsaved === "autosave";
    const status = document.createElement("p");
    status.className = "field__hint";
    status.setAttribute("role", "status");
    status.dataset.unsavedStatus = "";
    form.append(status);
    let changed = false;
    let leaving = false;
    let timer = 0;
    let running = null;
    let stopped = false;

    const say = (text) => { if (status.textContent !== text) status.textContent = text; };

    const content = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      data.append("autosave", "1");
      return data;
    };

    const save = async () => {
      clearTimeout(timer);
      if (!saves || stopped || running) return;
      changed = false;
      try {
        running = fetch(form.action, { method: "POST", body: content(), credentials: "same-origin", redirect: "manual" });
        const response = await running;
        const answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
        if (response.ok && answer.time) {
          const shown = document.querySelector("[data-saved-at]");
          if (shown) shown.textContent = `${form.dataset.textSaved} ${answer.time}.`;
          say("");
        } else {
          stopped = true;
          changed = true;
          say(answer.message || form.dataset.textFailed);
        }
      } catch {
        changed = true;
        say(form.dataset.textOffline);
      } finally {
        running = null;
      }
      if (changed && !stopped && navigator.onLine) later();
    };

    const later = () => {
      clearTimeout(timer);
      if (saves) timer = setTimeout(save, DELAY);
    };

    const touched = (event) => {
      if (event.target.type === "file") return;
      changed = true;
      later();
    };

    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    window.addEventListener("online", () => { if (changed) save(); });
    // A phone may close a page in the background without another word.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "hidden" || !changed || !saves || stopped || leaving) return;
      navigator.sendBeacon(form.action, content());
    });
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine && saves) {
        event.preventDefault();
        say(form.dataset.textOffline);
        status.scrollIntoView({ block: "nearest" });
        return;
      }
      clearTimeout(timer);
      leaving = true;
    });
    window.addEventListener("pageshow", () => { leaving = false; });
    window.addEventListener("beforeunload", (event) => {
      if ((changed || running) && !leaving) event.preventDefault();
    });
  }
})();
