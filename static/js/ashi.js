// @ts-check
// A few lines for every page: keys, focus after a swap, print and copy, reporting network failures. What all our
// scripts share is in window.ashi.
(() => {
  "use strict";
  /** @param {string} text */
  const say = (text) => {
    const box = document.getElementById("announce");
    if (box) box.textContent = text;
  };
  /** @param {Event} event */
  const at = (event) => /** @type {HTMLElement} */ (event.target);
  const shared = {
    locale: "en-GB", // of dates that a script writes
    say,
    at,
    /** The words are in the page (components/_script_words.html), in its language. @param {string} name */
    wordsOf(name) {
      const words = /** @type {HTMLTemplateElement | null} */ (document.getElementById("script-words"));
      return words?.content.querySelector(`[data-word="${name}"]`)?.textContent?.trim() ?? "";
    },
    changed: (/** @type {HTMLElement} */ field) => field.dispatchEvent(new Event("change", { bubbles: true })),
    notice(/** @type {string} */ words) {
      const notice = document.createElement("p");
      notice.className = "notice caution";
      notice.setAttribute("role", "alert");
      notice.textContent = words;
      return notice;
    },
    /** @param {HTMLTextAreaElement | HTMLInputElement} field @param {HTMLElement} button */
    async copy(field, button) {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");
      }
      button.textContent = shared.wordsOf("copied");
      say(button.textContent);
    },
  };
  window.ashi = /** @type {Ashi} */ (/** @type {unknown} */ (shared)); // autosave.js and others add their own

  const found = () => document.getElementById("find-results");
  const typing = (/** @type {Element | null} */ el) =>
    el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  document.addEventListener("keydown", (event) => {
    const find = document.getElementById("find-patient");
    if (event.key === "Escape") {
      if (found()?.contains(document.activeElement)) find?.focus();
      found()?.replaceChildren();
      for (const open of document.querySelectorAll("details.me[open]")) open.removeAttribute("open");
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      // from the search field through the results
      const stops = find ? [find, ...document.querySelectorAll("#find-results a")] : [];
      const here = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      const next = stops[here + (event.key === "ArrowDown" ? 1 : -1)];
      if (here >= 0 && next) {
        event.preventDefault();
        next.focus();
      }
    }
    if (typing(document.activeElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && find) {
      event.preventDefault();
      find.focus();
    } else if (event.key === "?") window.location.assign("/keys/");
  });

  // Enter in a one-line field goes to the next one, or adds in a row that adds; it never presses a button further down.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    if (!(field instanceof HTMLInputElement) || !field.form?.hasAttribute("data-enter-next")) return;
    if (/^(submit|button|reset|image|file)$/.test(field.type)) return;
    event.preventDefault();
    const adds = field.closest("[data-enter-adds]");
    if (adds) {
      adds.querySelector('button[type="submit"]')?.click();
      return;
    }
    const all = /** @type {HTMLInputElement[]} */ ([...field.form.elements]);
    const stops = all.filter((one) => {
      const isShown = one.tabIndex >= 0 && one.getClientRects().length > 0 && !one.disabled;
      return isShown && (one === field || one.type !== "radio" || one.name !== field.name);
    });
    stops[stops.indexOf(field) + 1]?.focus();
  });

  const focusMarked = (/** @type {ParentNode} */ root) => root.querySelector("[data-focus]")?.focus();
  document.addEventListener("DOMContentLoaded", () => {
    focusMarked(document);
    const here = document.querySelector(".mainnav [aria-current]"); // a phone shows only part of the row
    const row = here?.parentElement;
    if (here && row) row.scrollLeft = here.offsetLeft - row.offsetLeft - 48;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    // An outerHTML swap leaves the old element in detail.target: then the new one gets the event.
    const swapped = event.detail.target.isConnected ? event.detail.target : at(event);
    focusMarked(swapped);
    const words = swapped.querySelector("[data-announce]");
    if (words) say(words.textContent?.trim() ?? "");
  });
  // htmx treats the focused button as pressed: an automatic save presses none, it only saves.
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { elt, triggeringEvent, parameters } = event.detail;
    const url = elt.getAttribute("hx-post");
    if (!(elt instanceof HTMLFormElement) || !url || triggeringEvent?.type === "submit") return;
    event.detail.path = url;
    for (const one of elt.elements) {
      if (one instanceof HTMLButtonElement && one.type === "submit" && one.name) delete parameters[one.name];
    }
  });
  // Buttons that need this script are shown only if it runs.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
    button.addEventListener("click", () => window.ashi.copy(field, button));
  }
  const failed = () => say("That could not be saved. What you typed is still here; please try again.");
  document.body.addEventListener("htmx:sendError", failed);
  document.body.addEventListener("htmx:responseError", failed);
})();
