// @ts-check
// The assessment page: letters in a three-way control, "the rest is absent"; it saves itself (autosave.js).
(() => {
  "use strict";
  /** @type {Record<string, string>} */
  const KEYS = { p: "1", "+": "1", a: "0", "-": "0", n: "", "?": "" };
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("examination"));
  if (!form?.hasAttribute("hx-post")) return;
  const { at, changed } = window.ashi;
  /** @param {HTMLElement} radio @param {string} value */
  const option = (radio, value) =>
    /** @type {HTMLInputElement | null} */ (radio.closest(".three")?.querySelector(`input[value="${value}"]`));

  form.addEventListener("keydown", (event) => {
    const radio = at(event);
    if (!radio.matches("[type=radio]") || !(event.key in KEYS)) return;
    event.preventDefault();
    event.stopPropagation();
    const pick = option(radio, KEYS[event.key]);
    if (!pick) return;
    pick.checked = true;
    pick.focus();
    changed(pick);
  });

  for (const button of document.querySelectorAll("[data-rest-absent]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = button.closest("[data-group]")?.querySelectorAll('.three input[value=""]:checked') ?? [];
      for (const input of open) {
        const absent = option(input, "0");
        if (absent) absent.checked = true;
      }
      if (open.length) changed(form);
    });
  }

  const save = window.ashi.autosave({
    form: () => form,
    place: () => document.getElementById("saved"),
    send: window.ashi.saveByHtmx(() => save.change("settled")),
    settles: 250,
  });
})();
