// @ts-check
// The patient's form on any network: saves itself (autosave.js), moves on and back without the browser's error page,
// never leaves unsaved text. Nothing is kept in the browser: what is not saved yet is only on the screen.
(() => {
  "use strict";
  const LONGEST = 30_000; // then a request counts as failed
  const LEFT = "ashi-left"; // which page was left while saving, and when: no answer
  const { at } = window.ashi;

  const main = () => /** @type {HTMLElement} */ (document.getElementById("main"));
  const form = () => /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-answers]"));
  /** @type {(() => void) | null} */
  let wants = null; // someone wants to go on: tried again when the net is back
  let url = location.href;
  let isRead = false; // the message of an alarm was read

  const busy = (/** @type {boolean} */ is) => {
    const buttons = document.querySelectorAll(".onward .btn-primary, [data-once] .btn-primary");
    for (const button of buttons) button.classList.toggle("is-busy", is);
  };
  /** @param {HTMLFormElement} of @param {HTMLElement | null} [submitter] */
  const posted = (of, submitter) => {
    const seq = /** @type {HTMLInputElement | null} */ (of.elements.namedItem("_seq"));
    if (seq) seq.value = String(Number(seq.value) + 1);
    const data = new FormData(of);
    if (submitter instanceof HTMLButtonElement && submitter.name) data.set(submitter.name, submitter.value);
    return data;
  };
  const get = (/** @type {string} */ from) => fetch(from, { signal: AbortSignal.timeout?.(LONGEST) });
  const isClosed = (/** @type {Response} */ answer) =>
    [403, 404, 410].includes(answer.status) || answer.headers.has("X-Ashi-Stop");
  // The clinic's tablet was given back (intake/views/kiosk.py): nothing of this page stays, unsaved words neither.
  const isGivenBack = (/** @type {Response} */ answer) => {
    const is = answer.headers.has("X-Ashi-Given-Back");
    if (is) location.replace(answer.url);
    return is;
  };
  const parse = (/** @type {string} */ text) => new DOMParser().parseFromString(text, "text/html");

  const put = (/** @type {string} */ text) => {
    // the parts that a save returns, each in its place
    const parts = parse(text).body;
    for (const id of ["saved", "clashes", "messages"]) {
      const fresh = parts.querySelector(`#${id}`);
      const old = document.getElementById(id);
      if (!fresh || !old || fresh.innerHTML === old.innerHTML) continue;
      old.replaceWith(fresh);
      window.htmx.process(fresh);
      if (id === "messages") document.dispatchEvent(new Event("intake:messages"));
    }
  };

  const save = window.ashi.autosave({
    form,
    place: () => document.getElementById("saved"),
    isOrdered: true, // by _seq
    // an answer still to be confirmed (intake-alarm.js) waits
    isHeld: () => Boolean(document.querySelector("form[data-answers] [data-asking]")),
    skips: (field) => field instanceof HTMLInputElement && field.name === "_view",
    retry: () => (wants ? wants() : save.flush()),
    onInput: () => {
      if (wants) busy(false); // someone goes on writing: no jump when the net is back
      wants = null;
    },
    send: async (of, kind, isLeaving) => {
      const hasRead = isRead && kind === "settled";
      const address = `${of.dataset.save}${kind === "typing" ? "?typing=1" : hasRead ? "?read=1" : ""}`;
      if (isLeaving && !("keepalive" in Request.prototype)) {
        return navigator.sendBeacon(address, posted(of)) ? "answered" : "failed";
      }
      try {
        const answer = await window.ashi.post(address, posted(of));
        const text = await answer.text();
        if (isGivenBack(answer)) return "closed";
        if (isClosed(answer) || answer.redirected) {
          close(answer, text);
          return "closed";
        }
        if (!answer.ok) return "failed";
        if (hasRead) isRead = false;
        if (of.isConnected) put(text);
        return "answered";
      } catch {
        return "failed";
      }
    },
  });
  document.addEventListener("change", (event) => {
    if (form()?.contains(at(event)) && save.unsaved && document.querySelector("form[data-answers] [data-asking]")) {
      save.tell("asking", "asking");
    }
  });
  // the alarm in the page was confirmed, left, or has waited long enough (intake-alarm.js)
  document.addEventListener("intake:settle", (event) => {
    if (!form() || save.isClosed) return;
    isRead = event.detail.read || isRead;
    save.change("settled");
  });

  // Reloaded while the last save was still on its way: this page may be older than that.
  const leave = () => {
    if (!form() || save.isClosed || (!save.unsaved && !save.flight)) return;
    try {
      sessionStorage.setItem(LEFT, JSON.stringify([location.pathname, Date.now()]));
    } catch {
      /* no storage: fine */
    }
  };
  window.addEventListener("beforeunload", leave);
  window.addEventListener("pagehide", leave);
  const shownIn = (/** @type {HTMLFormElement} */ of) =>
    JSON.stringify([...new FormData(of)].filter(([name]) => !/^(_|csrf)/.test(name)));
  const catchUp = async () => {
    let left = null;
    try {
      left = JSON.parse(sessionStorage.getItem(LEFT) ?? "null");
      sessionStorage.removeItem(LEFT);
    } catch {
      /* nothing */
    }
    const of = form();
    if (!of || !left || left[0] !== location.pathname || Date.now() - left[1] > 15_000) return;
    for (const wait of [300, 700, 1500, 3000]) {
      await new Promise((done) => setTimeout(done, wait));
      if (form() !== of || save.unsaved || save.flight) return; // someone writes already
      try {
        const fresh = parse(await (await get(location.href)).text());
        const now = /** @type {HTMLFormElement | null} */ (fresh.querySelector("form[data-answers]"));
        if (now && shownIn(now) !== shownIn(of) && form() === of && !save.unsaved) {
          show(fresh, location.href, false);
          return;
        }
      } catch {
        return;
      }
    }
  };

  // --- Next, Back and all other navigation inside the form: without the browser's error page --------
  /** What stands around the part that changes, in the language just chosen. @param {Document} fresh */
  const inItsLanguage = (fresh) => {
    document.documentElement.lang = fresh.documentElement.lang;
    for (const around of [".skip-link", "#script-words"]) {
      const spoken = fresh.querySelector(around);
      if (spoken) document.querySelector(around)?.replaceWith(document.adoptNode(spoken));
    }
  };
  /** Style sheets that only the new page has, before it is shown. @param {Document} fresh */
  const dress = (fresh) =>
    Promise.all(
      [...fresh.querySelectorAll("link[rel=stylesheet]")].map((sheet) => {
        const source = sheet.getAttribute("href") ?? "";
        if (document.querySelector(`link[href="${CSS.escape(source)}"]`)) return null;
        const wanted = /** @type {HTMLLinkElement} */ (document.adoptNode(sheet));
        return new Promise((done) => {
          for (const end of ["load", "error"]) wanted.addEventListener(end, done); // without it rather than not at all
          document.head.append(wanted);
        });
      }),
    );
  /** @param {Document} fresh @param {string} to @param {boolean} isNew */
  const show = (fresh, to, isNew) => {
    const there = fresh.getElementById("main");
    if (!there || !fresh.body.classList.contains("for-patient")) {
      location.assign(to);
      return;
    }
    for (const script of fresh.querySelectorAll("script[src]")) {
      const source = script.getAttribute("src") ?? "";
      if (document.querySelector(`script[src="${CSS.escape(source)}"]`)) continue;
      const wanted = document.createElement("script");
      wanted.src = source;
      wanted.addEventListener("load", () => document.dispatchEvent(new Event("intake:page")));
      document.body.append(wanted);
    }
    main().replaceWith(document.adoptNode(there));
    document.title = fresh.title;
    if (fresh.documentElement.lang !== document.documentElement.lang) inItsLanguage(fresh);
    wants = null;
    isRead = false;
    save.reset();
    if (isNew && to !== location.href) history.pushState({}, "", to);
    url = location.href;
    window.htmx.process(main());
    window.scrollTo(0, 0);
    const marked = main().querySelector("[data-focus]");
    (marked ?? main()).focus({ preventScroll: true });
    marked?.scrollIntoView({ block: "start" });
    document.dispatchEvent(new Event("intake:page"));
  };
  /**
   * Retried when the network is back, unless someone continues writing.
   * @param {() => Promise<Response>} go
   * @param {{ isNew?: boolean, undo?: () => void }} [how]
   */
  const walk = async (go, { isNew = true, undo } = {}) => {
    const from = main();
    from.querySelector("[data-asking]")?.removeAttribute("data-asking"); // going on is an answer, too
    let isAsking = false;
    const attempt = async () => {
      if (save.flight) await save.flight;
      const isStale = () => main() !== from || wants !== attempt;
      if (isAsking || isStale()) return;
      isAsking = true;
      busy(true);
      try {
        const answer = await go();
        const text = await answer.text();
        if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
        const fresh = parse(text);
        await dress(fresh);
        if (isStale()) return;
        wants = null;
        if (isGivenBack(answer)) return;
        if (isClosed(answer) && form()) close(answer, text);
        else show(fresh, answer.url, isNew);
      } catch {
        if (isStale()) return;
        if (undo) {
          undo();
          wants = null;
        }
        save.failed();
      } finally {
        isAsking = false;
        if (!wants) busy(false);
      }
    };
    wants = attempt;
    await attempt();
  };
  const saved = async () => {
    if (!(await save.flush())) throw new Error("unsaved");
  };

  document.addEventListener("submit", (event) => {
    const of = /** @type {HTMLFormElement} */ (event.target);
    const submitter = event.submitter;
    if (!("submitter" in event) || event.defaultPrevented || of.method !== "post") return;
    if (of.hasAttribute("hx-post") || !main().contains(of)) return;
    event.preventDefault();
    walk(() => {
      if (of === form()) save.mark();
      return window.ashi.post(of.action, posted(of, submitter));
    });
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (at(event).closest("main a[href]"));
    const isKeyed = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || event.defaultPrevented || event.button !== 0 || isKeyed || link.target) return;
    if (link.origin !== location.origin || !link.pathname.startsWith("/i/")) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    walk(async () => {
      await saved();
      return get(link.href);
    });
  });
  window.addEventListener("popstate", () => {
    const was = url;
    const wanted = location.href;
    if (wanted.split("#")[0] === was.split("#")[0]) return;
    const go = async () => {
      await saved();
      return get(wanted);
    };
    walk(go, { isNew: false, undo: () => history.pushState({}, "", was) });
  });

  // --- the link no longer opens the form: say why, keep the text, let it be copied --------
  /** @param {Response} answer @param {string} text */
  const close = (answer, text) => {
    const words = written();
    const closed = /** @type {HTMLTemplateElement} */ (document.getElementById("saying-closed"));
    const panel = /** @type {HTMLElement} */ (closed.content.firstElementChild?.cloneNode(true));
    const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (panel.querySelector(selector));
    const page = answer.redirected ? null : parse(text).getElementById("main");
    for (const [place, source] of [
      ["[data-title]", "h1"],
      ["[data-why]", "h1 + p"],
    ]) {
      const said = page?.querySelector(source)?.textContent;
      if (said) part(place).textContent = said;
    }
    const box = /** @type {HTMLTextAreaElement} */ (part("#closed-words"));
    const button = part("[data-copy-words]");
    box.value = words;
    part("[data-unsaved]").hidden = !words;
    button.addEventListener("click", () => window.ashi.copy(box, button));
    wants = null;
    save.stop();
    save.tell("closed");
    document.getElementById("closed")?.remove();
    form()?.before(panel);
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "start" });
  };
  // What is on the screen, question by question.
  const written = () => {
    const questions = [...(form()?.querySelectorAll(".question") ?? [])];
    const typing = "textarea, input:not([type=radio]):not([type=checkbox])";
    const all = questions.map((question) => {
      const ticked = [...question.querySelectorAll("input:checked:not([name=_view])")];
      const typed = /** @type {NodeListOf<HTMLInputElement>} */ (question.querySelectorAll(typing));
      const words = [...typed]
        .map((field) => field.value)
        .concat(ticked.map((box) => box.parentElement?.textContent ?? ""));
      const answers = words.map((one) => one.trim()).filter(Boolean);
      const asked = question.querySelector(".ask")?.textContent?.trim();
      return answers.length ? `${asked}\n${answers.join("\n")}` : "";
    });
    return all.filter(Boolean).join("\n\n");
  };

  catchUp();
})();
