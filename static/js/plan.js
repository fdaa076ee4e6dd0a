// @ts-check
// The plan page: opening and closing item forms, keeping the focus close, arrow keys in the list of points found.
(() => {
  "use strict";
  const { at: targetOf } = window.ashi;
  const all = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)];
  /** The value of a form's field. @param {Element} form @param {string} name */
  const textOf = (form, name) => {
    const field = /** @type {HTMLFormElement} */ (form).elements.namedItem(name);
    return field && "value" in field ? field.value : "";
  };

  // ---- Cancel or Esc closes an item form; the focus returns to what opened it
  const close = (/** @type {HTMLElement} */ form) => {
    const slot = form.parentElement;
    if (!slot?.id.startsWith("edit-")) return false;
    form.remove();
    all("#plan a[hx-target]")
      .find((link) => link.getAttribute("hx-target") === `#${slot.id}`)
      ?.focus();
    return true;
  };
  document.addEventListener("click", (event) => {
    const form = targetOf(event).closest("[data-close]")?.closest(".item-form");
    if (form instanceof HTMLElement && close(form)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const lists = all(".point-results").filter((box) => box.childElementCount);
      for (const box of lists) box.replaceChildren();
      const form = document.activeElement?.closest(".item-form") ?? all(".item-form").at(-1);
      if (!lists.length && form instanceof HTMLElement) close(form);
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const field = targetOf(event);
    const add = field.closest(".add-point");
    if (!add || field.tagName === "SELECT") return;
    const found = [...add.querySelectorAll(".point-result")];
    if (!found.length) return;
    event.preventDefault();
    const here = found.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    (found[here + (event.key === "ArrowDown" ? 1 : -1)] ?? add.querySelector("input[name=point]"))?.focus();
  });

  // ---- the plan is replaced after each change: the focus returns to the same place in it ("stages.0.points.2")
  /** @param {string} at @param {number} by */
  const shifted = (at, by) => at.replace(/\d+$/, (index) => String(Number(index) + by));
  const adder = (/** @type {string} */ list) => {
    const form = all("#plan .add-point").find((one) => textOf(one, "at") === list);
    return form?.querySelector("input[name=point]") ?? document.querySelector(`#plan a[href$="?new=${list}"]`);
  };
  /** @param {string} at @param {string[]} verbs */
  const button = (at, ...verbs) => {
    const row = all("#plan .row-actions form").find((form) => textOf(form, "at") === at);
    const found = verbs.map((verb) => row?.querySelector(`button[value=${verb}]`)).find(Boolean);
    return found ?? row?.querySelector(".edit-link");
  };
  /** @type {Record<string, (at: string) => Element | null | undefined>} */
  const places = {
    up: (at) => button(shifted(at, -1), "up", "down"),
    down: (at) => button(shifted(at, 1), "down", "up"),
    remove: (at) => button(at, "remove") ?? button(shifted(at, -1), "remove") ?? adder(at.replace(/\.?\d+$/, "")),
    swap: (at) => all("#plan .swap-link").find((link) => link.getAttribute("href")?.endsWith(`?at=${at}`)),
    change: (at) => all("#plan .edit-link").find((link) => link.getAttribute("href")?.endsWith(`?at=${at}`)),
    add: adder,
    undo: () =>
      document.querySelector("#plan form[action$='/undo/'] button") ?? document.querySelector("#plan .page-head a"),
  };
  /** @type {{ verb: string, at: string } | null} */
  let near = null;
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (!form?.closest("#plan") || !form.hasAttribute("hx-post")) return;
    const pressed = event.detail.requestConfig.triggeringEvent?.submitter;
    let verb = pressed?.name === "verb" ? pressed.value : textOf(form, "verb");
    if (form.getAttribute("action")?.endsWith("/undo/")) verb = "undo";
    near = verb in places ? { verb, at: textOf(form, "at") } : null;
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const plan = document.getElementById("plan");
    if (!near || !plan || event.target !== plan) return;
    const place = places[near.verb](near.at);
    near = null;
    if (!plan.querySelector("[data-focus]") && place instanceof HTMLElement) place.focus();
  });
  // what was folded out stays so when the plan is drawn again
  /** @type {string[]} */
  let open = [];
  document.body.addEventListener("htmx:beforeSwap", () => {
    open = all("#plan details[open][id]").map((one) => one.id);
  });
  // a new form takes the focus: at the first invalid field, else at the first
  document.body.addEventListener("htmx:afterSwap", (event) => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    const slot = event.detail.target;
    const form = slot.id?.startsWith("edit-") && slot.querySelector(":scope > .item-form");
    if (form) form.querySelector("input:not([type=hidden]), select, textarea, [name=instead], [data-focus]")?.focus();
  });
})();
