// How old is what a page that refreshes itself shows? After a failed refresh it says so and keeps what it had.
(() => {
  "use strict";
  const bar = document.getElementById("freshness");
  if (!bar) return;
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: bar.dataset.zone };
  const dated = { ...clock, weekday: "short", day: "numeric", month: "short" };
  let at = new Date(bar.dataset.at); // by the server's clock
  let isOld = false;

  const server = (said) => {
    const date = new Date(said || NaN);
    return Number.isNaN(date.getTime()) ? new Date() : date;
  };
  window.ashiFreshness = {
    get isOld() {
      return isOld;
    },
    good(saidDate) {
      // ``saidDate``: the answer's Date header
      at = server(saidDate);
      isOld = false;
      bar.hidden = true;
      bar.replaceChildren();
    },
    // ``status`` 0: no answer at all; 401: signed out. ``again``: what "Try again" does
    failed(status, again) {
      const why =
        status === 401
          ? "you are signed out"
          : status === 0
            ? "no connection"
            : `the clinic’s server could not answer (${status})`;
      const isToday = new Date().toDateString() === at.toDateString();
      const words = `Not up to date since ${at.toLocaleString("en-GB", isToday ? clock : dated)}: ${why}.`;
      isOld = true;
      if (bar.dataset.words === words && !bar.hidden) return; // said already: nobody needs to hear it every ten seconds
      bar.dataset.words = words;
      const todo =
        status === 401
          ? Object.assign(document.createElement("a"), { href: bar.dataset.signIn, textContent: "Sign in again" })
          : Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
      todo.className = "btn btn-quiet btn-sm";
      if (status !== 401) todo.addEventListener("click", () => again());
      bar.replaceChildren(Object.assign(document.createElement("span"), { textContent: words }), todo);
      bar.hidden = false;
    },
  };
})();
