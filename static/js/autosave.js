// @ts-check
// Forms that save themselves, for patients and staff: one save in flight, later changes go with the next. A save that
// fails is retried, soon at first, every half minute later, and at once when the network is back; nothing is kept in
// the browser but what is on the screen. The page defines how a save is sent and what is put where.
(() => {
  "use strict";
  const PAUSE = 1500; // after the last key
  const AT_LEAST = 5000; // while typing on and on
  const SLOW = 400; // only then "Saving …" is worth a word
  const LONGEST = 30_000; // then a request counts as failed
  const KEEPALIVE = 50_000; // letters; browsers refuse to finish more than 64 kB after leaving

  const { wordsOf } = window.ashi;

  /** @param {Saving} saving @returns {Autosave} */
  window.ashi.autosave = ({ form, place, send, isHeld, skips, isOrdered = false, settles = 0, retry, onInput }) => {
    /** @type {Change | ""} */
    let unsaved = "";
    /** @type {Promise<boolean> | null} */
    let flight = null;
    let failures = 0;
    let isClosed = false;
    let hasLeft = false;
    const timers = { pause: 0, atLeast: 0, settle: 0, retry: 0 };
    const clear = () => {
      for (const timer of Object.values(timers)) clearTimeout(timer);
      Object.assign(timers, { pause: 0, atLeast: 0, settle: 0, retry: 0 });
    };

    /** @param {string} word @param {string} [state] */
    const tell = (word, state = "failed") => {
      const box = place();
      const words = wordsOf(word) || word;
      if (!box) {
        window.ashi.say(words);
        return;
      }
      box.textContent = words;
      box.dataset.state = state;
      box.dataset.told = "";
    };
    const tellFailed = () => tell(navigator.onLine ? "failed" : "offline");

    const failed = () => {
      failures += 1;
      tellFailed();
      clearTimeout(timers.retry);
      timers.retry = window.setTimeout(again, Math.min(30_000, 1000 * 2 ** failures));
    };
    const again = () => {
      timers.retry = 0;
      if (retry) retry();
      else flush();
    };

    /** @param {HTMLFormElement} of @param {boolean} isLeaving */
    const once = async (of, isLeaving) => {
      const kind = unsaved === "typing" ? "typing" : "settled";
      unsaved = "";
      clear();
      const slow = window.setTimeout(() => {
        if (!failures && of.isConnected) tell("saving", "saving");
      }, SLOW);
      const outcome = await send(of, kind, isLeaving);
      clearTimeout(slow);
      if (outcome === "answered") {
        failures = 0;
        const box = place();
        if (box && "told" in box.dataset) {
          delete box.dataset.told;
          delete box.dataset.state;
        }
        return true;
      }
      if (!of.isConnected || isClosed || outcome === "closed") return false;
      if (outcome !== "refused") unsaved = kind === "settled" ? kind : unsaved || kind;
      if (outcome === "failed") failed();
      else {
        failures += 1;
        tell(outcome);
      }
      return false;
    };
    const launch = (/** @type {HTMLFormElement} */ of, isLeaving = false) => {
      flight = once(of, isLeaving).finally(() => {
        flight = null;
      });
      return flight;
    };
    const flush = async () => {
      const of = form();
      while (of && !isClosed && (flight || (unsaved && !isHeld?.()))) {
        if (!(await (flight ?? launch(of)))) return false;
      }
      return true;
    };

    /** @param {Change} kind */
    const change = (kind) => {
      if (isClosed) return;
      if (kind === "settled") {
        unsaved = "settled";
        clearTimeout(timers.settle);
        if (settles) timers.settle = window.setTimeout(flush, settles);
        else flush();
        return;
      }
      unsaved ||= "typing";
      clearTimeout(timers.pause);
      if (timers.retry) return; // it goes with the next try
      timers.pause = window.setTimeout(flush, PAUSE);
      timers.atLeast ||= window.setTimeout(flush, AT_LEAST);
    };

    const isOurs = (/** @type {HTMLElement} */ field) => Boolean(form()?.contains(field)) && !skips?.(field);
    document.addEventListener("input", (event) => {
      const field = window.ashi.at(event);
      if (!isOurs(field)) return;
      onInput?.();
      // a tick reports its change right after
      if (field.matches("textarea, input:not([type=radio]):not([type=checkbox])")) change("typing");
    });
    document.addEventListener("change", (event) => {
      if (isOurs(window.ashi.at(event))) change("settled");
    });
    window.addEventListener("online", again);
    window.addEventListener("offline", () => {
      if (form() && !isClosed) tellFailed();
    });

    // Leaving: what is unsaved is sent now; what is in flight arrives by itself.
    /** @param {boolean} isLeaving false: only out of sight */
    const leave = (isLeaving) => {
      const of = form();
      if (!of || isClosed || !unsaved) return;
      unsaved = "settled";
      if (!flight) launch(of, isLeaving);
      else if (isLeaving || isOrdered) send(of, "settled", isLeaving);
      else flush();
      hasLeft = isLeaving;
    };
    window.addEventListener("beforeunload", (event) => {
      if (unsaved && (failures || (flight && !isOrdered))) event.preventDefault();
      else if (isOrdered) leave(true);
    });
    window.addEventListener("pagehide", () => leave(true));
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && hasLeft && !isOrdered) window.location.reload(); // this page is older than what it sent
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") leave(false);
    });

    return {
      get unsaved() {
        return unsaved;
      },
      get flight() {
        return flight;
      },
      get isClosed() {
        return isClosed;
      },
      change,
      mark() {
        unsaved = "settled";
      },
      flush,
      failed,
      tell,
      stop() {
        clear();
        unsaved = "";
        failures = 0;
        isClosed = true;
      },
      reset() {
        clear();
        unsaved = "";
        failures = 0;
        isClosed = false;
      },
    };
  };

  // --- how a save is sent ---------------------------------------------------------------------------

  /** A request of our own, given up after half a minute; it outlives the page if it is small enough. */
  window.ashi.post = (url, body, headers = {}) => {
    const size = [...body.values()].reduce((sum, value) => sum + String(value).length, 0);
    const signal = AbortSignal.timeout?.(LONGEST);
    return fetch(url, { method: "POST", body, headers, signal, keepalive: size < KEEPALIVE });
  };

  // By htmx: hx-post says where to, hx-trigger="ashi:save" (and "submit", if a click sends the same) sends it.
  const SAVE = "ashi:save";
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === SAVE) event.detail.timeout = LONGEST;
  });
  window.ashi.saveByHtmx = (again) => (form, _kind, isLeaving) => {
    const url = form.getAttribute("hx-post") ?? form.action;
    if (isLeaving) {
      const sent = window.ashi.post(url, new FormData(form), { "HX-Request": "true" });
      return sent.then(
        () => "answered",
        () => "failed",
      ); // nobody sees the answer
    }
    return new Promise((done) => {
      const save = new Event(SAVE);
      /** @param {HtmxEvent} event */
      const isOurs = (event) => event.detail.requestConfig?.triggeringEvent === save;
      /** @param {Outcome} outcome */
      const end = (outcome) => {
        clearTimeout(longest);
        document.body.removeEventListener("htmx:afterRequest", answered);
        done(outcome);
      };
      /** @param {HtmxEvent} event */
      const answered = async (event) => {
        if (!isOurs(event)) return;
        const { xhr } = event.detail;
        const isLost = await window.ashi.lostSession?.(xhr.status, (name) => xhr.getResponseHeader(name), form, again);
        if (isLost) end("lost");
        else if (xhr.status === 0 || xhr.status === 429 || xhr.status >= 500) end("failed");
        else end(xhr.status < 400 || xhr.status === 409 || xhr.status === 422 ? "answered" : "refused");
      };
      const longest = window.setTimeout(() => end("failed"), LONGEST + 1000); // it was never sent
      document.body.addEventListener("htmx:afterRequest", answered);
      form.dispatchEvent(save);
    });
  };
})();
