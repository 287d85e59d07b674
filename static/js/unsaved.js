// Forms into which people write long texts (data-unsaved): leaving the page asks for confirmation while something is unsaved,
// and nothing is sent before the server has answered; with data-unsaved="autosave" what is typed is saved automatically.
// The pages work without it.
(() => {
  "use strict";

  const DELAY = 1500;
  // Longest time between two attempts while the server does not answer, and how long to wait for an answer: a phone with a
  // signal but no data never reports that a request has failed.
  const LONGEST_DELAY = 15000;
  const PATIENCE = 15000;

  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    const saves = form.dataset.unsaved === "autosave";
    const status = document.createElement("p");
    status.className = "field__hint";
    status.setAttribute("role", "status");
    status.dataset.unsavedStatus = "";
    form.append(status);
    let changed = false;
    let leaving = false;
    let checking = false;
    let timer = 0;
    let running = null;
    let stopped = false;
    let delay = DELAY;

    const say = (text) => { if (status.textContent !== text) status.textContent = text; };

    const content = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      data.append("autosave", "1");
      return data;
    };

    // Saves what is typed; false if the server did not answer. A refusal counts as an answer.
    const send = async () => {
      changed = false;
      try {
        const response = await fetch(form.action, {
          method: "POST", body: content(), credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
        });
        if (response.status >= 500) throw new Error(`The server answered ${response.status}.`);
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
        delay = DELAY;
        return true;
      } catch {
        changed = true;
        delay = Math.min(delay * 2, LONGEST_DELAY);
        say(form.dataset.textOffline);
        return false;
      }
    };

    const save = async () => {
      clearTimeout(timer);
      if (!saves || stopped || running) return running;
      running = send();
      const answered = await running;
      running = null;
      if (changed && !stopped && navigator.onLine) later();
      return answered;
    };

    const later = () => {
      clearTimeout(timer);
      if (saves) timer = setTimeout(save, delay);
    };

    // True if the server answers; by then what is typed is saved if the form is autosaved.
    const answers = async () => {
      if (!navigator.onLine) return false;
      if (saves && !stopped) {
        await running;
        return save();
      }
      try {
        // An address of the application: static files are served even while it is down, and a gateway then answers 502.
        const response = await fetch("/robots.txt", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
        return response.status < 500;
      } catch {
        return false;
      }
    };

    const touched = (event) => {
      if (event.target.type === "file") return;
      changed = true;
      later();
    };

    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    window.addEventListener("online", () => { if (changed) save(); });
    // A phone may close a page in the background without notice.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "hidden" || !changed || !saves || stopped || leaving) return;
      navigator.sendBeacon(form.action, content());
    });
    // The browser's own error page would replace what was typed, so the page is left only once there is an answer.
    form.addEventListener("submit", async (event) => {
      if (leaving) return;
      event.preventDefault();
      if (checking) return;
      checking = true;
      const answered = await answers();
      checking = false;
      if (answered) {
        clearTimeout(timer);
        leaving = true;
        form.requestSubmit(event.submitter);
        return;
      }
      say(form.dataset.textUnsent);
      status.scrollIntoView({ block: "nearest" });
      if (changed) later();
    });
    window.addEventListener("pageshow", () => { leaving = false; });
    window.addEventListener("beforeunload", (event) => {
      if ((changed || running) && !leaving) event.preventDefault();
    });
  }
})();
