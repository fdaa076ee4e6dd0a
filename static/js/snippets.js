// @ts-check
// A snippet of one's own in a field of several lines: ";name" and Enter become its text.
(() => {
  "use strict";
  const form = document.querySelector("form[data-snippets]");
  const url = form instanceof HTMLElement ? form.dataset.snippets : "";
  if (!form || !url) return;

  form.addEventListener("keydown", async (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== "Enter" || event.isComposing) return;
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement)) return;
    const caret = field.selectionStart;
    const typed = /(?:^|\s);([a-z0-9-]{1,40})$/i.exec(field.value.slice(0, caret));
    if (!typed || caret !== field.selectionEnd) return;
    event.preventDefault();
    const begin = caret - typed[1].length - 1;
    const before = field.value;
    try {
      const answer = await fetch(`${url}?name=${encodeURIComponent(typed[1])}`, {
        cache: "no-store",
        redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (field.value !== before) return; // typed on meanwhile: nothing is put over it
      field.setRangeText(text, begin, caret, "end");
      window.ashi.changed(field);
    } catch {
      window.ashi.say(`You keep no snippet “${typed[1]}”.`);
    }
  });
})();
