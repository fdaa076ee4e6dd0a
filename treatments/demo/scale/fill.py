"""All of it, week by week, so that rows and events are in the order in which they happened."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from django.db import models
from django.utils import timezone

from clinic.people.models import Clinic, Patient, PatientWord, User
from clinic.scheduling import kept as schedule
from clinic.scheduling.models import Appointment, AppointmentChange, Course, Device, Room, WorkingHours
from treatments.demo.clinic import set_up
from treatments.demo.scale import moments, shares, templates, timetable
from treatments.demo.scale.bulk import Bulk, concrete, prepared
from treatments.demo.scale.chain import Chain
from treatments.demo.scale.copying import Copier, Copy
from treatments.demo.scale.events import Teller, Told, Written
from treatments.demo.scale.people import Person, invent
from treatments.demo.scale.shares import ADDED, OPENED, SOME
from treatments.demo.scale.timetable import AHEAD, SEATS_EACH, WEEKS, Size, Stay
from treatments.models import kept

UTC, DAY, HOUR, SECOND = dt.UTC, dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
LEAD = 4  # weeks at most between what comes before a course and its first visit
# how many people are at each stage before the first visit today, in a clinic of a thousand and more
WAITING = {"invited": 20, "half": 12, "submitted": 12, "red_flag": 4, "assessed": 8, "proposed": 10, "signed": 24}
NEVER_ANSWERED, NEVER_CAME = 50, 100  # one in this many patients left a link unused, or an intake, over all these years
BOOKED = "course.visits_booked"
WITHOUT_A_DEVICE = 40  # in one of so many seats, the coming visits were moved by hand and the device was forgotten
_ARRIVED, _IN_ROOM, _DONE = ("arrived", "in_room", "done"), ("in_room", "done"), ("done",)


class Filling:
    def __init__(self, size: Size, *, seed: int, today: dt.date) -> None:
        self.size, self.draw, self.today = size, random.Random(seed), today
        self.clinic = set_up()
        self.zone = Clinic.current().zone
        self.now = dt.datetime.combine(today, dt.time(12), self.zone).astimezone(UTC)
        self.monday = today - today.weekday() * DAY
        self.courses, self.stages = templates.learn(self.clinic, now=self.now)
        self.practitioners = self._staff()
        lengths = [one.sessions for one in self.courses]
        self.stays = timetable.stays(size, lengths, [one.sex for one in self.courses], self.draw)
        timetable.let_pass(
            self.stays, size, self.monday, self.now.astimezone(self.zone).replace(tzinfo=None), self.draw
        )
        self.others = self._others()
        self.room_of = {user.pk: room.pk for user, room in zip(self.practitioners, self.rooms, strict=False)}
        self.device_of = {user.pk: one.pk for user, one in zip(self.practitioners, self.devices, strict=False)}
        self.at_noon = moments.seconds(self.now)

    # --- who works here -------------------------------------------------------------------------
    def _staff(self) -> list[User]:
        """As many as there are seats; the present ones first, the others have left."""
        needed = -(-max(self.size.week, len(self.size.seats_before)) // SEATS_EACH)
        found = list(self.clinic.practitioners)
        for number in range(len(found) + 1, needed + 1):
            person = invent(number, sex="female", born=1980, since=self.now, draw=self.draw)
            found.append(
                User.objects.create(
                    email=f"practitioner{number}@demo.ashi", name=f"Dr. {person}", title="L.Ac.",
                    is_practitioner=True, is_active=number <= self.size.practitioners,
                )
            )  # fmt: skip
        self.rooms = list(Room.objects.order_by("pk"))
        for number in range(len(self.rooms) + 1, len(found) + 1):
            self.rooms.append(Room.objects.create(name=f"Room {number}", is_active=number <= self.size.practitioners))
        self.devices = list(Device.objects.order_by("pk"))
        for number in range(len(self.devices) + 1, len(found) + 1):
            self.devices.append(
                Device.objects.create(
                    name=f"Stimulator {number}", kind="stimulator", is_active=number <= self.size.practitioners
                )
            )
        WorkingHours.objects.all().delete()
        WorkingHours.objects.bulk_create(
            WorkingHours(practitioner=user, weekday=day, starts=starts, ends=ends, room=self.rooms[number])
            for number, user in enumerate(found[: max(3, self.size.practitioners)])
            for day in timetable.works_on(number)
            for starts, ends in ((dt.time(8), dt.time(12, 30)), (dt.time(13, 30), dt.time(20)))
        )
        return found

    # --- who never had a visit ------------------------------------------------------------------
    def _others(self) -> list[tuple[int, str, dt.timedelta]]:
        """(week, stage, shift of the template) for those who wait now, or once did and never came."""
        share = min(1.0, self.size.patients / 1000)
        found = [
            (0, stage, -n * 3 * HOUR)
            for stage, count in WAITING.items()
            for n in range(max(1, round(count * share)) if share > 0.02 else 0)
        ]
        for stage, of in (("invited", NEVER_ANSWERED), ("submitted", NEVER_CAME)):
            found += [
                (week, stage, week * 7 * DAY)
                for week in (-self.draw.randint(8, WEEKS - AHEAD - 1) for _ in range(self.size.patients // of))
            ]
        return sorted(found)

    def people(self) -> list[Person]:
        """Everyone, by the day they were registered: those with courses first."""
        first: dict[int, Stay] = {}
        for stay in self.stays:
            first.setdefault(stay.patient, stay)
        found = []
        for pk, stay in enumerate(first.values(), start=1):
            template = self.courses[stay.template]
            since = min(self._start(stay, 0), self.now) - 21 * DAY
            found.append(invent(pk, sex=template.sex, born=template.born, since=since, draw=self.draw))
        for _, stage, move in self.others[: max(0, self.size.patients - len(found))]:
            since = self.stages[stage].patient.created_at.replace(microsecond=0) + move
            found.append(invent(len(found) + 1, sex="female", born=1976, since=since, draw=self.draw))
        while len(found) < self.size.patients:
            since = self.now - self.draw.randint(1, 520) * 7 * DAY
            sex = self.draw.choice(("female", "male"))
            found.append(
                invent(len(found) + 1, sex=sex, born=self.draw.randint(1945, 2004), since=since, draw=self.draw)
            )
        return found

    def _start(self, stay: Stay, place: int) -> dt.datetime:
        day, hour = timetable.moment(stay.seat, stay.first_week + place, self.monday)
        return dt.datetime.combine(day, hour, self.zone).astimezone(UTC)

    # --- writing --------------------------------------------------------------------------------
    def write(self, bulk: Bulk) -> None:
        self.bulk, self.chain = bulk, Chain(bulk)
        self.copiers = [_Pair(template, bulk) for template in self.courses]
        self.waiting = {stage: _Pair(template, bulk) for stage, template in self.stages.items()}
        everyone = self.people()
        self.events: dict[int, list[Written]] = defaultdict(list)
        self.visits: dict[int, list[tuple[str, Sequence[Any]]]] = defaultdict(list)
        self.week, self.first_day = -WEEKS, moments.seconds(dt.datetime.combine(self.monday, dt.time(), UTC))
        self._register(everyone)
        others = [self.stages[stage] for _, stage, _ in self.others]
        self.some = shares.events(self.size, self.stays, self.courses, others)
        self.other_scores, self.more_scores = shares.scores(self.size, self.stays, self.courses, others)
        self.previous: dict[int, dict[str, int]] = {}
        places = iter(everyone[len({stay.patient for stay in self.stays}) :])
        work: dict[int, list[Callable[[], None]]] = defaultdict(list)
        for stay in self.stays:
            work[stay.first_week - LEAD].append(partial(self._course, stay, everyone[stay.patient]))
        for (week, stage, move), person in zip(self.others, places, strict=False):
            work[week - LEAD].append(partial(self._wait, stage, move, person))
        for self.week in range(-WEEKS, AHEAD + 1):
            for act in work.pop(self.week, ()):
                act()
            self._flush(self.week)
        assert not work and not self.events and not self.visits, "something was left over"

    def _flush(self, week: int) -> None:
        for _, row in sorted(self.visits.pop(week, ()), key=itemgetter(0)):
            self.bulk.add(Appointment, row)
        for event in sorted(self.events.pop(week, ()), key=itemgetter(0)):
            self.chain.add(event)

    def _note(self, event: Written) -> None:
        week = (event.at - self.first_day) // (7 * moments.DAY)
        self.events[max(self.week, min(week, AHEAD))].append(event)

    def _register(self, everyone: list[Person]) -> None:
        assert [field.attname for field in concrete(PatientWord)] == ["id", "patient_id", "word"]
        added = self.waiting["invited"]
        registered = moments.seconds(added.copier.template.patient.created_at)
        fields = concrete(Patient)
        same = {field.attname: prepared(field, field.get_default()) for field in fields}
        for person in everyone:
            since = moments.seconds(person.since)
            row = {
                **same, "id": person.pk, "given_name": person.given_name, "family_name": person.family_name,
                "date_of_birth": str(person.born), "sex": person.sex, "email": person.email, "phone": person.phone,
                "created_at": moments.stamp(since),
            }  # fmt: skip
            self.bulk.add(Patient, list(row.values()))
            for word in sorted(person.words):
                self.bulk.add(PatientWord, (self.bulk.new_id(PatientWord), person.pk, word))
            copy = Copy(person, self.practitioners[0], since - registered, {}, {}, frozenset(), {})
            for event in added.teller.of(copy, lambda told: told.event.action == ADDED):
                self._note(event)

    def _wait(self, stage: str, move: dt.timedelta, person: Person) -> None:
        pair = self.waiting[stage]
        practitioner = self.practitioners[person.pk % max(1, self.size.practitioners)]
        copy = Copy(person, practitioner, move // SECOND, {}, {}, frozenset(), {})
        pair.copier.write(copy)
        for event in pair.teller.of(copy, lambda told: told.event.action != ADDED):
            self._note(event)

    def _course(self, stay: Stay, person: Person) -> None:
        pair = self.copiers[stay.template]
        starts = {n: moments.seconds(self._start(stay, n - 1)) for n in range(1, stay.length + 1)}
        moves = {n: start - pair.starts[n] for n, start in starts.items()}
        before = min(moves[1], moments.seconds(self.now - HOUR) - pair.booked[1])
        ids = {n: self.bulk.new_id(Appointment) for n in starts}
        done = set(shares.done(stay))
        copy = Copy(
            person, self.practitioners[stay.seat // SEATS_EACH], before, moves, ids,
            written=frozenset(shares.written(stay)), status=self._status(stay), version=max(1, stay.version),
            previous=self.previous.get(stay.patient), reference="" if stay.is_charted else f"before:{ids[1]}",
            keeps=self._keeps,
        )  # fmt: skip
        pair.copier.write(copy, None if stay.is_charted else {Course})
        names = pair.copier.ids_by_name(copy)
        if stay.is_charted:
            self.previous[stay.patient] = {name: names[name] for name in ("treatmentplan", "assessment", "episode")}
        for n, start in starts.items():
            self._appointment(pair, copy, n, start, stay, names["course"])

        def wanted(told: Told) -> bool:
            action = told.event.action
            if told.event.object_type == "appointment":
                if told.number not in done:
                    return False
            elif action == ADDED or (action == OPENED and copy.previous) or not (stay.is_charted or action == BOOKED):
                return False
            return action not in SOME or self.some.take()

        for event in pair.teller.of(copy, wanted, latest=stay.length):
            self._note(event)

    def _status(self, stay: Stay) -> dict[str, str]:
        missed = any(state in ("no_show", "cancelled") for state in stay.states)
        is_over = self._start(stay, stay.length - 1) + HOUR <= self.now
        is_short = stay.length < self.courses[stay.template].sessions
        course = "closed" if is_over and (missed or is_short) else "to_book" if missed or is_short else "booked"
        replaced = stay.is_charted and not stay.is_newest
        return {"course": course, **({"treatmentplan": "superseded", "assessment": "superseded"} if replaced else {})}

    def _appointment(self, pair: _Pair, copy: Copy, number: int, start: int, stay: Stay, course: int) -> None:
        state, move, pk = stay.states[number - 1], copy.moves[number], copy.appointments[number]
        was = pair.appointments[number]
        came = {"arrived_at": _ARRIVED, "in_room_at": _IN_ROOM, "done_at": _DONE}
        has_device = was["device_id"] and not (stay.seat % WITHOUT_A_DEVICE == 7 and start > self.at_noon)
        values = {
            **was, "id": pk, "course_id": course, "status": state, "nonce": f"scale-{pk}",
            "patient_id": copy.person.pk, "practitioner_id": copy.practitioner.pk,
            "room_id": self.room_of[copy.practitioner.pk],
            "stuck_at": None, "device_id": self.device_of[copy.practitioner.pk] if has_device else None,
            "created_at": moments.stamp(pair.booked[number] + copy.before),
            **{name: moments.stamp(was[name] + move) for name in ("starts_at", "ends_at", "busy_until")},
            **{name: moments.stamp(was[name] + move) if state in states else None for name, states in came.items()},
        }  # fmt: skip
        row = list(values.values())
        self.visits[(start - self.first_day) // (7 * moments.DAY)].append((values["starts_at"], row))
        if start >= self.first_day - 7 * moments.DAY:  # what can still be undone
            change = {
                **pair.changes[number], "id": self.bulk.new_id(AppointmentChange), "appointment_id": pk,
                "at": moments.stamp(pair.booked[number] + copy.before),
            }  # fmt: skip
            self.bulk.add(AppointmentChange, list(change.values()))

    def _keeps(self, row: templates.Row) -> bool:
        return (self.more_scores if row.is_more else self.other_scores).take()


class _Pair:
    """How the rows of a template are copied, and how its events are told."""

    def __init__(self, template: templates.Template, bulk: Bulk) -> None:
        self.copier = Copier(template, bulk)
        self.teller = Teller(self.copier)
        self.starts = {n: moments.seconds(one["starts_at"]) for n, one in template.appointments.items()}
        self.booked = {n: moments.seconds(one["at"]) for n, one in template.changes.items()}
        self.appointments = {n: _in_seconds(Appointment, one) for n, one in template.appointments.items()}
        self.changes = {
            n: {one.attname: prepared(one, values[one.attname]) for one in concrete(AppointmentChange)}
            for n, values in template.changes.items()
        }


def _in_seconds(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """In the order of a row, as it is stored, but for moments."""
    return {
        one.attname: moments.seconds(value) if isinstance(value, dt.datetime) else prepared(one, value)
        for one in concrete(model)
        for value in [values[one.attname]]
    }


def keep_counts() -> None:
    kept.mend_reviews(kept.reviews_that_differ())
    schedule.mend(timezone.now())


def count_rows(size: Size) -> int:
    """Roughly how many rows there will be: for the progress bar."""
    return size.appointments + 2 * size.events + size.notes + size.scores + size.patients * 45
