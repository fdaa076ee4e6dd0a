// @ts-check
// How stale is a page that refreshes itself? After a failed refresh it says so and keeps what it had.
(() => {
  "use strict";
  const bar = document.getElementById("freshness");
  if (!bar) return;
  const zone = bar.dataset.zone;
  /** @type {Intl.DateTimeFormatOptions} */
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone };
  /** @type {Intl.DateTimeFormatOptions} */
  const dated = { ...clock, weekday: "short", day: "numeric", month: "short" };
  let shown = new Date(bar.dataset.at ?? ""); // by the server's clock
  let isOld = false;

  /** @param {string} words @param {number} status @param {() => void} again */
  const tell = (words, status, again) => {
    const isSignedOut = status === 401;
    const todo = isSignedOut
      ? Object.assign(document.createElement("a"), { href: bar.dataset.signIn, textContent: "Sign in again" })
      : Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
    todo.className = "btn btn-quiet btn-sm";
    if (!isSignedOut) todo.addEventListener("click", again);
    bar.replaceChildren(Object.assign(document.createElement("span"), { textContent: words }), todo);
    bar.hidden = false;
  };
  window.ashi.freshness = {
    get isOld() {
      return isOld;
    },
    // ``saidDate``: the answer's Date header
    good(saidDate) {
      const said = new Date(saidDate ?? Number.NaN);
      shown = Number.isNaN(said.getTime()) ? new Date() : said;
      isOld = false;
      bar.hidden = true;
      bar.replaceChildren();
    },
    // ``status`` 0: no response at all; 401: signed out. ``again``: what "Try again" does
    failed(status, again) {
      let why = `the clinic’s server could not answer (${status})`;
      if (status === 401) why = "you are signed out";
      if (status === 0) why = "no connection";
      const isToday = new Date().toDateString() === shown.toDateString();
      const since = shown.toLocaleString(window.ashi.locale, isToday ? clock : dated);
      const words = `Not up to date since ${since}: ${why}.`;
      isOld = true;
      if (bar.dataset.words === words && !bar.hidden) return; // said already: nobody needs to hear it every ten seconds
      bar.dataset.words = words;
      tell(words, status, again);
    },
  };
})();
