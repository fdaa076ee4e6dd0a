// @ts-check
// The visits of the calendar: turns the rows of the feed into events, and renders their boxes.
(() => {
  "use strict";
  const { locale } = window.ashi;
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const clockOf = (/** @type {Date} */ date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
  const sign = /** @type {HTMLTemplateElement} */ (document.getElementById("warning-sign"));
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
  /** @param {string} className @param {string} textContent */
  const line = (className, textContent) => Object.assign(document.createElement("div"), { className, textContent });

  /** @param {Feed} feed @returns {object[]} */
  const eventsOf = (feed) => {
    const columns = new Map(feed.frame.resources.map((one) => [one.id, one.title]));
    const visits = feed.visits.map(([id, who, start, end, title, status, version, service, room, trouble]) => {
      const [name, tint] = feed.services[service];
      const classNames = [`visit-${status}`, `tint-${tint}`, ...(trouble ? ["visit-in-trouble"] : [])];
      const extendedProps = {
        version: String(version),
        room: feed.rooms[room],
        service: name,
        status: feed.statuses[status],
        isBooked: status === "booked",
        column: columns.get(String(who)) ?? "",
        trouble,
      };
      const editable = feed.movable.includes(status);
      return { id: String(id), resourceIds: [String(who)], start, end, title, editable, classNames, extendedProps };
    });
    const shades = feed.closed.map(([who, start, end]) => ({
      id: `closed-${who}-${start}`,
      resourceIds: [String(who)],
      start,
      end,
      display: "background",
      classNames: ["closed-hours"],
    }));
    return [...visits, ...shades];
  };
  // Few elements per visit: a week has hundreds. The name is a link, for the keyboard and for a new tab.
  /** @param {Shown} shown @param {boolean} isWeek @param {string} address of all visits, before their numbers */
  const contentOf = ({ event, timeText }, isWeek, address) => {
    if (event.display === "background") return "";
    const { isBooked, status, service, room, column, trouble } = event.extendedProps;
    const minutes = (event.end.getTime() - event.start.getTime()) / 60_000; // a minute is a pixel high
    const clock = clockOf(event.start);
    const name = Object.assign(document.createElement("a"), {
      className: `visit-name ${minutes < 40 ? "visit-name-1" : minutes < 60 ? "visit-name-2" : ""}`,
      href: `${address}${event.id}/`,
      textContent: event.title,
      draggable: false,
    });
    if (isWeek) name.dataset.clock = clock; // a narrow column: the start stands before the name, drawn by the style sheet
    if (trouble) name.prepend(sign.content.cloneNode(true), " ");
    const title = isWeek ? `${clock} ${event.title}` : `${event.title}, ${timeText}`;
    name.setAttribute(
      "aria-label",
      [`${title}, ${weekday.format(event.start)}, with ${column}, ${status}`, trouble].filter(Boolean).join(". "),
    );
    const when = isWeek ? "" : timeText;
    const state = [when, isBooked ? "" : status].filter(Boolean).join(" · ");
    const lines = [/** @type {HTMLElement} */ (name)];
    if (state) lines.push(line("visit-time", state));
    if (!isWeek || minutes >= 60) lines.push(line("visit-where", `${service}, ${room}`)); // else there is no room for it
    return { domNodes: lines };
  };

  const mounted = (/** @type {Shown} */ { event, el, timeText }) => {
    if (event.display === "background") return;
    for (const name of ["role", "tabindex"]) el.removeAttribute(name); // an article is no button: the name is a link
    // what a small box must leave out, as a tooltip
    const { status, service, room, trouble } = event.extendedProps;
    el.title = `${event.title}\n${timeText} · ${status}\n${service}, ${room}${trouble ? `\n${trouble}` : ""}`;
  };
  window.ashi.calendarVisits = { clockOf, eventsOf, contentOf, mounted };
})();
