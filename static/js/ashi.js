// A few lines for every page: keys, focus after a swap, print and copy, saying when the network fails.
(() => {
  "use strict";
  const say = (text) => {
    const box = document.getElementById("announce");
    if (box) box.textContent = text;
  };
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const results = document.getElementById("find-results");
      if (results) {
        if (results.contains(document.activeElement)) document.getElementById("find-patient").focus();
        results.replaceChildren();
      }
      for (const open of document.querySelectorAll("details.me[open]")) open.removeAttribute("open");
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      // from the search field through what was found
      const field = document.getElementById("find-patient");
      const stops = field ? [field, ...document.querySelectorAll("#find-results a")] : [];
      const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (stops.includes(document.activeElement) && stops[at]) {
        event.preventDefault();
        stops[at].focus();
      }
    }
    if (typing(document.activeElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      const find = document.getElementById("find-patient");
      if (find) {
        event.preventDefault();
        find.focus();
      }
    } else if (event.key === "?") {
      window.location.assign("/keys/");
    }
  });

  // Enter in a one-line field goes on to the next one, or adds in a row that adds; it never presses a button further down.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented || !(field instanceof HTMLInputElement))
      return;
    const form = field.form;
    if (!form?.hasAttribute("data-enter-next") || /^(submit|button|reset|image|file)$/.test(field.type)) return;
    event.preventDefault();
    const adds = field.closest("[data-enter-adds]");
    if (adds) {
      adds.querySelector('button[type="submit"]').click();
      return;
    }
    const stops = [...form.elements].filter(
      (one) =>
        one.tabIndex >= 0 &&
        one.getClientRects().length &&
        !one.disabled &&
        (one === field || one.type !== "radio" || one.name !== field.name),
    );
    const next = stops[stops.indexOf(field) + 1];
    if (next) next.focus();
  });

  const focusMarked = (root) => {
    const target = root.querySelector("[data-focus]");
    if (target) target.focus();
  };
  // An outerHTML swap leaves the old element in detail.target: then the new one tells the event.
  const swapped = (event) => (event.detail.target.isConnected ? event.detail.target : event.target);
  document.addEventListener("DOMContentLoaded", () => {
    focusMarked(document);
    const here = document.querySelector(".mainnav [aria-current]"); // a phone shows only part of the row
    if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 48;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    focusMarked(swapped(event));
    const words = swapped(event).querySelector("[data-announce]");
    if (words) say(words.textContent.trim());
  });
  // htmx takes the button that has the focus for pressed: a save that runs by itself presses none, it only saves.
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { elt, triggeringEvent, parameters } = event.detail;
    if (!(elt instanceof HTMLFormElement) || !elt.hasAttribute("hx-post") || triggeringEvent?.type === "submit") return;
    event.detail.path = elt.getAttribute("hx-post");
    for (const one of elt.elements) if (one.type === "submit" && one.name) delete parameters[one.name];
  });
  // Buttons that need this script show themselves only when it runs.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      say("Copied");
    });
  });
  const failed = () => say("That could not be saved. What you typed is still here; please try again.");
  document.body.addEventListener("htmx:sendError", failed);
  document.body.addEventListener("htmx:responseError", failed);
})();
