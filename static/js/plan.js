// The plan page: item forms opened and closed, focus that stays near, arrow keys in the list of found points.
(() => {
  "use strict";
  const plan = () => document.getElementById("plan");
  const reveal = (element) => {
    if (element) element.focus();
    return Boolean(element);
  };

  // ---- an item form is closed by Cancel or Esc; the focus goes back to what opened it
  const close = (form) => {
    const slot = form.parentElement;
    if (!slot?.id.startsWith("edit-")) return false;
    form.remove();
    reveal(
      [...document.querySelectorAll("#plan a[hx-target]")].find(
        (link) => link.getAttribute("hx-target") === `#${slot.id}`,
      ),
    );
    return true;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-close]");
    const form = button?.closest(".item-form");
    if (form && close(form)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const lists = [...document.querySelectorAll(".point-results")].filter((box) => box.childElementCount);
      for (const box of lists) box.replaceChildren();
      const form = document.activeElement.closest(".item-form") || [...document.querySelectorAll(".item-form")].pop();
      if (!lists.length && form) close(form);
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

  // ---- the plan is drawn anew after each change: the focus returns to the same place of it
  const shifted = (at, by) => at.replace(/\d+$/, (index) => Number(index) + by);
  const rowOf = (at) =>
    [...document.querySelectorAll("#plan .row-actions form")].find((form) => form.elements.at.value === at);
  const editLink = (at) =>
    [...document.querySelectorAll("#plan .edit-link")].find((link) => link.getAttribute("href").endsWith(`?at=${at}`));
  const adder = (list) =>
    [...document.querySelectorAll("#plan .add-point")]
      .filter((form) => form.elements.at.value === list)
      .map((form) => form.elements.point)[0] || document.querySelector(`#plan a[href$="?new=${list}"]`);
  const button = (at, ...verbs) => {
    const row = rowOf(at);
    return (
      row &&
      (verbs.map((verb) => row.querySelector(`button[value=${verb}]`)).find(Boolean) || row.querySelector(".edit-link"))
    );
  };
  const places = {
    up: (at) => button(shifted(at, -1), "up", "down"),
    down: (at) => button(shifted(at, 1), "down", "up"),
    remove: (at) => button(at, "remove") || button(shifted(at, -1), "remove") || adder(at.replace(/\.?\d+$/, "")),
    change: (at) => editLink(at),
    add: (at) => adder(at),
    undo: () =>
      document.querySelector("#plan form[action$='/undo/'] button") || document.querySelector("#plan .page-head a"),
  };
  let near = null;
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (!form?.closest("#plan") || !form.hasAttribute("hx-post")) return;
    const sender = event.detail.requestConfig.triggeringEvent?.submitter;
    const verb = form.getAttribute("action").endsWith("/undo/")
      ? "undo"
      : sender && sender.name === "verb"
        ? sender.value
        : form.elements.verb?.value;
    near = places[verb] ? { verb, at: form.elements.at ? form.elements.at.value : "" } : null;
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (!near || event.target !== plan()) return;
    const { verb, at } = near;
    near = null;
    if (!plan().querySelector("[data-focus]")) reveal(places[verb](at));
  });
  // a form that has just come in takes the focus: at the field that is wrong, else at the first
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const slot = event.detail.target;
    const form = slot.id?.startsWith("edit-") && slot.querySelector(":scope > .item-form");
    if (form) reveal(form.querySelector("input:not([type=hidden]), select, textarea"));
  });
})();
