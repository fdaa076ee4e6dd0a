// @ts-check
// An answer that is an alarm: what to do appears at once, even without a network. The clinic is informed when the
// answer is confirmed, when the question or the page is left, or after ten seconds; not while arrow keys pass over it.
(() => {
  "use strict";
  const TELL_AFTER = 10_000;
  const { at, changed } = window.ashi;
  let timer = 0;
  /** @type {EventTarget | null} */
  let pressed = null; // where a finger or mouse went down last: some browsers do not give focus to buttons

  const questionOf = (/** @type {Element | null} */ element) =>
    /** @type {HTMLElement | null} */ (element?.closest?.("form[data-answers] fieldset.question") ?? null);
  /** @param {HTMLElement} question @param {string} selector */
  const inputs = (question, selector) => [
    .../** @type {NodeListOf<HTMLInputElement>} */ (question.querySelectorAll(selector)),
  ];
  const chosen = (/** @type {HTMLElement} */ question) => inputs(question, "input:checked");
  const alarmsOf = (/** @type {HTMLElement} */ question) => [...question.querySelectorAll("[data-alarm]")];
  const valuesOf = (/** @type {HTMLElement} */ alarm) => (alarm.dataset.values ?? "").split(" ");
  const asking = () => document.querySelector("form[data-answers] [data-asking]");
  /** @param {HTMLElement} alarm @param {string} name */
  const partOf = (alarm, name) => /** @type {HTMLElement} */ (alarm.querySelector(`[data-alarm-${name}]`));
  /** @type {WeakMap<HTMLElement, string[]>} */
  const before = new WeakMap(); // question -> values before the alarm

  const remember = (/** @type {HTMLElement} */ question) =>
    before.set(
      question,
      chosen(question).map((box) => box.value),
    );
  const settle = (/** @type {boolean} */ read) => {
    clearTimeout(timer);
    asking()?.removeAttribute("data-asking");
    document.dispatchEvent(new CustomEvent("intake:settle", { detail: { read } }));
  };
  const raised = (/** @type {HTMLElement} */ question) => {
    const values = chosen(question).map((box) => box.value);
    return alarmsOf(question).find((alarm) => valuesOf(alarm).some((value) => values.includes(value)));
  };
  /** @param {HTMLElement} question @param {HTMLElement} alarm */
  const labelOf = (question, alarm) =>
    chosen(question)
      .filter((box) => valuesOf(alarm).includes(box.value))
      .map((box) => box.parentElement?.textContent?.trim())
      .join(", ");

  const hide = (/** @type {HTMLElement} */ alarm) => {
    alarm.hidden = true;
    alarm.removeAttribute("data-urgent");
  };
  const start = () => {
    for (const question of document.querySelectorAll("form[data-answers] fieldset.question")) {
      if (alarmsOf(question).length && !raised(question)) remember(question);
    }
  };

  // Runs before the script that saves, which waits while the question is marked.
  document.addEventListener(
    "change",
    (event) => {
      const question = questionOf(at(event));
      if (!question || !alarmsOf(question).length) return;
      const alarm = raised(question);
      for (const other of alarmsOf(question)) if (other !== alarm) hide(other);
      clearTimeout(timer);
      if (!alarm) {
        question.removeAttribute("data-asking");
        remember(question);
        return;
      }
      question.setAttribute("data-asking", "");
      partOf(alarm, "chosen").textContent = labelOf(question, alarm);
      partOf(alarm, "ask").hidden = false;
      const isNew = alarm.hidden;
      alarm.hidden = false;
      alarm.dataset.urgent = "";
      if (isNew) alarm.scrollIntoView({ block: "nearest" });
      timer = window.setTimeout(() => settle(false), TELL_AFTER);
    },
    true,
  );

  document.addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.target;
    },
    true,
  );
  document.addEventListener(
    "keydown",
    () => {
      pressed = null;
    },
    true,
  );
  document.addEventListener("focusout", (event) => {
    const question = asking();
    if (!question?.contains(at(event))) return;
    const next = event.relatedTarget ?? pressed;
    if (!(next instanceof Node && question.contains(next))) settle(false);
  });

  document.addEventListener("click", (event) => {
    const alarm = /** @type {HTMLElement | null} */ (at(event).closest("[data-alarm]"));
    const question = questionOf(alarm);
    if (!alarm || !question) return;
    if (at(event).closest("[data-alarm-yes]")) {
      partOf(alarm, "ask").hidden = true;
      alarm.focus({ preventScroll: true });
      settle(true);
    } else if (at(event).closest("[data-alarm-slip]")) {
      const was = before.get(question) ?? [];
      const values = valuesOf(alarm);
      for (const box of inputs(question, "input")) {
        box.checked = box.type === "radio" ? was.includes(box.value) : box.checked && !values.includes(box.value);
      }
      const back = chosen(question)[0] ?? inputs(question, "input")[0];
      back.focus();
      changed(back);
    }
  });

  document.addEventListener("intake:page", () => {
    clearTimeout(timer);
    start();
  });
  start();
})();
