// A few lines for every page: keys, focus after a swap, print and copy, saying when the network fails.
(() => {
  "use strict";
  const say = (text) => { const box = document.getElementById("announce"); if (box) box.textContent = text; };
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const results = document.getElementById("find-results");
      if (results) results.replaceChildren();
      document.querySelectorAll("details.me[open]").forEach((open) => open.removeAttribute("open"));
    }
    if (typing(document.activeElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      const find = document.getElementById("find-patient");
      if (find) { event.preventDefault(); find.focus(); }
    } else if (event.key === "?") {
      window.location.assign("/keys/");
    }
  });

  const focusMarked = (root) => { const target = root.querySelector("[data-focus]"); if (target) target.focus(); };
  document.addEventListener("DOMContentLoaded", () => focusMarked(document));
  document.body.addEventListener("htmx:afterSwap", (event) => {
    focusMarked(event.detail.target);
    const words = event.detail.target.querySelector("[data-announce]");
    if (words) say(words.textContent.trim());
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
      try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
      button.textContent = "Copied";
      say("Copied");
    });
  });
  const failed = () => say("That could not be saved. What you typed is still here; please try again.");
  document.body.addEventListener("htmx:sendError", failed);
  document.body.addEventListener("htmx:responseError", failed);
})();
