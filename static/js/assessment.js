// The assessment page: letters in a three-way control, "the rest is absent", and saying when a save fails.
(() => {
  "use strict";
  const KEYS = { p: "1", "+": "1", a: "0", "-": "0", n: "", "?": "" };
  const form = document.getElementById("examination");
  if (!form) return;

  form.addEventListener("keydown", (event) => {
    if (event.target.type !== "radio" || !(event.key in KEYS)) return;
    event.preventDefault();
    event.stopPropagation();
    const pick = event.target.closest(".three").querySelector(`input[value="${KEYS[event.key]}"]`);
    pick.checked = true;
    pick.focus();
    pick.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.querySelectorAll("[data-rest-absent]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = [...button.closest("[data-group]").querySelectorAll('.three input[value=""]:checked')];
      open.forEach((input) => {
        input.closest(".three").querySelector('input[value="0"]').checked = true;
      });
      if (open.length) form.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  const failed = () => {
    const saved = document.getElementById("saved");
    if (!saved) return;
    saved.dataset.state = "failed";
    saved.textContent = "Not saved: still on this page, trying again";
    window.setTimeout(() => form.dispatchEvent(new Event("change", { bubbles: true })), 5000);
  };
  document.body.addEventListener("htmx:sendError", failed);
  document.body.addEventListener("htmx:responseError", failed);
})();
