// The calendar (drag to move, click to open or book) and the weekday beside a typed date.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const box = document.querySelector(`[data-weekday-of="${event.target.id}"]`);
    const day = box && event.target.valueAsDate;
    if (box) box.textContent = day ? day.toLocaleDateString("en-GB", { weekday: "short", timeZone: "UTC" }) : "";
  });

  const box = document.getElementById("calendar");
  if (!box || !window.EventCalendar || window.matchMedia("(max-width: 720px)").matches) return;
  const frame = JSON.parse(document.getElementById("calendar-frame").textContent);
  let token = document.querySelector("#calendar-token input").value;
  document.addEventListener("ashi:token", (event) => {
    token = event.detail;
  }); // signed in anew
  const note = document.getElementById("calendar-note");
  const two = (number) => String(number).padStart(2, "0");
  const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clockOf = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
  const post = (url, fields) =>
    fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams(fields),
    }).then(
      async (answer) => ({ ok: answer.ok, ...(await answer.json().catch(() => ({}))) }),
      () => ({ ok: false }),
    );

  const say = (words, isBad, undo) => {
    note.replaceChildren();
    const bar = document.createElement("div");
    bar.className = isBad ? "notice danger" : "notice undo-bar";
    bar.append(Object.assign(document.createElement("span"), { textContent: words }));
    if (undo) {
      const button = Object.assign(document.createElement("button"), {
        className: "btn btn-quiet btn-sm",
        textContent: "Undo",
      });
      button.addEventListener("click", async () => {
        const answer = await post(undo, {});
        say(answer.words || "That could not be undone.", !answer.ok);
        refresh();
      });
      bar.append(button);
    }
    note.append(bar);
  };

  // A refresh that fails keeps what was drawn and says from when it is; a first one shows the list of the page instead.
  const list = document.getElementById("day-list");
  const freshness = window.ashiFreshness;
  let drawn = null; // the events of the last good answer
  const show = () => {
    box.hidden = drawn === null;
    list.hidden = drawn !== null;
    box.classList.toggle("is-old", freshness.isOld);
  };
  const load = async (info) => {
    const asked = new URLSearchParams({ start: info.startStr, end: info.endStr });
    const headers = { Accept: "application/json", ...(drawn === null ? {} : { "X-Ashi-Background": "1" }) };
    let status = 0;
    try {
      const answer = await fetch(`${box.dataset.feed}?${asked}`, { headers, signal: AbortSignal.timeout(20_000) });
      status = answer.redirected ? 401 : answer.status; // led to the sign-in page
      if (status !== 200) throw new Error("feed");
      drawn = await answer.json();
      const known = new Set(frame.resources.map((one) => one.id)); // a column for everybody with whom somebody is booked
      const late = drawn
        .filter((one) => one.extendedProps && !known.has(one.resourceIds[0]))
        .map((one) => ({ id: one.resourceIds[0], title: one.extendedProps.column }));
      if (late.length) {
        frame.resources.push(...new Map(late.map((one) => [one.id, one])).values());
        calendar.setOption("resources", frame.resources);
      }
      freshness.good(answer.headers.get("Date"));
    } catch {
      freshness.failed(status === 200 ? 0 : status, refresh);
    }
    show();
    return drawn || [];
  };
  const refresh = () => {
    if (!asker.open) calendar.refetchEvents();
  }; // not while a question about a visit is open
  const line = (className, textContent) => Object.assign(document.createElement("div"), { className, textContent });
  // Dragged into another column the visit changes hands: that is asked first, with both names.
  const asker = document.getElementById("move-dialog");
  const isMeant = ({ event, oldResource, newResource }) =>
    new Promise((answer) => {
      if (!newResource || !oldResource || newResource.id === oldResource.id) {
        answer(true);
        return;
      }
      const when = `${event.start.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" })}, ${clockOf(event.start)}`;
      document.getElementById("move-question").textContent =
        `Give ${event.title} from ${oldResource.title} to ${newResource.title}, ${when}?`;
      asker.returnValue = "";
      asker.addEventListener("close", () => answer(asker.returnValue === "move"), { once: true });
      asker.showModal();
    });
  const move = async (info) => {
    const { event } = info;
    if (!(await isMeant(info))) {
      info.revert();
      return;
    }
    const answer = await post(`${box.dataset.visit}${event.id}/move/`, {
      practitioner: event.resourceIds[0],
      day: dayOf(event.start),
      clock: clockOf(event.start),
      version: event.extendedProps.version,
    });
    if (answer.ok && answer.words) say(answer.words, false, answer.undo);
    else if (!answer.ok) {
      info.revert();
      say(
        `Not moved. ${answer.words || "The clinic's server did not answer."}${answer.next_fit ? ` Next fit: ${answer.next_fit}.` : ""}`,
        true,
      );
    }
    refresh();
  };

  const isWeek = box.dataset.view === "week";
  const mayBook = Boolean(box.dataset.new);
  const calendar = EventCalendar.create(box, {
    view: isWeek ? "resourceTimeGridWeek" : "resourceTimeGridDay",
    date: box.dataset.date,
    firstDay: 1,
    hiddenDays: isWeek ? frame.hiddenDays : [],
    resources: frame.resources,
    datesAboveResources: true,
    columnWidth: isWeek ? "136px" : undefined,
    headerToolbar: { start: "", center: "", end: "" },
    locale: "en-GB",
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
    eventContent: ({ event, timeText }) => {
      if (event.display === "background") return "";
      const { isBooked, status, service, room, spoken, trouble } = event.extendedProps;
      const minutes = (event.end - event.start) / 60000; // a minute is a pixel high
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
    eventDidMount: ({ event, el, timeText }) => {
      // what a small box must leave out, under the mouse
      if (event.display === "background") return;
      const { status, service, room, trouble } = event.extendedProps;
      el.title = `${event.title}\n${timeText} · ${status}\n${service}, ${room}${trouble ? `\n${trouble}` : ""}`;
    },
    eventClick: ({ event }) => {
      if (event.display !== "background") window.location.assign(`${box.dataset.visit}${event.id}/`);
    },
    dateClick: ({ date, resource }) => {
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
