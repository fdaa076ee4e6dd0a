// @ts-check
// The weekday next to a typed date.
(() => {
  "use strict";
  const { at, locale } = window.ashi;
  document.addEventListener("change", (event) => {
    const field = at(event);
    const weekday = document.querySelector(`[data-weekday-of="${field.id}"]`);
    if (!weekday || !(field instanceof HTMLInputElement)) return;
    const day = field.valueAsDate;
    weekday.textContent = day ? day.toLocaleDateString(locale, { weekday: "short", timeZone: "UTC" }) : "";
  });
})();
