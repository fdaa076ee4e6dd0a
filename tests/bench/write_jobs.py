"""The jobs that write: each request has dates, a draft or a form of its own, so that none stands in another's way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.jobs import Job, Maker

AT_ONCE = 8  # most clients at a time: as many drafts are edited in turn, so that each edit knows the one before
WEEKS_AHEAD = 10  # when the first course begins: nobody is booked any more


def _evenings(maker: Maker) -> list[tuple[Any, Any, dt.datetime]]:
    """(practitioner, room, start) of the evenings, when nobody is booked."""
    found = []
    for days in range(2, 50):
        day = maker.today + dt.timedelta(days=days)
        for one in _late_hours():
            if one.weekday == day.weekday():
                for hour in (18, 19):
                    start = dt.datetime.combine(day, dt.time(hour), maker.zone).astimezone(dt.UTC)
                    found.append((one.practitioner_id, one.room_id, start))
    return found


def _late_hours() -> list[Any]:
    from clinic.scheduling.models import WorkingHours

    late = WorkingHours.objects.filter(
        ends__gte=dt.time(20), practitioner__is_practitioner=True, practitioner__is_active=True
    )
    return list(late.order_by("practitioner", "weekday"))


def book(maker: Maker) -> Job:
    from clinic.people.models import Patient
    from clinic.scheduling.models import Service

    service, free = Service.objects.get(name="Follow-up"), _evenings(maker)
    people = list(Patient.objects.filter(appointments=None).values_list("pk", flat=True)[: 2 * maker.count + 1])
    ours, floors = [], []
    for place, patient in enumerate(people):
        practitioner, room, start = free[place * 7 % len(free)]
        if place <= maker.count:
            data = {
                "patient": str(patient), "service": str(service.pk), "practitioner": "",
                "nonce": f"bench-{place:08d}-abcdef", "day": f"{start.astimezone(maker.zone):%Y-%m-%d}",
                "slot": f"{start:%Y-%m-%dT%H:%M}Z|{practitioner}",
            }  # fmt: skip
            ours.append(("/schedule/new/", data))
        else:
            floors.append(
                {"patient": str(patient), "service": str(service.pk), "practitioner": str(practitioner),
                 "room": str(room), "start": start.isoformat(), "nonce": f"floor-{place}"}
            )  # fmt: skip
    return maker.written("book", "desk", ours, floors)


def edit(maker: Maker) -> Job:
    """The first draft is the plan page's."""
    drafts = maker.drafts[1 : AT_ONCE + 1] or maker.drafts
    for plan in drafts:
        plan.refresh_from_db()
    ours = []
    for n in range(maker.count + len(drafts)):
        plan = drafts[n % len(drafts)]
        data = {"revision": str(plan.revision + n // len(drafts)), "at": "principle", "verb": "change",
                "principle": f"Move qi and blood, {n}."}  # fmt: skip
        ours.append((f"/plans/{plan.pk}/change/", data))
    for path, data in ours[
        : len(drafts) - 1
    ]:  # one round but one is gone, so that the rest begins with the first draft
        assert maker.clients["practitioner"].post(path, data, HTTP_HX_REQUEST="true").status_code == 200, data
    floors = [
        {"plan": str(drafts[n % len(drafts)].pk), "principle": f"Move qi and blood, {n}."} for n in range(maker.count)
    ]
    return maker.written("plan edit", "practitioner", ours[len(drafts) - 1 :], floors, htmx=True)


def propose(maker: Maker) -> Job:
    # From the last draft: the first is looked at here, which renews it: edits would know too little of it.
    people = [plan.patient_id for plan in maker.drafts[:2:-1]] or [maker.drafts[-1].patient_id]
    ours: list[tuple[str, dict[str, Any]]] = [
        (f"/patients/{people[n % len(people)]}/propose/", {}) for n in range(maker.count + 1)
    ]
    floors = [{"patient": str(people[n % len(people)])} for n in range(maker.count)]
    return maker.written("propose", "practitioner", ours, floors)


def course(maker: Maker) -> Job:
    """Courses asked for as a signed plan asks, each at an hour and with a practitioner of its own."""
    from clinic.people.models import Patient
    from clinic.scheduling.actions import request_course
    from clinic.scheduling.models import Course, Service

    service, user = Service.objects.get(name="Follow-up"), maker.staff["practitioner"]
    monday = maker.today + dt.timedelta(days=7 * WEEKS_AHEAD - maker.today.weekday())
    free = [(one, hour) for hour in (19, 18, 17, 16, 15, 14) for one in _late_hours()]
    people = list(Patient.objects.filter(appointments=None).order_by("-pk")[: 2 * maker.count + 1])
    ours, floors = [], []
    for place, patient in enumerate(people):
        reference = f"bench:{patient.pk}"
        request_course(
            patient=patient, practitioner=user, service=service, phases=[{"per_week": 1, "weeks": 12}], sessions=12,
            minutes=service.minutes, device_kind="", device_from_visit=None, first_visit_number=1, needs="",
            reference=reference, replaces="", by=user,
        )  # fmt: skip
        found = Course.objects.get(reference=reference)
        one, hour = free[place % len(free)]
        days = [monday + dt.timedelta(days=one.weekday + 7 * n) for n in range(12)]
        if place <= maker.count:
            rows = {}
            for number, day in zip(found.numbers, days, strict=True):
                rows |= {f"day-{number}": f"{day}", f"clock-{number}": f"{hour}:00"}
                rows |= {f"practitioner-{number}": str(one.practitioner_id)}
            ours.append((f"/followups/{found.pk}/", {**rows, "nonce": f"bench-course-{place:06d}"}))
        else:
            starts = [dt.datetime.combine(day, dt.time(hour), maker.zone) for day in days]
            floors.append(
                {"course": str(found.pk), "patient": str(patient.pk), "service": str(service.pk),
                 "practitioner": str(one.practitioner_id), "room": str(one.room_id),
                 "starts": ",".join(start.isoformat() for start in starts), "nonce": f"floor-c{place}"}
            )  # fmt: skip
    return maker.written("course of 12", "desk", ours, floors)


def _opened(maker: Maker, patient: Any) -> tuple[Any, Any]:
    """(phone, response): an invitation, followed and begun."""
    from intake.actions import invitations
    from intake.models import IntakeResponse
    from tests.support.phone import Phone

    issued, phone = invitations.invite(patient=patient, by=maker.staff["desk"]), Phone()
    phone.open(issued.token, born=patient.date_of_birth)
    return phone, IntakeResponse.objects.get(invitation=issued.invitation)


def _newcomers(maker: Maker, number: int) -> list[Any]:
    from clinic.people.actions.patients import add_patient

    born, desk = dt.date(1976, 6, 15), maker.staff["desk"]
    return [
        add_patient(
            by=desk, given_name="Ana", family_name=f"Bench {place}", date_of_birth=born, sex="female", email="",
            phone=f"+1201554{place:04d}",
        )
        for place in range(number)
    ]  # fmt: skip


def step(maker: Maker) -> Job:
    from tests.support.intake_page import Tab

    """Ashi and the floor each have a draft: another one's answers would be asked about, as those of a second tab."""
    [(phone, _), (floor_phone, response)] = [_opened(maker, patient) for patient in _newcomers(maker, 2)]
    page = Tab(phone, "strength").page
    ours, floors = [], []
    for n in range(maker.count + 1):  # never the same answers again: what they say is worked out each time
        pains = {"pain_now": str(1 + n % 9), "pain_average": str(1 + n // 9 % 9), "pain_worst": str(9 - n // 81 % 9)}
        ours.append(("/i/step/strength/save/", {**pains, "_page": page, "of": phone.ticket, "_seq": str(n + 1)}))
        floors.append({**pains, "response": str(response.pk), "page": "floor", "seq": str(n)})
    phones, floor_phones = [phone] * len(ours), [floor_phone] * maker.count
    return maker.written("intake step", "phone", ours, floors[1:], phones=phones, floor_phones=floor_phones, htmx=True)


def send(maker: Maker) -> Job:
    """Forms filled in by hand so far, consent signed, and the last page open."""
    import tomli
    from django.utils import timezone

    from intake.actions import answers, consent
    from intake.questionnaire.consent import load_consent
    from intake.questionnaire.load import load_questionnaire
    from intake.reading import about
    from treatments.demo.answers import answers_of
    from treatments.demo.people import FILE, persona_of

    archetype = tomli.loads(FILE.read_text(encoding="utf-8"))["archetype"]["accident"]
    persona = persona_of(archetype, {"name": ["Ana", "Bench"], "sex": "female", "born": 1976})
    ours, phones, floors, floor_phones = [], [], [], []
    for place, patient in enumerate(_newcomers(maker, 2 * maker.count + 1)):
        phone, response = _opened(maker, patient)
        values = answers_of(persona, load_questionnaire(), about(patient, timezone.localdate()))
        answers.save_answers(response.pk, values=values)
        if place > maker.count:
            floors.append({"response": str(response.pk)})
            floor_phones.append(phone)
            continue
        consent.sign_consent(response.pk, name=str(patient), signature="", agreed=load_consent().methods)
        phone.get("/i/check/")
        ours.append(("/i/send/", {"of": phone.ticket}))
        phones.append(phone)
    return maker.written("intake sent", "phone", ours, floors, phones=phones, floor_phones=floor_phones)


MAKERS: dict[str, Callable[[Maker], Job]] = {
    "book": book, "plan edit": edit, "propose": propose, "course of 12": course, "intake step": step,
    "intake sent": send,
}  # fmt: skip
