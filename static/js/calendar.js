// @ts-check
// The calendar: drag to move, click to open or book; it refreshes itself.
(() => {
  "use strict";
  const drawing = window.ashi.calendar;
  const box = document.getElementById("calendar");
  if (!box) return;
  const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  // The page comes without the list of the day: it is fetched if no calendar is drawn, and for printing.
  const list = part("day-list");
  let isListed = false;
  const showList = async (isAgain = false) => {
    list.hidden = false;
    if (isListed && !isAgain) return;
    const answer = await fetch(list.dataset.list ?? "", { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error("list");
    list.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    isListed = true;
  };
  const printer = document.querySelector("[data-print-list]");
  if (printer) {
    printer.hidden = false;
    printer.addEventListener("click", async () => {
      const wasHidden = list.hidden;
      await showList(true).catch(() => {}); // then the calendar is printed
      list.hidden = wasHidden;
      window.print();
    });
  }
  if (!drawing?.dragIn || window.matchMedia("(max-width: 640px)").matches) {
    box.hidden = true;
    showList().catch(() => window.location.assign(list.dataset.list ?? ""));
    return;
  }
  const { calendarOf, clockOf, dayOf, shortDay, dragIn } = drawing;
  let token = part("calendar-token").querySelector("input")?.value ?? "";
  document.addEventListener("ashi:token", (event) => {
    token = event.detail; // signed in anew
  });
  /**
   * Posts, and asks to sign in again if need be; ``then`` gets the final outcome, ``lost`` is called if it must wait.
   * @param {string} url @param {Record<string, string>} fields @param {(answer: Moved) => void} then @param {() => void} [lost]
   */
  const post = async (url, fields, then, lost) => {
    const again = () => post(url, fields, then, lost);
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    /** @type {Moved} */
    let said = { ok: false };
    try {
      const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) });
      if (await window.ashi.lostSession?.(answer.status, (name) => answer.headers.get(name), "calendar", again)) {
        lost?.();
        return;
      }
      said = { ok: answer.ok, ...(await answer.json().catch(() => ({}))) };
    } catch {
      /* no answer */
    }
    then(said);
  };

  /** @param {string} words @param {boolean} isBad @param {string} [undo] */
  const say = (words, isBad, undo) => {
    const bar = document.createElement("div");
    bar.className = isBad ? "notice danger" : "notice undo-bar";
    bar.append(Object.assign(document.createElement("span"), { textContent: words }));
    if (undo) {
      const button = document.createElement("button");
      button.className = "btn btn-quiet btn-sm";
      button.textContent = "Undo";
      button.addEventListener("click", () => {
        post(undo, {}, (answer) => {
          say(answer.words || "That could not be undone.", !answer.ok);
          refresh();
        });
      });
      bar.append(button);
    }
    part("calendar-note").replaceChildren(bar);
  };

  // A failed refresh keeps what was drawn and says how old it is; a failed first one shows the list of the day instead.
  const freshness = /** @type {Freshness} */ (window.ashi.freshness);
  /** @type {CalendarView | undefined} */
  let calendar; // once there was a good answer
  let isBusy = () => false; // dragging
  let tag = ""; // of what is drawn: the server answers 304 while nothing of it changed
  const show = () => {
    box.hidden = !calendar;
    list.hidden = Boolean(calendar);
    box.classList.toggle("is-old", freshness.isOld);
    if (!calendar) showList().catch(() => {}); // what is wrong is said already
  };
  const asker = /** @type {HTMLDialogElement} */ (part("move-dialog"));
  const asked = `${box.dataset.feed}?${new URLSearchParams({ start: box.dataset.start ?? "", end: box.dataset.end ?? "" })}`;
  const refresh = async () => {
    if (asker.open || isBusy()) return; // not while a visit is held, or a question about it is open
    const headers = {
      Accept: "application/json",
      ...(calendar ? { "X-Ashi-Background": "1", "If-None-Match": tag } : {}),
    };
    let status = 0;
    try {
      const answer = await fetch(asked, { headers, signal: AbortSignal.timeout(20_000) });
      status = answer.redirected ? 401 : answer.status; // led to the sign-in page
      if (status !== 200 && status !== 304) throw new Error("feed");
      /** @type {Feed | null} */
      const feed = status === 200 ? await answer.json() : null;
      if (feed) draw(feed);
      if (feed) tag = answer.headers.get("ETag") ?? "";
      freshness.good(answer.headers.get("Date"));
    } catch {
      freshness.failed(status === 200 ? 0 : status, refresh);
    }
    show();
  };
  // Dragged into another column the visit changes practitioner: that is confirmed first, with both names.
  /** @param {Drop} drop @returns {Promise<boolean>} */
  const isMeant = ({ visit, start, column }) =>
    new Promise((answer) => {
      if (column.who === visit.who) {
        answer(true);
        return;
      }
      part("move-question").textContent =
        `Give ${visit.title} from ${visit.column} to ${column.title}, ${shortDay(start)}, ${clockOf(start)}?`;
      asker.returnValue = "";
      asker.addEventListener("close", () => answer(asker.returnValue === "move"), { once: true });
      asker.showModal();
    });
  const move = async (/** @type {Drop} */ drop) => {
    const { visit, start, column } = drop;
    if (!(await isMeant(drop))) {
      drop.revert();
      return;
    }
    const wish = { practitioner: column.who, day: dayOf(start), clock: clockOf(start), version: visit.version };
    let isBack = false; // where it was, until someone is signed in again
    const back = () => {
      if (!isBack) drop.revert();
      isBack = true;
      tag = ""; // what is drawn is no answer of the server's
    };
    const done = (/** @type {Moved} */ answer) => {
      if (answer.ok && answer.words) say(answer.words, false, answer.undo);
      else if (!answer.ok) {
        back();
        const next = answer.next_fit ? ` Next fit: ${answer.next_fit}.` : "";
        say(`Not moved. ${answer.words || "The clinic's server did not answer."}${next}`, true);
      }
      refresh();
    };
    tag = ""; // drawn already, as the server may not have it
    post(`${box.dataset.visit}${visit.id}/move/`, wish, done, back);
  };
  const book = (/** @type {CalendarColumn} */ column, /** @type {number} */ start) => {
    const wish = new URLSearchParams({ day: dayOf(start), clock: clockOf(start), practitioner: column.who });
    window.location.assign(`${box.dataset.new}?${wish}`);
  };

  let drawnFrame = "";
  /** @param {Feed} feed */
  const draw = (feed) => {
    const frame = JSON.stringify(feed.frame);
    part("calendar-empty").hidden = feed.frame.resources.length > 0;
    if (!calendar || frame !== drawnFrame) {
      // the first time; later another column or other hours: rare
      calendar = calendarOf(box, feed.frame);
      isBusy = dragIn(calendar, box.dataset.new ? { drop: move, book } : {}).isBusy;
    }
    drawnFrame = frame;
    calendar.fill(feed);
  };
  refresh();
  let ticks = 0;
  window.setInterval(() => {
    // once a minute; every ten seconds while it is stale
    ticks += 1;
    if (!document.hidden && (freshness.isOld || ticks % 6 === 0)) refresh();
  }, 10000);
  window.addEventListener("offline", () => {
    freshness.failed(0, refresh);
    show();
  });
  window.addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
})();
