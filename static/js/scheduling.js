// @ts-check
// The calendar (drag to move, click to open or book) and the weekday beside a typed date.
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

  const box = document.getElementById("calendar");
  if (!box || !window.EventCalendar || window.matchMedia("(max-width: 640px)").matches) return;
  const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  /** @type {{ resources: CalendarResource[], hiddenDays: number[], slotMinTime: string, slotMaxTime: string }} */
  const frame = JSON.parse(part("calendar-frame").textContent ?? "");
  let token = part("calendar-token").querySelector("input")?.value ?? "";
  document.addEventListener("ashi:token", (event) => {
    token = event.detail; // signed in anew
  });
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const dayOf = (/** @type {Date} */ date) =>
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clockOf = (/** @type {Date} */ date) => `${two(date.getHours())}:${two(date.getMinutes())}`;

  /**
   * Posts, and asks to sign in again if need be; ``then`` hears what came of it in the end, ``lost`` that it must wait.
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

  // A refresh that fails keeps what was drawn and says from when it is; a first one shows the list of the page instead.
  const freshness = /** @type {Freshness} */ (window.ashi.freshness);
  /** @type {CalendarEvent[] | null} */
  let drawn = null; // the events of the last good answer
  const show = () => {
    box.hidden = drawn === null;
    part("day-list").hidden = drawn !== null;
    box.classList.toggle("is-old", freshness.isOld);
  };
  // a column for everyone with whom someone is booked
  const addColumns = (/** @type {CalendarEvent[]} */ events) => {
    const known = new Set(frame.resources.map((one) => one.id));
    const late = new Map(
      events
        .filter((one) => one.extendedProps && !known.has(one.resourceIds[0]))
        .map((one) => [one.resourceIds[0], { id: one.resourceIds[0], title: one.extendedProps.column }]),
    );
    if (!late.size) return;
    frame.resources.push(...late.values());
    calendar.setOption("resources", frame.resources);
  };
  /** @param {{ startStr: string, endStr: string }} info */
  const load = async (info) => {
    const asked = new URLSearchParams({ start: info.startStr, end: info.endStr });
    const headers = { Accept: "application/json", ...(drawn === null ? {} : { "X-Ashi-Background": "1" }) };
    let status = 0;
    try {
      const answer = await fetch(`${box.dataset.feed}?${asked}`, { headers, signal: AbortSignal.timeout(20_000) });
      status = answer.redirected ? 401 : answer.status; // led to the sign-in page
      if (status !== 200) throw new Error("feed");
      /** @type {CalendarEvent[]} */
      const events = await answer.json();
      drawn = events;
      addColumns(events);
      freshness.good(answer.headers.get("Date"));
    } catch {
      freshness.failed(status === 200 ? 0 : status, refresh);
    }
    show();
    return drawn ?? [];
  };
  const asker = /** @type {HTMLDialogElement} */ (part("move-dialog"));
  const refresh = () => {
    if (!asker.open) calendar.refetchEvents(); // not while a question about a visit is open
  };
  /** @param {string} className @param {string} textContent */
  const line = (className, textContent) => Object.assign(document.createElement("div"), { className, textContent });
  // Dragged into another column the visit changes hands: that is asked first, with both names.
  /** @param {Drop} drop @returns {Promise<boolean>} */
  const isMeant = ({ event, oldResource, newResource }) =>
    new Promise((answer) => {
      if (!newResource || !oldResource || newResource.id === oldResource.id) {
        answer(true);
        return;
      }
      const day = event.start.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "short" });
      part("move-question").textContent =
        `Give ${event.title} from ${oldResource.title} to ${newResource.title}, ${day}, ${clockOf(event.start)}?`;
      asker.returnValue = "";
      asker.addEventListener("close", () => answer(asker.returnValue === "move"), { once: true });
      asker.showModal();
    });
  const move = async (/** @type {Drop} */ drop) => {
    const { event } = drop;
    if (!(await isMeant(drop))) {
      drop.revert();
      return;
    }
    const wish = {
      practitioner: event.resourceIds[0],
      day: dayOf(event.start),
      clock: clockOf(event.start),
      version: event.extendedProps.version,
    };
    let isBack = false; // where it was, until someone is signed in again
    const back = () => {
      if (!isBack) drop.revert();
      isBack = true;
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
    post(`${box.dataset.visit}${event.id}/move/`, wish, done, back);
  };

  const isWeek = box.dataset.view === "week";
  const mayBook = Boolean(box.dataset.new);
  const calendar = window.EventCalendar.create(box, {
    view: isWeek ? "resourceTimeGridWeek" : "resourceTimeGridDay",
    date: box.dataset.date,
    firstDay: 1,
    hiddenDays: isWeek ? frame.hiddenDays : [],
    resources: frame.resources,
    datesAboveResources: true,
    columnWidth: isWeek ? "136px" : undefined,
    headerToolbar: { start: "", center: "", end: "" },
    locale,
    scrollTime: frame.slotMinTime,
    allDaySlot: false,
    slotMinTime: frame.slotMinTime,
    slotMaxTime: frame.slotMaxTime,
    slotDuration: "00:15:00",
    slotHeight: 15, // a day of eleven hours stands on one screen
    snapDuration: "00:05:00",
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    nowIndicator: Intl.DateTimeFormat().resolvedOptions().timeZone === box.dataset.zone,
    pointer: mayBook,
    eventStartEditable: mayBook,
    eventDurationEditable: false,
    eventSources: [{ events: load }],
    eventContent: (/** @type {Shown} */ { event, timeText }) => {
      if (event.display === "background") return "";
      const { isBooked, status, service, room, spoken, trouble } = event.extendedProps;
      const minutes = (event.end.getTime() - event.start.getTime()) / 60_000; // a minute is a pixel high
      const name = line(
        `visit-name ${minutes < 40 ? "visit-name-1" : minutes < 60 ? "visit-name-2" : ""}`,
        event.title,
      );
      let when = isBooked ? timeText : `${timeText} · ${status}`;
      if (isWeek) {
        // a narrow column: the start stands before the name, so that both always show
        name.prepend(
          Object.assign(document.createElement("span"), {
            className: "visit-clock",
            textContent: clockOf(event.start),
          }),
          " ",
        );
        when = isBooked ? "" : status;
      }
      if (trouble)
        name.prepend(Object.assign(document.createElement("i"), { className: "bi bi-exclamation-triangle-fill" }), " ");
      const lines = [
        name,
        line("visit-time", when),
        line("visit-where", `${service}, ${room}`),
        line("visually-hidden", spoken),
      ];
      return { domNodes: lines.filter((one) => one.textContent) };
    },
    eventDidMount: (/** @type {Shown} */ { event, el, timeText }) => {
      // what a small box must leave out, under the mouse
      if (event.display === "background") return;
      const { status, service, room, trouble } = event.extendedProps;
      el.title = `${event.title}\n${timeText} · ${status}\n${service}, ${room}${trouble ? `\n${trouble}` : ""}`;
    },
    eventClick: (/** @type {Shown} */ { event }) => {
      if (event.display !== "background") window.location.assign(`${box.dataset.visit}${event.id}/`);
    },
    dateClick: (/** @type {{ date: Date, resource?: CalendarResource }} */ { date, resource }) => {
      if (!mayBook) return;
      date.setMinutes(date.getMinutes() - (date.getMinutes() % 15)); // free times lie on quarter hours
      const asked = new URLSearchParams({ day: dayOf(date), clock: clockOf(date) });
      if (resource) asked.set("practitioner", resource.id);
      window.location.assign(`${box.dataset.new}?${asked}`);
    },
    eventDrop: move,
  });
  // The library calls its grid a table but gives it no rows of cells: each visit says whose it is instead.
  const ROLES = "[role=table],[role=rowgroup],[role=row],[role=cell],[role=columnheader],[role=rowheader]";
  for (const part of box.querySelectorAll(ROLES)) {
    for (const name of part.getAttributeNames()) {
      if (name === "role" || /^aria-(col|row)/.test(name)) part.removeAttribute(name);
    }
  }
  // An empty week scrolls too, and the arrow keys need something to hold on to.
  const scroller = box.querySelector(".ec-main");
  if (scroller) Object.assign(scroller, { tabIndex: 0, role: "region", ariaLabel: "Calendar" });
  let ticks = 0;
  window.setInterval(() => {
    // once a minute; while it is old every ten seconds
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
