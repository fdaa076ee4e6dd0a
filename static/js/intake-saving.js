// The patient's form on any network: saves while one types and when one leaves, waits for the net, never jumps away
// from unsaved words. Nothing is kept in the browser: what is not saved yet is only on the screen.
(() => {
  "use strict";
  const PAUSE = 1500; // after the last key
  const AT_LEAST = 5000; // while typing on and on
  const LONGEST = 30000; // then a request counts as failed and is sent again
  const KEEPALIVE = 50000; // letters; browsers refuse to finish more than 64 kB after leaving
  const LEFT = "ashi-left"; // which page was left while saving, and when: no answer

  const state = { unsaved: "", read: false, flight: null, failures: 0, closed: false, wants: null, url: location.href };
  let pause = 0,
    atLeast = 0,
    retry = 0;
  const main = () => document.getElementById("main");
  const form = () => document.querySelector("form[data-answers]");

  // --- words under the buttons ----------------------------------------------------------------
  const say = (words, is) => {
    const place = document.getElementById("saved");
    if (place) {
      place.textContent = words;
      place.dataset.state = is;
    } else document.getElementById("announce").textContent = words;
  };
  const sayFailed = () =>
    say(
      navigator.onLine
        ? "We can not reach the clinic just now. Your words are kept on this page; we keep trying."
        : "You are offline. Your words are kept on this page; we save them when the net is back.",
      "failed",
    );
  const busy = (is) => {
    const buttons = document.querySelectorAll(".onward .btn-primary, [data-once] .btn-primary");
    for (const button of buttons) button.classList.toggle("is-busy", is);
  };

  // --- one save in flight; what changes meanwhile goes with the next ------------------------------
  const posted = (of, submitter) => {
    if (of.elements._seq) of.elements._seq.value = Number(of.elements._seq.value) + 1;
    const data = new FormData(of);
    if (submitter?.name) data.set(submitter.name, submitter.value);
    return data;
  };
  const ask = (url, options) =>
    fetch(url, {
      signal: AbortSignal.timeout?.(LONGEST),
      ...options,
    });
  const isClosed = (answer) => [403, 404, 410].includes(answer.status) || answer.headers.has("X-Ashi-Stop");
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  const put = (text) => {
    // the parts that a save answers, each in its place
    const parts = parse(text).body;
    for (const id of ["saved", "clashes", "messages"]) {
      const fresh = parts.querySelector(`#${id}`),
        old = document.getElementById(id);
      if (!fresh || !old || fresh.innerHTML === old.innerHTML) continue;
      old.replaceWith(fresh);
      htmx.process(fresh);
      if (id === "messages") document.dispatchEvent(new Event("intake:messages"));
    }
  };

  async function send(of) {
    const typing = state.unsaved === "typing",
      read = state.read && !typing;
    const body = posted(of);
    const size = [...body.values()].reduce((sum, value) => sum + String(value).length, 0);
    state.unsaved = "";
    clearTimeout(pause);
    clearTimeout(atLeast);
    clearTimeout(retry);
    atLeast = 0;
    if (!state.failures) say("Saving …", "saving");
    try {
      const answer = await ask(of.dataset.save + (typing ? "?typing=1" : read ? "?read=1" : ""), {
        method: "POST",
        body,
        keepalive: size < KEEPALIVE,
      });
      if (isClosed(answer) || answer.redirected) {
        close(answer, await answer.text());
        return false;
      }
      if (!answer.ok) throw new Error(answer.status);
      const text = await answer.text();
      state.failures = 0;
      if (read) state.read = false;
      if (of.isConnected) put(text);
      return true;
    } catch {
      if (of.isConnected) {
        state.unsaved = state.unsaved === "settled" || !typing ? "settled" : "typing";
        failed();
      }
      return false;
    }
  }
  // Resolves true when nothing is unsaved; an answer that is being asked about (intake-alarm.js) waits.
  const isAsking = () => Boolean(document.querySelector("form[data-answers] [data-asking]"));
  async function flush() {
    const of = form();
    while (of && !state.closed && (state.flight || (state.unsaved && !isAsking()))) {
      if (!state.flight)
        state.flight = send(of).finally(() => {
          state.flight = null;
        });
      if (!(await state.flight)) return false;
    }
    return true;
  }
  const failed = () => {
    state.failures += 1;
    sayFailed();
    clearTimeout(retry);
    retry = setTimeout(again, Math.min(30000, 1000 * 2 ** state.failures));
  };
  const again = () => {
    if (state.wants) state.wants();
    else flush();
  };

  document.addEventListener("input", (event) => {
    const of = form();
    if (!of?.contains(event.target) || event.target.name === "_view") return;
    if (state.wants) {
      state.wants = null;
      busy(false);
    } // somebody goes on writing: no jump when the net is back
    const isText = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
    if (!isText) return; // a tick tells its change right after
    if (!state.unsaved) state.unsaved = "typing";
    clearTimeout(pause);
    if (state.failures) return; // the retry is set
    pause = setTimeout(flush, PAUSE);
    atLeast = atLeast || setTimeout(flush, AT_LEAST);
  });
  document.addEventListener("change", (event) => {
    const of = form();
    if (!of?.contains(event.target) || event.target.name === "_view") return;
    state.unsaved = "settled";
    if (isAsking()) say("Not saved yet: please say whether your answer is right.", "asking");
    else flush();
  });
  // the alarm in the page was confirmed, left or waited for long enough (intake-alarm.js)
  document.addEventListener("intake:settle", (event) => {
    if (!form() || state.closed) return;
    state.unsaved = "settled";
    state.read = event.detail.read || state.read;
    flush();
  });
  window.addEventListener("online", again);
  window.addEventListener("offline", () => {
    if (form()) sayFailed();
  });

  // --- leaving the page by the browser: what is unsaved is sent along -----------------------------
  const leave = () => {
    const of = form();
    if (!of || state.closed || (!state.unsaved && !state.flight)) return;
    try {
      sessionStorage.setItem(LEFT, JSON.stringify([location.pathname, Date.now()]));
    } catch {
      /* no storage: fine */
    }
    if (!state.unsaved) return; // what is in flight arrives by itself
    state.unsaved = "settled";
    if (!("keepalive" in Request.prototype)) navigator.sendBeacon(of.dataset.save, posted(of));
    else if (state.flight)
      send(of); // beside the one in flight: the server keeps the newer
    else
      state.flight = send(of).finally(() => {
        state.flight = null;
      });
  };
  window.addEventListener("beforeunload", (event) => {
    if (state.failures && state.unsaved) event.preventDefault();
    leave();
  });
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });

  // Reloaded while the last words were still on their way: this page may be older than they are.
  const catchUp = async () => {
    let left = null;
    try {
      left = JSON.parse(sessionStorage.getItem(LEFT));
      sessionStorage.removeItem(LEFT);
    } catch {
      /* nothing */
    }
    if (!left || left[0] !== location.pathname || Date.now() - left[1] > 15000) return;
    const of = form();
    for (const wait of [300, 700, 1500, 3000]) {
      await new Promise((done) => setTimeout(done, wait));
      if (form() !== of || state.unsaved || state.flight) return; // somebody writes already
      try {
        const fresh = parse(await (await ask(location.href)).text());
        const now = fresh.querySelector("form[data-answers]");
        if (now && shownIn(now) !== shownIn(of) && form() === of && !state.unsaved) {
          show(fresh, location.href, false);
          return;
        }
      } catch {
        return;
      }
    }
  };
  const shownIn = (of) => JSON.stringify([...new FormData(of)].filter(([name]) => !/^(_|csrf)/.test(name)));

  // --- Next, Back and every other way inside the form: without the browser's own error page --------
  const show = (fresh, url, isNew) => {
    const there = fresh.getElementById("main");
    if (!there || !fresh.body.classList.contains("for-patient")) {
      location.assign(url);
      return;
    }
    for (const script of fresh.querySelectorAll("script[src]")) {
      if (document.querySelector(`script[src="${CSS.escape(script.getAttribute("src"))}"]`)) continue;
      const wanted = document.createElement("script");
      wanted.src = script.getAttribute("src");
      wanted.addEventListener("load", () => document.dispatchEvent(new Event("intake:page")));
      document.body.append(wanted);
    }
    main().replaceWith(document.adoptNode(there));
    document.title = fresh.title;
    Object.assign(state, { unsaved: "", read: false, failures: 0, closed: false, wants: null });
    clearTimeout(pause);
    clearTimeout(atLeast);
    clearTimeout(retry);
    atLeast = 0;
    if (isNew && url !== location.href) history.pushState({}, "", url);
    state.url = location.href;
    htmx.process(main());
    window.scrollTo(0, 0);
    (main().querySelector("[data-focus]") || main()).focus({ preventScroll: true });
    main().querySelector("[data-focus]")?.scrollIntoView({ block: "start" });
    document.dispatchEvent(new Event("intake:page"));
  };
  // ``go``: a function that asks. Asked again when the net is back, unless somebody goes on writing.
  async function walk(go, { isNew = true, undo = null } = {}) {
    const from = main();
    from.querySelector("[data-asking]")?.removeAttribute("data-asking"); // going on is an answer, too
    let asking = false;
    const attempt = async () => {
      if (state.flight) await state.flight;
      if (asking || main() !== from || state.wants !== attempt) return;
      clearTimeout(retry);
      asking = true;
      busy(true);
      try {
        const answer = await go();
        const text = await answer.text();
        if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
        if (main() !== from || state.wants !== attempt) return;
        state.wants = null;
        if (isClosed(answer) && form()) {
          close(answer, text);
          return;
        }
        show(parse(text), answer.url, isNew);
      } catch {
        if (main() !== from || state.wants !== attempt) return;
        if (undo) {
          undo();
          state.wants = null;
        }
        failed();
      } finally {
        asking = false;
        if (!state.wants) busy(false);
      }
    };
    state.wants = attempt;
    await attempt();
  }

  document.addEventListener("submit", (event) => {
    const of = event.target,
      submitter = event.submitter;
    if (
      !("submitter" in event) ||
      event.defaultPrevented ||
      of.method !== "post" ||
      of.hasAttribute("hx-post") ||
      !main().contains(of)
    )
      return;
    event.preventDefault();
    walk(() => {
      if (of.matches("[data-answers]")) {
        state.unsaved = "settled";
      }
      const sent = posted(of, submitter);
      return ask(of.action, { method: "POST", body: sent });
    });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    const plain =
      !event.defaultPrevented &&
      event.button === 0 &&
      !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.target || link.origin !== location.origin || !link.pathname.startsWith("/i/")) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    walk(async () => {
      if (!(await flush())) throw new Error("unsaved");
      return ask(link.href);
    });
  });
  window.addEventListener("popstate", () => {
    const was = state.url,
      plain = (url) => url.split("#")[0];
    if (plain(location.href) === plain(was)) return;
    const wanted = location.href;
    walk(
      async () => {
        if (!(await flush())) throw new Error("unsaved");
        return ask(wanted);
      },
      { isNew: false, undo: () => history.pushState({}, "", was) },
    );
  });

  // --- the link does not open the form any more: say why, keep the words, let them be copied --------
  const close = (answer, text) => {
    const panel = document.getElementById("saying-closed").content.cloneNode(true).firstElementChild;
    const page = answer.redirected ? null : parse(text).getElementById("main");
    const title = page?.querySelector("h1")?.textContent || "This page can not be saved any more";
    panel.querySelector("[data-title]").textContent = title;
    panel.querySelector("[data-why]").textContent =
      page?.querySelector("h1 + p")?.textContent ||
      "Something changed in another tab or on another device. Please open the link from our message again.";
    const words = written();
    panel.querySelector("#closed-words").value = words;
    panel.querySelector("[data-unsaved]").hidden = !words;
    panel.querySelector("[data-copy-words]").addEventListener("click", async (event) => {
      const box = document.getElementById("closed-words");
      box.select();
      try {
        await navigator.clipboard.writeText(box.value);
      } catch {
        document.execCommand("copy");
      }
      event.target.textContent = "Copied";
    });
    state.closed = true;
    state.unsaved = "";
    state.failures = 0;
    state.wants = null;
    clearTimeout(pause);
    clearTimeout(atLeast);
    clearTimeout(retry);
    say("Not saved: this link is closed.", "failed");
    document.getElementById("closed")?.remove();
    form().before(panel);
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "start" });
  };
  // What stands on the screen, question by question.
  const written = () =>
    [...form().querySelectorAll(".question")]
      .map((question) => {
        const ticked = [...question.querySelectorAll("input:checked")]
          .filter((box) => box.name !== "_view")
          .map((box) => box.parentElement.textContent.trim());
        const typed = [...question.querySelectorAll("textarea, input:not([type=radio]):not([type=checkbox])")]
          .map((field) => field.value.trim())
          .filter(Boolean);
        const all = [...typed, ...ticked];
        return all.length ? `${question.querySelector(".ask").textContent.trim()}\n${all.join("\n")}` : "";
      })
      .filter(Boolean)
      .join("\n\n");

  catchUp();
})();
