// The plan page: closing an edit form, arrow keys in the list of found points.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (!close) return;
    const form = close.closest(".item-form");
    const slot = form && form.parentElement;
    if (slot && slot.id.startsWith("edit-")) { event.preventDefault(); form.remove(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll(".point-results").forEach((box) => box.replaceChildren());
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const add = event.target.closest(".add-point");
    if (!add || event.target.tagName === "SELECT") return;
    const found = [...add.querySelectorAll(".point-result")];
    if (!found.length) return;
    event.preventDefault();
    const at = found.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (found[at] || add.querySelector("input[name=point]")).focus();
  });
  // a form that has just come in takes the focus
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const field = event.detail.target.querySelector(":scope > .item-form input:not([type=hidden]), :scope > .item-form select, :scope > .item-form textarea");
    if (field && event.detail.target.id.startsWith("edit-")) field.focus();
  });
})();
