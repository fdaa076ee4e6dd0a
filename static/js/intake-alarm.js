// An answer that is an alarm: what to do stands in the page at once, also without a net. The clinic is told when the
// answer is confirmed, when the question or the page is left, or after ten seconds; not while arrow keys pass over it.
(() => {
  "use strict";
  const TELL_AFTER = 10000;
  let timer = 0;
  let pressed = null; // where a finger or mouse went down last: some browsers do not give focus to buttons

  const questionOf = (element) => element?.closest?.("form[data-answers] fieldset.question");
  const chosen = (question) => [...question.querySelectorAll("input:checked")];
  const alarmsOf = (question) => [...question.querySelectorAll("[data-alarm]")];
  const asking = () => document.querySelector("form[data-answers] [data-asking]");
  const before = new WeakMap(); // question -> values before the alarm

  const remember = (question) =>
    before.set(
      question,
      chosen(question).map((box) => box.value),
    );
  const settle = (read) => {
    clearTimeout(timer);
    asking()?.removeAttribute("data-asking");
    document.dispatchEvent(new CustomEvent("intake:settle", { detail: { read } }));
  };
  const raised = (question) => {
    const values = chosen(question).map((box) => box.value);
    return alarmsOf(question).find((alarm) => alarm.dataset.values.split(" ").some((value) => values.includes(value)));
  };
  const labelOf = (question, alarm) =>
    chosen(question)
      .filter((box) => alarm.dataset.values.split(" ").includes(box.value))
      .map((box) => box.parentElement.textContent.trim())
      .join(", ");

  const hide = (alarm) => {
    alarm.hidden = true;
    alarm.removeAttribute("data-urgent");
  };
  const start = () =>
    document.querySelectorAll("form[data-answers] fieldset.question").forEach((question) => {
      if (alarmsOf(question).length && !raised(question)) remember(question);
    });

  // Before the script that saves hears of it: it waits while the question is marked.
  document.addEventListener(
    "change",
    (event) => {
      const question = questionOf(event.target);
      if (!question || !alarmsOf(question).length) return;
      const alarm = raised(question);
      alarmsOf(question)
        .filter((one) => one !== alarm)
        .forEach(hide);
      clearTimeout(timer);
      if (!alarm) {
        question.removeAttribute("data-asking");
        remember(question);
        return;
      }
      question.setAttribute("data-asking", "");
      alarm.querySelector("[data-alarm-chosen]").textContent = labelOf(question, alarm);
      alarm.querySelector("[data-alarm-ask]").hidden = false;
      const isNew = alarm.hidden;
      alarm.hidden = false;
      alarm.dataset.urgent = "";
      if (isNew) alarm.scrollIntoView({ block: "nearest" });
      timer = setTimeout(() => settle(false), TELL_AFTER);
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
    if (!question?.contains(event.target)) return;
    if (question.contains(event.relatedTarget) || (!event.relatedTarget && question.contains(pressed))) return;
    settle(false);
  });

  document.addEventListener("click", (event) => {
    const alarm = event.target.closest("[data-alarm]"),
      question = questionOf(alarm);
    if (!question) return;
    if (event.target.closest("[data-alarm-yes]")) {
      alarm.querySelector("[data-alarm-ask]").hidden = true;
      alarm.focus({ preventScroll: true });
      settle(true);
    } else if (event.target.closest("[data-alarm-slip]")) {
      const was = before.get(question) || [];
      const values = alarm.dataset.values.split(" ");
      question.querySelectorAll("input").forEach((box) => {
        box.checked = box.type === "radio" ? was.includes(box.value) : box.checked && !values.includes(box.value);
      });
      const back = question.querySelector("input:checked") || question.querySelector("input");
      back.focus();
      back.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  document.addEventListener("intake:page", () => {
    clearTimeout(timer);
    start();
  });
  start();
})();
