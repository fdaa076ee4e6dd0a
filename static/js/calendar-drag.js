// @ts-check
// What the mouse and the finger do in the calendar: drag a visit, click on a visit, click on a free time.
(() => {
  "use strict";
  const { calendar, at } = window.ashi;
  if (!calendar) return;
  const STEP = 5; // minutes: where a visit may begin
  const SLOT = 15; // free times lie on quarter hours
  const FAR = 5; // pixels: less is a click
  const HELD = 500; // milliseconds a finger stays before it drags; sooner, it scrolls
  const EDGE = 40; // pixels: so near to the edge, the calendar scrolls along

  /** @param {CalendarView} view @param {CalendarHands} hands @returns {{ isBusy: () => boolean }} */
  const dragIn = (view, { drop, book }) => {
    const { scroller, columns, first, last } = view;
    /** @type {Drag | null} */
    let drag = null;
    const pointer = Object.assign(document.createElement("div"), { className: "cal-pointer" });

    /** The column under a point, and the minute of its day. @param {number} x @param {number} y */
    const spotAt = (x, y) => {
      let best = columns[0];
      for (const one of columns) {
        const { left } = one.element.getBoundingClientRect();
        if (left <= x) best = one;
      }
      return { column: best, minute: first + y - best.element.getBoundingClientRect().top };
    };

    const begin = (/** @type {Drag} */ it) => {
      it.isOn = true;
      pointer.remove();
      it.ghost = /** @type {HTMLElement} */ (it.box.cloneNode(true));
      it.ghost.classList.add("is-dragged");
      it.ghost.removeAttribute("title");
      it.box.classList.add("is-left");
      document.documentElement.classList.add("is-dragging");
      follow(it);
      scrollAlong(it);
    };
    const follow = (/** @type {Drag} */ it) => {
      const { ghost, visit } = it;
      if (!ghost) return;
      const long = visit.end - visit.start;
      const spot = spotAt(it.x, it.y - it.grip);
      const minute = Math.min(Math.max(Math.round(spot.minute / STEP) * STEP, first), Math.max(last - long, first));
      if (spot.column === it.column && minute === it.minute) return;
      it.column = spot.column;
      it.minute = minute;
      const start = spot.column.day + minute;
      view.redraw(ghost, { ...visit, start, end: start + long, column: spot.column.title });
      view.place(ghost, minute, minute + long);
      spot.column.element.append(ghost);
    };
    const scrollAlong = (/** @type {Drag} */ it) => {
      if (drag !== it) return;
      const edge = scroller.getBoundingClientRect();
      const speed = (/** @type {number} */ near, /** @type {number} */ far) =>
        near < EDGE ? (near - EDGE) / 4 : far < EDGE ? (EDGE - far) / 4 : 0;
      const [across, down] = [speed(it.x - edge.left, edge.right - it.x), speed(it.y - edge.top, edge.bottom - it.y)];
      if (across || down) {
        scroller.scrollBy(across, down);
        follow(it);
      }
      window.requestAnimationFrame(() => scrollAlong(it));
    };
    /** @param {Drag} it */
    const release = (it) => {
      window.clearTimeout(it.timer);
      document.documentElement.classList.remove("is-dragging");
      drag = null;
    };
    /** As it was before. @param {Drag} it */
    const revert = (it) => {
      it.ghost?.remove();
      it.box.classList.remove("is-left");
    };

    scroller.addEventListener("pointerdown", (event) => {
      const box = at(event).closest(".cal-visit");
      const visit = box instanceof HTMLElement ? view.visitOf(box) : undefined;
      if (drag || !drop || !visit?.isMovable || event.button || !(box instanceof HTMLElement)) return;
      const [x, y, grip] = [event.clientX, event.clientY, event.clientY - box.getBoundingClientRect().top];
      const isTouch = event.pointerType === "touch";
      /** @type {Drag} */
      const it = { id: event.pointerId, box, visit, x, y, grip, downX: x, downY: y, isOn: false, isTouch, timer: 0 };
      if (isTouch) it.timer = window.setTimeout(() => begin(it), HELD);
      drag = it;
    });
    document.addEventListener("pointermove", (event) => {
      const it = drag;
      if (!it || event.pointerId !== it.id) return;
      [it.x, it.y] = [event.clientX, event.clientY];
      if (!it.isOn && Math.hypot(it.x - it.downX, it.y - it.downY) > FAR) {
        if (it.isTouch)
          release(it); // it scrolls
        else begin(it);
      }
      if (it.isOn) follow(it);
    });
    let wasDragged = false;
    let gaveUp = -1; // the pointer that is still down
    const noClick = () => {
      wasDragged = true; // the click that follows opens and books nothing
      window.setTimeout(() => {
        wasDragged = false;
      });
    };
    document.addEventListener("pointerup", (event) => {
      if (event.pointerId === gaveUp) noClick();
      gaveUp = -1;
      const it = drag;
      if (!it || event.pointerId !== it.id) return;
      release(it);
      if (!it.isOn || !it.column || it.minute === undefined || !drop) return;
      noClick();
      const start = it.column.day + it.minute;
      const home = it.box.parentElement;
      it.box.remove(); // from here on it is where it was dropped, until that is refused
      const back = () => {
        home?.append(it.box);
        revert(it);
      };
      if (it.column.who === it.visit.who && start === it.visit.start) back();
      else drop({ visit: it.visit, start, column: it.column, revert: back });
    });
    const giveUp = () => {
      const it = drag;
      if (!it) return;
      release(it);
      revert(it);
      if (it.isOn) gaveUp = it.id;
    };
    document.addEventListener("pointercancel", (event) => {
      if (event.pointerId === drag?.id) giveUp();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") giveUp();
    });
    scroller.addEventListener(
      "touchmove",
      (event) => {
        if (drag?.isOn && event.cancelable) event.preventDefault(); // the finger drags: nothing scrolls
      },
      { passive: false },
    );
    scroller.addEventListener("contextmenu", (event) => {
      if (drag?.isTouch) event.preventDefault(); // a finger that is held
    });

    const slotAt = (/** @type {MouseEvent} */ event) => {
      const { column, minute } = spotAt(event.clientX, event.clientY);
      return { column, minute: Math.min(Math.floor(minute / SLOT) * SLOT, last - SLOT) };
    };
    const isFree = (/** @type {Event} */ event) =>
      Boolean(book && at(event).closest(".cal-column") && !at(event).closest(".cal-visit"));
    scroller.addEventListener("pointermove", (event) => {
      if (drag || event.pointerType !== "mouse" || !isFree(event)) {
        pointer.remove();
        return;
      }
      const { column, minute } = slotAt(event);
      pointer.textContent = calendar.clockOf(minute);
      column.element.append(view.place(pointer, minute, minute + SLOT));
    });
    scroller.addEventListener("pointerleave", () => pointer.remove());
    // The whole box of a visit opens it; with Ctrl or Shift, too, as its link would.
    scroller.addEventListener("click", (event) => {
      if (wasDragged) {
        event.preventDefault();
        return;
      }
      const visit = at(event).closest(".cal-visit");
      if (visit && !at(event).closest("a")) visit.querySelector("a")?.dispatchEvent(new MouseEvent("click", event));
      else if (isFree(event)) {
        const { column, minute } = slotAt(event);
        book?.(column, column.day + minute);
      }
    });
    return { isBusy: () => Boolean(drag?.isOn) };
  };
  calendar.dragIn = dragIn;
})();
