// @ts-check
// Draws the calendar: days, in each a column for each practitioner, in it their visits. A minute is a pixel high.
(() => {
  "use strict";
  const { locale } = window.ashi;
  const DAY = 1440;
  // Wall-clock times of the clinic, in minutes, read as if they were UTC: no day of the browser's own zone lacks an hour.
  const minuteOf = (/** @type {string} */ text) => Date.parse(`${text}Z`) / 60_000;
  const dateOf = (/** @type {number} */ minute) => new Date(minute * 60_000);
  const clockOf = (/** @type {number} */ minute) => dateOf(minute).toISOString().slice(11, 16);
  const dayOf = (/** @type {number} */ minute) => dateOf(minute).toISOString().slice(0, 10);
  const written = (/** @type {Intl.DateTimeFormatOptions} */ how) => {
    const format = new Intl.DateTimeFormat(locale, { ...how, timeZone: "UTC" });
    return (/** @type {number} */ minute) => format.format(dateOf(minute));
  };
  const shortDay = written({ weekday: "short", day: "numeric", month: "short" });
  const longDay = written({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const weekday = written({ weekday: "long" });
  /** @param {string} className @param {string} [textContent] */
  const part = (className, textContent = "") =>
    Object.assign(document.createElement("div"), { className, textContent });
  const sign = /** @type {HTMLTemplateElement} */ (document.getElementById("warning-sign"));

  /** @param {Feed} feed @returns {CalendarVisit[]} */
  const visitsOf = (feed) => {
    const columns = new Map(feed.frame.resources.map((one) => [one.id, one.title]));
    return feed.visits.map(([id, who, start, end, title, status, version, service, room, trouble]) => ({
      id,
      who: String(who),
      start: minuteOf(start),
      end: minuteOf(end),
      title,
      status,
      words: feed.statuses[status],
      version: String(version),
      service: feed.services[service][0],
      tint: feed.services[service][1],
      room: feed.rooms[room],
      trouble,
      column: columns.get(String(who)) ?? "",
      isMovable: feed.movable.includes(status),
    }));
  };

  // Few elements per visit: a week has hundreds. The name is a link, for the keyboard and for a new tab.
  /** @param {CalendarVisit} visit @param {boolean} isWeek @param {string} address of all visits, before their numbers */
  const linesOf = (visit, isWeek, address) => {
    const minutes = visit.end - visit.start;
    const clock = clockOf(visit.start);
    const times = `${clock}–${clockOf(visit.end)}`;
    const name = Object.assign(document.createElement("a"), {
      className: `visit-name ${minutes < 40 ? "visit-name-1" : minutes < 60 ? "visit-name-2" : ""}`,
      href: `${address}${visit.id}/`,
      textContent: visit.title,
      draggable: false,
    });
    if (isWeek) name.dataset.clock = clock; // a narrow column: the start stands before the name, drawn by the style sheet
    if (visit.trouble) name.prepend(sign.content.cloneNode(true), " ");
    const title = isWeek ? `${clock} ${visit.title}` : `${visit.title}, ${times}`;
    const label = `${title}, ${weekday(visit.start)}, with ${visit.column}, ${visit.words}`;
    name.setAttribute("aria-label", [label, visit.trouble].filter(Boolean).join(". "));
    const state = [isWeek ? "" : times, visit.status === "booked" ? "" : visit.words].filter(Boolean).join(" · ");
    const lines = [/** @type {HTMLElement} */ (name)];
    if (state) lines.push(part("visit-time", state));
    if (!isWeek || minutes >= 60) lines.push(part("visit-where", `${visit.service}, ${visit.room}`)); // else no room for it
    return lines;
  };

  /** @param {CalendarVisit} visit @param {boolean} isWeek @param {string} address */
  const boxOf = (visit, isWeek, address) => {
    const box = document.createElement("article");
    const { id, title, status, words, tint, room, service, trouble } = visit;
    box.className = `cal-visit visit-${status} tint-${tint}${trouble ? " visit-in-trouble" : ""}`;
    box.dataset.visit = String(id);
    // what a small box must leave out, as a tooltip
    const times = `${clockOf(visit.start)}–${clockOf(visit.end)}`;
    box.title = `${title}\n${times} · ${words}\n${service}, ${room}${trouble ? `\n${trouble}` : ""}`;
    box.append(...linesOf(visit, isWeek, address));
    return box;
  };

  /**
   * Two visits of one practitioner at the same time (the hour that a clock shows twice in autumn) lie side by side.
   * @param {{ element: HTMLElement, from: number, to: number }[]} placed by their beginning
   */
  const beside = (placed) => {
    /** @type {{ element: HTMLElement, lane: number }[]} */
    let group = [];
    /** @type {number[]} */
    let lanes = []; // when each is free again
    const settle = () => {
      if (lanes.length > 1) {
        for (const { element, lane } of group) {
          element.style.left = `${(lane / lanes.length) * 100}%`;
          element.style.width = `calc(${100 / lanes.length}% - 6px)`;
        }
      }
      group = [];
      lanes = [];
    };
    for (const { element, from, to } of placed) {
      if (lanes.every((end) => end <= from)) settle();
      const free = lanes.findIndex((end) => end <= from);
      const lane = free < 0 ? lanes.length : free;
      lanes[lane] = to;
      group.push({ element, lane });
    }
    settle();
  };

  /** @param {HTMLElement} box @param {Frame} frame @returns {CalendarView} */
  const calendarOf = (box, frame) => {
    const isWeek = box.dataset.view === "week";
    const address = box.dataset.visit ?? "";
    const first = minuteOf(`1970-01-01T${frame.slotMinTime}`);
    const last = frame.slotMaxTime === "24:00" ? DAY : minuteOf(`1970-01-01T${frame.slotMaxTime}`);
    const begin = minuteOf(box.dataset.start ?? "");
    const end = minuteOf(box.dataset.end ?? "");
    const days = [];
    for (let day = begin; day < end; day += DAY) {
      if (!isWeek || !frame.hiddenDays.includes(dateOf(day).getUTCDay())) days.push(day);
    }
    /** @type {CalendarColumn[]} */
    const columns = days.flatMap((day) =>
      frame.resources.map((who) => {
        const element = part("cal-column");
        element.setAttribute("role", "group");
        element.setAttribute("aria-label", `${longDay(day)}, ${who.title}`);
        return { day, who: who.id, title: who.title, element };
      }),
    );
    const found = new Map(columns.map((one) => [`${one.who} ${one.day}`, one]));
    const scroller = part("cal-grid");
    Object.assign(scroller, { tabIndex: 0, role: "region", ariaLabel: "Calendar" }); // the arrow keys scroll it
    scroller.style.setProperty("--columns", String(columns.length));
    scroller.style.setProperty("--height", `${last - first}px`);
    const hours = part("cal-hours");
    for (let minute = Math.ceil((first + 1) / 30) * 30; minute < last; minute += 30) {
      const hour = part("cal-hour", clockOf(minute));
      hour.style.top = `${minute - first}px`;
      hours.append(hour);
    }
    const heads = days.map((day) => {
      const head = part("cal-day");
      head.style.gridColumnEnd = `span ${frame.resources.length}`;
      head.append(Object.assign(document.createElement("time"), { dateTime: dayOf(day), textContent: shortDay(day) }));
      return head;
    });
    const names = columns.map((one) => part("cal-name", one.title));
    if (columns.length) {
      scroller.append(part("cal-corner"), ...heads, ...names, hours, ...columns.map((one) => one.element));
    }
    box.replaceChildren(scroller);

    /** What of a time is shown, in which column. @param {string} who @param {number} from @param {number} to */
    const piecesOf = (who, from, to) => {
      const pieces = [];
      for (let day = Math.floor(from / DAY) * DAY; day < to; day += DAY) {
        const column = found.get(`${who} ${day}`);
        const [top, bottom] = [Math.max(from, day + first), Math.min(to, day + last)];
        if (column && top < bottom) pieces.push({ column, from: top - day - first, to: bottom - day - first });
      }
      return pieces;
    };
    /** @param {HTMLElement} element @param {number} from @param {number} to */
    const place = (element, from, to) => {
      element.style.top = `${from}px`;
      element.style.height = `${to - from}px`;
      return element;
    };
    const line = part("cal-now");
    const isHere = Intl.DateTimeFormat().resolvedOptions().timeZone === box.dataset.zone;
    const drawNow = () => {
      const here = new Date();
      const now = here.getTime() / 60_000 - here.getTimezoneOffset();
      const day = Math.floor(now / DAY) * DAY;
      const at = found.get(`${frame.resources[0]?.id} ${day}`);
      if (!isHere || !at || now < day + first || now > day + last) line.remove();
      else {
        line.style.top = `${now - day - first}px`;
        line.style.width = `${100 * frame.resources.length}%`;
        if (line.parentElement !== at.element) at.element.append(line);
      }
    };
    const clock = window.setInterval(() => {
      if (scroller.isConnected) drawNow();
      else window.clearInterval(clock); // another calendar has come in its place
    }, 60_000);

    /** @type {Map<string, CalendarVisit>} */
    let visits = new Map();
    return {
      columns,
      scroller,
      first,
      last,
      visitOf: (element) => visits.get(element.dataset.visit ?? ""),
      place: (element, from, to) => place(element, from - first, to - first),
      redraw: (element, visit) => element.replaceChildren(...linesOf(visit, isWeek, address)),
      fill(feed) {
        const focused = box.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
        const all = visitsOf(feed);
        visits = new Map(all.map((one) => [String(one.id), one]));
        /** @type {Map<CalendarColumn, { element: HTMLElement, from: number, to: number }[]>} */
        const placed = new Map(columns.map((one) => [one, []]));
        for (const one of all) {
          for (const { column, from, to } of piecesOf(one.who, one.start, one.end)) {
            placed.get(column)?.push({ element: place(boxOf(one, isWeek, address), from, to), from, to });
          }
        }
        /** @type {Map<CalendarColumn, HTMLElement[]>} */
        const shades = new Map(columns.map((one) => [one, []]));
        for (const [who, start, until] of feed.closed) {
          for (const { column, from, to } of piecesOf(String(who), minuteOf(start), minuteOf(until))) {
            shades.get(column)?.push(place(part("cal-closed"), from, to));
          }
        }
        for (const [column, those] of placed) {
          those.sort((a, b) => a.from - b.from);
          beside(those);
          column.element.replaceChildren(...(shades.get(column) ?? []), ...those.map((one) => one.element));
        }
        drawNow();
        if (focused) box.querySelector(`a[href="${focused}"]`)?.focus();
      },
    };
  };
  window.ashi.calendar = { calendarOf, clockOf, dayOf, shortDay };
})();
