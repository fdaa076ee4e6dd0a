// @ts-check
// Names offered while one types a list: each is a button behind the field, so that Tab or the arrow down reaches them.
(() => {
  "use strict";
  const MOST = 5;
  const SHORTEST = 2; // letters
  const BETWEEN = /[\n,;、，；]/;

  /** @param {HTMLTextAreaElement} field */
  const typed = (field) => {
    const before = field.value.slice(0, field.selectionStart);
    return before.split(BETWEEN).pop()?.trimStart() ?? "";
  };

  /** @param {HTMLTextAreaElement} field */
  const placeOf = (field) => field.closest(".question")?.querySelector("[data-suggested]");

  /** @param {HTMLTextAreaElement} field @param {string} name */
  const take = (field, name) => {
    const start = field.selectionStart - typed(field).length;
    field.setRangeText(`${name}\n`, start, field.selectionStart, "end");
    placeOf(field)?.replaceChildren();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /** @param {HTMLTextAreaElement} field */
  const offer = (field) => {
    const place = placeOf(field);
    const names = document.getElementById(field.dataset.suggest ?? "")?.textContent;
    if (!place || !names) return;
    const words = typed(field).toLocaleLowerCase();
    const known = /** @type {string[]} */ (JSON.parse(names));
    const found = words.length < SHORTEST ? [] : known.filter((name) => name.toLocaleLowerCase().startsWith(words));
    const made = found.slice(0, MOST).map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "option-chip";
      button.textContent = name;
      button.addEventListener("click", () => take(field, name));
      return button;
    });
    place.replaceChildren(...made);
  };

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field instanceof HTMLTextAreaElement && field.dataset.suggest) offer(field);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !field.dataset.suggest) return;
    const first = placeOf(field)?.querySelector("button");
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
    if (event.key === "Escape") placeOf(field)?.replaceChildren();
  });
})();
