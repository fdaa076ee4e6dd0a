"""How to bring the bookings of a course in line with what it asks for now: the steps, before they are carried out."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace

from clinic.people.models import Clinic
from clinic.scheduling.availability import Diary, Need, Slot, fit
from clinic.scheduling.course_dates import lay
from clinic.scheduling.course_days import Day, held_visits, number_in_time, phases_of
from clinic.scheduling.day_search import Wish
from clinic.scheduling.diary import diary_around, in_order, need_of_visit
from clinic.scheduling.differences import difference_of
from clinic.scheduling.models import MOVABLE, Appointment, Course
from clinic.scheduling.rhythm import places
from clinic.scheduling.series import nearest_in_rhythm

ANY = Wish()


@dataclass(frozen=True)
class Step:
    """One visit: it stays, changes, moves, is cancelled or added. ``number`` and ``slot`` are the new ones."""

    appointment: Appointment | None
    number: int
    slot: Slot | None  # None: cancelled (parted, if shared), or (``is_stuck``) unchanged: nothing else is free
    is_stuck: bool = False

    @property
    def kind(self) -> str:
        if self.is_stuck:
            return "stuck"
        if self.appointment is None:
            return "added" if self.slot else "open"
        if self.slot is None:
            return "parted" if self.appointment.is_shared else "cancelled"
        at = (self.appointment.starts_at, self.appointment.practitioner_id)
        if at != (self.slot.starts, self.slot.practitioner):
            return "moved"
        return "changed" if self.changes else "kept"

    @property
    def changes(self) -> bool:
        """Whether length, room or device of a visit that keeps its time change."""
        one, slot = self.appointment, self.slot
        if one is None or slot is None:
            return False
        now = (one.ends_at, one.busy_until, one.room_id, one.device_id)
        return now != (slot.ends, slot.until, slot.room, slot.device)


@dataclass(frozen=True)
class Alignment:
    """All steps for a course, in the new chronological order. ``value``: what a form sends back, so that what is done
    is what was shown."""

    course: Course
    steps: tuple[Step, ...]

    @property
    def value(self) -> str:
        told = [
            (
                step.appointment and (step.appointment.pk, step.appointment.version),
                step.number,
                step.kind,
                step.slot and (step.slot.starts.isoformat(), step.slot.ends.isoformat(), step.slot.practitioner),
            )
            for step in self.steps
        ]
        return hashlib.sha256(repr((self.course.pk, told)).encode()).hexdigest()[:32]

    def of(self, kind: str) -> list[Step]:
        return [step for step in self.steps if step.kind == kind]


def alignment_of(course: Course, *, now: dt.datetime, extras_only: bool = False) -> Alignment:
    """The steps that make the coming visits what the course asks for. What can stay unchanged does.

    ``extras_only``: only cancel the latest ones that exceed the number asked for.
    """
    return Alignment(course, tuple(_Aligning(course, now).steps(extras_only=extras_only)))


class _Aligning:
    def __init__(self, course: Course, now: dt.datetime) -> None:
        self.course, self.now, self.zone = course, now, Clinic.current().zone
        rows = course.visits.active().filter(number_in_course__isnull=False)
        self.visits = list(rows.with_people().order_by("starts_at", "id"))
        self._divide(may_move_shared=True)

    def _divide(self, *, may_move_shared: bool) -> None:
        """Into those that can change and those that stay, with the numbers left for the first."""
        self.coming = [
            one
            for one in self.visits
            if one.status in MOVABLE and one.starts_at > self.now and (may_move_shared or not one.is_shared)
        ]
        self.fixed = [one for one in self.visits if one not in self.coming]
        taken = {self._number(one) for one in self.fixed}
        left = max(0, self.course.sessions - len(self.fixed))
        open_numbers = [number for number in self.course.numbers if number not in taken]
        self.numbers = open_numbers[len(open_numbers) - left :] if left else []

    def _number(self, one: Appointment) -> int:
        return one.number_in(self.course.pk)

    def steps(self, *, extras_only: bool) -> list[Step]:
        found = difference_of(self.course, now=self.now)
        if found is not None and found.is_pace and not extras_only:
            self._divide(may_move_shared=False)  # a visit that serves another course, too, keeps that one's rhythm
            if self.coming:
                return self._laid_anew()
            self._divide(may_move_shared=True)
        return self._as_they_are(extras_only=extras_only)

    # --- number, length, room, device: each visit keeps its time if it can ---------------------------
    def _as_they_are(self, *, extras_only: bool) -> list[Step]:
        kept, extras = self.coming[: len(self.numbers)], self.coming[len(self.numbers) :]
        numbered = self._numbered(kept)
        days: list[Day] = [(self._number(one), self._day(one.starts_at)) for one in self.fixed]
        days += [(number, self._day(one.starts_at)) for number, one in numbered]
        diary = diary_around([one.starts_at for one in kept] or [self.now], now=self.now)
        for one in extras:
            diary = diary.without(one.pk)
        steps = []
        for number, one in numbered:
            step = Step(one, number, _slot_of(one)) if extras_only else self._brought_in_line(one, number, days, diary)
            if step.slot is not None and step.kind == "moved":
                days = [day for day in days if day[0] != number] + [(number, self._day(step.slot.starts))]
            if step.slot is not None:
                diary = diary.without(one.pk).with_busy(step.slot.taken_by(one.pk, one.patient_id))
            steps.append(step)
        steps += [Step(one, self._number(one), None) for one in extras]
        missing = [number for number in self.numbers if number not in {number for number, _one in numbered}]
        if missing and not extras_only:
            steps += self._added(missing, steps)
        return steps

    def _numbered(self, kept: list[Appointment]) -> list[tuple[int, Appointment]]:
        """Visits with their new numbers: their own if the course still has it."""
        own = {self._number(one) for one in kept}
        free = [number for number in self.numbers if number not in own]
        return [(self._number(one), one) if self._number(one) in self.numbers else (free.pop(0), one) for one in kept]

    def _brought_in_line(self, one: Appointment, number: int, days: list[Day], diary: Diary) -> Step:
        need = self._need(number, days, (one.practitioner_id,), room=one.room_id)
        without = diary.without(one.pk)
        if one.is_shared:
            need = _also_for_the_other(one, need)
        if _serves(one, need, self.course):
            return Step(one, number, _slot_of(one))
        here = fit(without, need, one.starts_at, one.practitioner_id, now=self.now)
        if isinstance(here, Slot):
            return Step(one, number, here)
        if one.is_shared:  # its time is that of the other course, too
            return Step(one, self._number(one), None, is_stuck=True)
        others = [day for day in days if day[0] != number]
        held = frozenset(day[0] for day in others)
        phases = phases_of(self.course)
        near = nearest_in_rhythm(
            without, need, one.starts_at, phases=phases, number=number, others=others, held=held, now=self.now
        )
        return Step(one, number, near, is_stuck=near is None)

    def _added(self, missing: list[int], steps: list[Step]) -> list[Step]:
        """Dates for what is not booked yet, after everything that is."""
        held = [(self._number(one), one.starts_at.astimezone(self.zone)) for one in self.fixed]
        held += [
            (step.number, (step.slot.starts if step.slot else step.appointment.starts_at).astimezone(self.zone))
            for step in steps
            if step.appointment and (step.slot or step.is_stuck)
        ]
        offers = self._laid(missing, held, in_order(self.course.practitioner_id))
        return [Step(None, number, slot) for number, slot in offers]

    # --- pace: the coming visits are rescheduled --------------------------------------------------------
    def _laid_anew(self) -> list[Step]:
        held = [(self._number(one), one.starts_at.astimezone(self.zone)) for one in self.fixed]
        who = (self.coming[0].practitioner_id,)
        pace = places(phases_of(self.course), len(held) + 1)[-1].per_week
        weekdays = frozenset(self._day(one.starts_at).weekday() for one in self.coming[:pace])  # the next visits stay
        offers = self._laid(self.numbers, held, who, self._day(self.coming[0].starts_at), Wish(weekdays=weekdays))
        left = list(self.coming)
        steps: list[Step] = []
        for number, slot in offers:
            at = slot and (slot.starts, slot.practitioner)
            same = [one for one in left if (one.starts_at, one.practitioner_id) == at]
            if same:
                left.remove(same[0])
                steps.append(Step(same[0], number, self._kept_where_it_is(same[0], slot)))
            else:
                steps.append(Step(None, number, slot))
        for place, step in enumerate(steps):  # a visit without a date of its own takes that of another one
            if step.appointment is None and left:
                one = left.pop(0)
                stuck = step.slot is None
                steps[place] = Step(one, self._number(one) if stuck else step.number, step.slot, is_stuck=stuck)
        return steps + [Step(one, self._number(one), None) for one in left]

    def _kept_where_it_is(self, one: Appointment, slot: Slot | None) -> Slot | None:
        """The offered slot with the room and device the visit already has, if they are suitable."""
        if slot is None:
            return None
        own = _slot_of(one)
        same = (own.ends, own.until, own.device is None) == (slot.ends, slot.until, slot.device is None)
        return own if same and one.room.kind == self.course.service.room_kind else slot

    def _laid(
        self,
        numbers: list[int],
        held: list[tuple[int, dt.datetime]],
        who: tuple[int, ...],
        first_day: dt.date | None = None,
        wish: Wish = ANY,
    ) -> list[tuple[int, Slot | None]]:
        if not numbers:
            return []
        tomorrow = self._day(self.now) + dt.timedelta(days=1)
        offers, _visits = lay(
            self.course,
            numbers,
            held,
            wish,
            who=who,
            first_day=first_day or tomorrow,
            now=self.now,
            without=[one.pk for one in self.coming] if first_day else (),
            habit_of=held_visits(self.course),
        )
        return [(offer.number, offer.slot) for offer in offers]

    def _need(self, number: int, days: list[Day], who: tuple[int, ...], *, room: int) -> Need:
        return replace(need_of_visit(self.course, number_in_time(self.course, days, number), who), room=room)

    def _day(self, when: dt.datetime) -> dt.date:
        return when.astimezone(self.zone).date()


def _serves(one: Appointment, need: Need, course: Course) -> bool:
    """Whether a visit is already what the course asks for."""
    kind = one.device.kind if one.device else ""
    return (one.minutes, one.room.kind, kind) == (need.minutes, need.room_kind, need.device_kind) and (
        one.is_shared or one.service_id == course.service_id
    )


def _also_for_the_other(one: Appointment, need: Need) -> Need:
    """What a visit that serves another course, too, needs: no less than it has."""
    device = need.device_kind or (one.device.kind if one.device else "")
    return replace(need, minutes=max(need.minutes, one.minutes), device_kind=device)


def _slot_of(one: Appointment) -> Slot:
    return Slot(one.starts_at, one.ends_at, one.busy_until, one.practitioner_id, one.room_id, one.device_id)
