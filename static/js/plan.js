// @ts-check
// The plan page: opening and closing item forms, keeping the focus close, arrow keys in the list of points found.
(() => {
  "use strict";
  const { at: targetOf } = window.ashi;
  const all = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)];
  /** A field of a form. @param {Element} form @param {string} name */
  const fieldOf = (form, name) => {
    const field = /** @type {HTMLFormElement} */ (form).elements.namedItem(name);
    return /** @type {HTMLInputElement | null} */ (field && "value" in field ? field : null);
  };
  const textOf = (/** @type {Element} */ form, /** @type {string} */ name) => fieldOf(form, name)?.value ?? "";

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
  /** @type {Element | null} the form whose answer is awaited */
  let sent = null;
  /** @type {{ form: Element, value: string } | null} what was pressed meanwhile, to be sent after it */
  let next = null;
  /** @type {{ verb: string, at: string } | null} */
  let near = null;
  const isChange = (/** @type {Element} */ form) => form.matches("#plan form[hx-post]");
  document.body.addEventListener("htmx:confirm", (event) => {
    const { elt: form, triggeringEvent } = event.detail;
    if (!sent || !isChange(form)) return;
    next = { form, value: triggeringEvent?.submitter?.value ?? "" };
    event.preventDefault();
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt; // not what is asked from inside one: points found, the form of an item
    if (!isChange(form)) return;
    const pressed = event.detail.requestConfig.triggeringEvent?.submitter;
    let verb = pressed?.name === "verb" ? pressed.value : textOf(form, "verb");
    if (form.getAttribute("action")?.endsWith("/undo/")) verb = "undo";
    near = verb in places ? { verb, at: textOf(form, "at") } : null;
    sent = form;
  });
  /** What a form is about, wherever its item has moved to. @param {Element} form */
  const named = (form) => `${textOf(form, "at").replace(/\d+$/, "")} ${textOf(form, "was")}`;
  // a form that the answer to another one has drawn anew: sent as it is now, but never on top of what was refused
  window.ashi.pressAgain = (form, value) => {
    const told = (/** @type {Element} */ one) =>
      [one.matches(".item-form"), one.getAttribute("action"), textOf(one, "verb"), named(one)].join(" ");
    const now = all("#plan form").find((one) => told(one) === told(form));
    if (!now || document.querySelector("#plan [data-focus]")) return;
    [...now.querySelectorAll("button")].find((button) => button.value === value)?.click();
  };
  document.body.addEventListener("htmx:afterSwap", ({ target: plan }) => {
    if (!(plan instanceof HTMLElement) || plan.id !== "plan" || !near) return;
    const place = places[near.verb](near.at);
    near = null;
    if (!plan.querySelector("[data-focus]") && place instanceof HTMLElement) place.focus();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.elt !== sent) return;
    sent = null;
    const after = next;
    next = null;
    if (after) window.ashi.pressAgain?.(after.form, after.value);
  });

  // ---- what the other forms hold stays: parts folded out, points typed in another stage, the open form of another item
  /** @type {string[]} */
  let open = [];
  /** @type {{ id: string, value: string }[]} */
  let typed = [];
  /** @type {{ form: Element, item: string }[]} with its item as it read then: a form of what is otherwise now goes */
  let forms = [];
  const rowOf = (/** @type {Element} */ form) =>
    all("#plan .row-actions form").find((row) => named(row) === named(form));
  const itemOf = (/** @type {Element | undefined} */ row) =>
    [...(row?.closest("tr, .item")?.children ?? [])]
      .filter((part) => !part.matches(".row-actions"))
      .map((part) => part.textContent)
      .join(" ");
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    open = all("#plan details[open][id]").map((one) => one.id);
    const others = event.detail.target.id === "plan" ? all("#plan form").filter((form) => form !== sent) : [];
    forms = others
      .filter((form) => form.matches(".item-form:not(.swap-form)") && textOf(form, "was"))
      .map((form) => ({ form, item: itemOf(rowOf(form)) }));
    const adders = others.filter((form) => form.matches(".add-point"));
    typed = adders
      .flatMap((form) => [fieldOf(form, "point"), fieldOf(form, "where")])
      .filter((field) => field !== null);
    const here = document.activeElement; // who has gone on to another field stays there: htmx finds it by its id
    if (here?.id && others.some((form) => form.contains(here))) near = null;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const { id, value } of typed.splice(0)) {
      const field = document.getElementById(id);
      if (field instanceof HTMLInputElement) field.value ||= value;
    }
    for (const { form, item } of forms.splice(0)) {
      const row = rowOf(form); // its item may have moved, or gone
      const slot = row && document.getElementById(`edit-${textOf(row, "at").replaceAll(".", "")}`);
      if (!row || !slot || slot.childElementCount || itemOf(row) !== item) continue;
      for (const name of ["at", "revision"]) fieldOf(form, name)?.setAttribute("value", textOf(row, name));
      slot.append(form);
    }
  });
  // a new form takes the focus: at the first invalid field, else at the first
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const slot = event.detail.target;
    const form = slot.id?.startsWith("edit-") && slot.querySelector(":scope > .item-form");
    if (form) form.querySelector("input:not([type=hidden]), select, textarea, [name=instead], [data-focus]")?.focus();
  });
})();
