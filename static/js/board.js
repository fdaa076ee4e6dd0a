// @ts-check
// The day board refreshes itself even while in use: what is open stays open, htmx keeps the focus by id.
(() => {
  "use strict";
  const board = document.getElementById("board");
  const freshness = window.ashi.freshness;
  const refresher = document.getElementById("board-refresh");
  if (!board || !refresher || !freshness || !window.htmx) return;
  const again = () => window.htmx.trigger(refresher, "ashi:refresh");
  const isOurs = (/** @type {HtmxEvent} */ event) => event.detail.target === board;
  // A response with the sign-in form must not end up inside the board.
  const isSignedOut = (/** @type {XMLHttpRequest} */ xhr) => xhr.status === 401 || /\/accounts\//.test(xhr.responseURL);
  /** @type {string[]} */
  let open = [];

  // A refresh says which state is shown; the server answers 304 while nothing has changed.
  document.body.addEventListener("htmx:configRequest", (event) => {
    const tag = document.getElementById("board-state")?.dataset.tag;
    if (event.detail.elt === refresher && tag) event.detail.headers["If-None-Match"] = tag;
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!isOurs(event)) return;
    if (event.detail.xhr.status === 304) {
      event.detail.shouldSwap = false;
      return;
    }
    if (isSignedOut(event.detail.xhr)) {
      event.detail.shouldSwap = false;
      return;
    }
    const isRefresh = event.detail.requestConfig.elt === refresher;
    open = isRefresh ? [...board.querySelectorAll("details[open][id]")].map((one) => one.id) : [];
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (!isOurs(event)) return;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    open = [];
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event)) return;
    const { xhr } = event.detail;
    if (isSignedOut(xhr)) freshness.failed(401, again);
    else if ([200, 304, 409].includes(xhr.status)) freshness.good(xhr.getResponseHeader("Date"));
    else freshness.failed(xhr.status, again);
    board.classList.toggle("is-old", freshness.isOld);
  });
  window.addEventListener("offline", () => {
    freshness.failed(0, again);
    board.classList.add("is-old");
  });
  window.addEventListener("online", again);
  window.setInterval(() => {
    if (freshness.isOld) again();
  }, 10_000);
})();
