// @ts-check
// The visit page: the current time, all safety questions no, revision after a save, what a colleague saved.
(() => {
  "use strict";
  const { at, changed } = window.ashi;

  for (const button of document.querySelectorAll("[data-now]")) {
    // the clinic's clock, not this device's, which may be in another zone or wrong
    button.addEventListener("click", async () => {
      const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.now ?? ""));
      button.parentElement?.querySelector(".field-error")?.remove();
      try {
        const answer = await fetch(button.dataset.clock ?? "", { cache: "no-store", redirect: "error" });
        if (!answer.ok) throw new Error(String(answer.status));
        field.value = (await answer.json()).time;
        changed(field);
      } catch {
        const words = document.createElement("span");
        words.className = "field-error";
        words.setAttribute("role", "alert");
        words.textContent = "The clinic's clock does not answer: type the time.";
        button.after(words);
        field.focus();
      }
    });
  }

  for (const button of document.querySelectorAll("[data-all-no]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const radios = /** @type {NodeListOf<HTMLInputElement> | undefined} */ (
        button.closest("fieldset")?.querySelectorAll('input[type="radio"]')
      );
      const answers = [...(radios ?? [])];
      const answered = new Set(answers.filter((radio) => radio.checked).map((radio) => radio.name));
      // a question with a known answer waits for one of its own
      const open = answers.filter(
        (radio) => radio.value === "no" && !answered.has(radio.name) && !radio.closest("[data-known]"),
      );
      for (const radio of open) radio.checked = true;
      const last = open.at(-1);
      if (last) changed(last);
    });
  }

  // A new stop is scrolled into view: the answer that raised it may be far below.
  const stopped = () => document.querySelector("#visit-stop .stop");
  let wasStopped = Boolean(stopped());
  document.body.addEventListener("htmx:afterSettle", () => {
    const stop = stopped();
    if (stop && !wasStopped) {
      stop.scrollIntoView({ block: "center" });
      stop.focus({ preventScroll: true });
    }
    wasStopped = Boolean(stop);
  });
  // The answer to a save draws the safety list anew, perhaps while a reason is being typed or a list is open: both stay.
  document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    for (const was of [detail.target, ...detail.target.querySelectorAll("[id]")]) {
      const is = detail.fragment.querySelector(`#${CSS.escape(was.id)}`);
      if (was instanceof HTMLDetailsElement && is instanceof HTMLDetailsElement) is.open = was.open;
      else if (is && was.matches(".reason :is(select, input)")) {
        /** @type {HTMLInputElement} */ (is).value = /** @type {HTMLInputElement} */ (was).value;
      }
    }
  });
  // Small forms outside the big one refer to the same revision: keep them in sync after a save.
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const revision = /** @type {HTMLInputElement | null} */ (document.getElementById("visit-revision"));
    const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".follows-revision"));
    if (revision) for (const field of fields) field.value = revision.value;
  });

  // What a colleague has saved is put into the fields left alone here.
  /** @param {string} name @param {string} was @param {string} now */
  const put = (name, was, now) => {
    for (const one of document.getElementsByName(name)) {
      const field = /** @type {HTMLInputElement} */ (one);
      if (field.type !== "radio") {
        if (field.value.trim() === was) field.value = now;
      } else if (field.value === now || !now) field.checked = Boolean(now);
    }
  };
  document.body.addEventListener("htmx:afterSwap", () => {
    const told = document.querySelector("#visit-saved [data-changes]");
    if (!told) return;
    for (const [name, [was, now]] of Object.entries(JSON.parse(told.dataset.changes ?? "{}"))) put(name, was, now);
    told.remove();
  });

  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("visit-form"));
  if (!form) return;
  const save = window.ashi.autosave({
    form: () => form,
    place: () => document.getElementById("visit-saved"),
    send: window.ashi.saveByHtmx(() => save.change("settled")),
    settles: 300,
  });
  // A button sends the whole form itself, to its own URL: no other save runs alongside.
  form.addEventListener("submit", () => save.stop());
  window.addEventListener("pageshow", () => save.reset());
  // One of two values chosen: saved at once. The choice is outside the form, so the form is notified.
  document.addEventListener("change", (event) => {
    if (at(event).matches("[data-pick]")) changed(form);
  });
})();
