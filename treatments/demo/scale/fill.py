"""All of it, week by week, so that rows and events are in the order in which they happened."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from clinic.audit.chain import Draft
from clinic.people.models import Clinic, PatientWord, User
from clinic.people.search import words_of
from clinic.scheduling.models import Appointment, AppointmentChange, Course, Room, WorkingHours
from intake.models import Score
from treatments.demo.clinic import set_up
from treatments.demo.scale import templates, timetable
from treatments.demo.scale.bulk import Bulk, concrete, prepared
from treatments.demo.scale.chain import Chain
from treatments.demo.scale.copying import Copier, Copy, stamp
from treatments.demo.scale.people import Person, invent
from treatments.demo.scale.timetable import AHEAD, SEATS_EACH, WEEKS, Size, Stay
from treatments.models import kept

UTC, DAY, HOUR = dt.UTC, dt.timedelta(days=1), dt.timedelta(hours=1)
LEAD = 4  # weeks at most between what comes before a course and its first visit
# how many people are at each stage before the first visit today, in a clinic of a thousand and more
WAITING = {"invited": 20, "half": 12, "submitted": 12, "red_flag": 4, "assessed": 8, "proposed": 10, "signed": 24}
NEVER_ANSWERED, NEVER_CAME = 50, 100  # one in this many patients left a link unused, or an intake, over all these years
# of what the actions record about a visit, only as many of these are kept as the size asks for
SOME = {"appointment.arrived", "appointment.in_room", "appointment.done", "visit.started", "visit.saved"}
BOOKED, ADDED = "course.visits_booked", "patient.added"


class Quota:
    """Says yes ``wanted`` times out of ``of``, evenly."""

    def __init__(self, wanted: int, of: int) -> None:
        self.wanted, self.of, self.seen = max(0, min(wanted, of)), max(1, of), 0

    def take(self) -> bool:
        self.seen += 1
        return self.seen * self.wanted // self.of > (self.seen - 1) * self.wanted // self.of


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
        self.copiers = [Copier(template, bulk) for template in self.courses]
        self.waiting = {stage: Copier(template, bulk) for stage, template in self.stages.items()}
        everyone = self.people()
        self.events: dict[int, list[Draft]] = defaultdict(list)
        self.visits: dict[int, list[tuple[str, list[Any]]]] = defaultdict(list)
        self.week = -WEEKS
        self._register(everyone)
        self.some = self._share_events()
        self.other_scores, self.more_scores = self._share_scores()
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
        for _, row in sorted(self.visits.pop(week, ()), key=lambda one: one[0]):
            self.bulk.add(Appointment, row)
        for event in sorted(self.events.pop(week, ()), key=lambda one: one.at):
            self.chain.add(event)

    def _note(self, event: Draft) -> None:
        week = max(self.week, min((event.at.date() - self.monday).days // 7, AHEAD))
        self.events[week].append(event)

    def _register(self, everyone: list[Person]) -> None:
        words = concrete(PatientWord)
        assert [field.attname for field in words] == ["id", "patient_id", "word"]
        added = Copier(self.stages["invited"], self.bulk)
        for person in everyone:
            patient = person.as_patient()
            self.bulk.add_object(patient)
            for word in sorted(words_of(patient)):
                self.bulk.add(PatientWord, [self.bulk.new_id(PatientWord), person.pk, word])
            move = person.since - added.template.patient.created_at.replace(microsecond=0)
            copy = Copy(person, self.practitioners[0], move, {}, {}, frozenset(), {})
            for event in added.events_of(copy, {"ids": {}, "seals": {}}, lambda action: action == ADDED):
                self._note(event)

    def _wait(self, stage: str, move: dt.timedelta, person: Person) -> None:
        copier = self.waiting[stage]
        practitioner = self.practitioners[person.pk % max(1, self.size.practitioners)]
        copy = Copy(person, practitioner, move, {}, {}, frozenset(), {})
        for event in copier.events_of(copy, copier.rows_of(copy), lambda action: action != ADDED):
            self._note(event)

    def _course(self, stay: Stay, person: Person) -> None:
        copier = self.copiers[stay.template]
        template = copier.template
        starts = {n: self._start(stay, n - 1) for n in range(1, stay.length + 1)}
        moves = {n: start - template.appointments[n]["starts_at"] for n, start in starts.items()}
        booked = template.changes[1]["at"]
        before = min(moves[1], self.now - HOUR - booked.replace(microsecond=0))
        ids = {n: self.bulk.new_id(Appointment) for n in starts}
        done = [n for n, state in enumerate(stay.states, start=1) if state == "done"]
        copy = Copy(
            person, self.practitioners[stay.seat // SEATS_EACH], before, moves, ids,
            written=frozenset(done[stay.unwritten :]) if stay.is_charted else frozenset(),
            status=self._status(stay), version=max(1, stay.version), previous=self.previous.get(stay.patient),
            reference="" if stay.is_charted else f"before:{ids[1]}", keeps=self._keeps,
        )  # fmt: skip
        found = copier.rows_of(copy, None if stay.is_charted else {Course})
        names = {model._meta.model_name: pk for (model, _), pk in found["ids"].items()}
        if stay.is_charted:
            self.previous[stay.patient] = {name: names[name] for name in ("treatmentplan", "assessment")}
        for n, start in starts.items():
            self._appointment(copier, copy, n, start, stay.states[n - 1], names["course"])

        def wanted(action: str) -> bool:
            return action != ADDED and (stay.is_charted or action == BOOKED or action.startswith("appointment."))

        is_done = {str(ids[number]) for number in done}
        for event in copier.events_of(copy, found, wanted, latest=stay.length):
            is_of_visit = event.object_type == "appointment"
            if (not is_of_visit or event.object_id in is_done) and (event.action not in SOME or self.some.take()):
                self._note(event)

    def _status(self, stay: Stay) -> dict[str, str]:
        missed = any(state in ("no_show", "cancelled") for state in stay.states)
        is_over = self._start(stay, stay.length - 1) + HOUR <= self.now
        is_short = stay.length < self.courses[stay.template].sessions
        course = "closed" if is_over and (missed or is_short) else "to_book" if missed or is_short else "booked"
        replaced = stay.is_charted and not stay.is_newest
        return {"course": course, **({"treatmentplan": "superseded", "assessment": "superseded"} if replaced else {})}

    def _appointment(
        self, copier: Copier, copy: Copy, number: int, start: dt.datetime, state: str, course: int
    ) -> None:
        model, move = copier.template.appointments[number], copy.moves[number]
        values = {
            **model, "id": copy.appointments[number], "course_id": course, "status": state, "device_id": None,
            "patient_id": copy.person.pk, "practitioner_id": copy.practitioner.pk,
            "room_id": self.room_of[copy.practitioner.pk],
            "nonce": f"scale-{copy.appointments[number]}",
            "created_at": copier.template.changes[number]["at"] + copy.before,
            "arrived_at": model["arrived_at"] if state in ("arrived", "in_room", "done") else None,
            "in_room_at": model["in_room_at"] if state in ("in_room", "done") else None,
            "done_at": model["done_at"] if state == "done" else None,
        }  # fmt: skip
        for name in ("starts_at", "ends_at", "busy_until", "arrived_at", "in_room_at", "done_at"):
            values[name] = stamp(values[name] + move) if values[name] else None
        values["created_at"] = stamp(values["created_at"].replace(microsecond=0))
        row = [values[field.attname] for field in concrete(Appointment)]
        week = ((start.astimezone(self.zone).date()) - self.monday).days // 7
        self.visits[week].append((values["starts_at"], row))
        if week >= -1:  # what can still be undone
            change = {
                **copier.template.changes[number],
                "id": self.bulk.new_id(AppointmentChange),
                "appointment_id": copy.appointments[number],
                "at": (copier.template.changes[number]["at"] + copy.before).replace(microsecond=0),
            }
            fields = concrete(AppointmentChange)
            self.bulk.add(AppointmentChange, [prepared(field, change[field.attname]) for field in fields])

    # --- counted beforehand ---------------------------------------------------------------------
    def _written(self, stay: Stay) -> list[int]:
        """Numbers of the visits that are charted."""
        done = [number for number, state in enumerate(stay.states, start=1) if state == "done"]
        return done[stay.unwritten :] if stay.is_charted else []

    def _share_events(self) -> Quota:
        """What is recorded in any case, and how many more there are of which the size needs some."""
        certain = self.size.patients
        for _, stage, _ in self.others:
            certain += sum(event.action != ADDED for event, _ in self.stages[stage].events)
        some, of_visit, of_appointment, of_course = 0, {}, {}, {}
        for place, template in enumerate(self.courses):
            told = [(event.action, number, event.object_type) for event, number in template.events]
            of_course[place] = sum(number is None and action != ADDED for action, number, _ in told)
            for at in template.appointments:
                mine = [(action, kind) for action, number, kind in told if number == at]
                of_appointment[place, at] = sum(kind == "appointment" for _, kind in mine)
                of_visit[place, at] = (
                    sum(action not in SOME for action, _ in mine),
                    sum(action in SOME and kind != "appointment" for action, kind in mine),
                )
        for stay in self.stays:
            certain += of_course[stay.template] if stay.is_charted else 1
            done = [number for number, state in enumerate(stay.states, start=1) if state == "done"]
            some += sum(of_appointment[stay.template, number] for number in done)
            for number in self._written(stay):
                certain += of_visit[stay.template, number][0]
                some += of_visit[stay.template, number][1]
        return Quota(self.size.events - certain, some)

    def _share_scores(self) -> tuple[Quota, Quota]:
        """One score per note and those of reviews; then those of intakes; then further ones from notes."""
        waiting = (row for _, stage, _ in self.others for row in self.stages[stage].rows)
        left = self.size.scores - sum(row.model is Score for row in waiting)
        others = more = 0
        for stay in self.stays:
            if stay.is_charted:
                written = self._written(stay)
                for row in self.courses[stay.template].rows:
                    if row.model is Score and (row.number is None or row.number in written):
                        of_intake = row.values["occasion"] == "intake"
                        left -= not of_intake and not row.is_more
                        more += row.is_more
                        others += of_intake
        return Quota(left, others), Quota(left - others, more)

    def _keeps(self, row: templates.Row) -> bool:
        if row.model is not Score or not (row.is_more or row.values["occasion"] == "intake"):
            return True
        return (self.more_scores if row.is_more else self.other_scores).take()


def keep_counts() -> None:
    kept.mend_reviews(kept.reviews_that_differ())


def count_rows(size: Size) -> int:
    """Roughly how many rows there will be: for the progress bar."""
    return size.appointments + 2 * size.events + size.notes + size.scores + size.patients * 45
