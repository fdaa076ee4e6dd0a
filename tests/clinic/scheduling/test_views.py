"""The pages: what they show, what they refuse, what they keep."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.people.models import Clinic
from clinic.scheduling.actions import book, make_link
from clinic.scheduling.models import Appointment, AppointmentChange, WorkingHours
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    DeviceFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    at,
    clinic_in,
)

pytestmark = pytest.mark.django_db
ZONE = "America/Chicago"
NOW = at("2026-11-23 08:00", ZONE)  # a Monday
TEN = at("2026-11-23 10:00", ZONE)


@pytest.fixture(autouse=True)
def _clock(settings):
    settings.SECURE_SSL_REDIRECT = False  # the test client speaks plain HTTP
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def house(client):
    class House:
        clinic = clinic_in(ZONE)
        desk = UserFactory(desk=True)
        petra = WorkingPractitionerFactory(name="Petra")
        room = RoomFactory()
        service = ServiceFactory(name="Follow-up")
        patient = PatientFactory(given_name="Ana", family_name="Torres")

        def form(self, starts_at=TEN, **more):
            asked = {
                "patient": self.patient.pk,
                "service": self.service.pk,
                "practitioner": "",
                "day": "2026-11-23",
                "slot": f"{starts_at:%Y-%m-%dT%H:%M}Z|{self.petra.pk}",
                "nonce": "nonce-of-the-form",
            }
            return {**asked, **more}

        def visit(self, starts_at=TEN, nonce="earlier-form"):
            return book(
                patient=self.patient,
                service=self.service,
                practitioner=self.petra,
                starts_at=starts_at,
                by=self.desk,
                nonce=nonce,
            )

    house = House()
    client.force_login(house.desk)
    return house


def text(answer):
    return answer.content.decode()


# --- booking ------------------------------------------------------------------------------------------
def test_booking_page_offers_free_times_on_the_clinics_clock(house, client):
    page = text(client.get(reverse("scheduling:new"), {"patient": house.patient.pk, "day": "2026-11-23"}))
    assert "Torres, Ana" in page
    assert f"2026-11-23T16:00Z|{house.petra.pk}" in page  # ten o'clock in Chicago
    assert "10:00" in page


def test_booking_is_done_and_can_be_undone(house, client):
    answer = client.post(reverse("scheduling:new"), house.form())
    visit = Appointment.objects.get()
    change = visit.changes.get()
    assert answer.url == f"/schedule/{visit.pk}/?changed={change.pk}"
    assert "is booked for Mon 23 Nov, 10:00" in text(client.get(answer.url))
    client.post(reverse("scheduling:undo", args=[change.pk]))
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_same_form_twice_is_one_visit(house, client):
    first, second = (client.post(reverse("scheduling:new"), house.form()) for _ in range(2))
    assert first.url == second.url
    assert Appointment.objects.count() == 1


def test_taken_slot_is_409_in_words_with_the_next_fit_ticked_and_the_form_kept(house, client):
    house.visit()
    other = PatientFactory(given_name="Ben", family_name="Okafor")
    answer = client.post(reverse("scheduling:new"), house.form(patient=other.pk))
    page = text(answer)
    assert answer.status_code == 409
    assert "Petra has another visit at Mon 23 Nov, 10:00." in page
    assert "Okafor, Ben" in page
    assert page.count("checked") == 2  # the patient and the next fit
    assert answer.context["times"]["groups"][0]["times"]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("patient", "", "Choose a patient."),
        ("patient", "99999999999999999999", "Choose a patient from the list."),
        ("service", "0", "Select a valid choice"),
        ("day", "soon", "Write a day like"),
        ("day", "9999-12-31", "less than or equal"),
        ("slot", "", "Choose a time."),
        ("slot", "2026-11-23T16:00Z|", "Choose one of the free times."),
        ("slot", "0001-01-01T00:00Z|1", "Choose one of the free times."),
        ("nonce", "", None),
    ],
)
def test_bad_booking_form_is_422_with_a_summary(house, client, field, value, words):
    answer = client.post(reverse("scheduling:new"), house.form(**{field: value}))
    assert answer.status_code == 422
    assert "Please check" in text(answer)
    if words:
        assert words in text(answer)
    assert not Appointment.objects.exists()


def test_without_javascript_looking_books_nothing(house, client):
    page = text(client.post(reverse("scheduling:new"), {"q": "torr", "look": "1", "day": "2026-11-24"}))
    assert "Torres, Ana" in page and "Tuesday, 24 November" in page
    assert not Appointment.objects.exists()


def test_patients_are_found_by_first_letters_and_the_look_is_noted(house, client):
    page = text(client.get(reverse("scheduling:patient_options"), {"q": "to an"}))
    assert "Torres, Ana" in page
    event = AuditEvent.objects.get(action="patients.listed")
    assert event.detail == {"patients": [house.patient.pk]}
    assert "Type one more letter" in text(client.get(reverse("scheduling:patient_options"), {"q": "t"}))


# --- one appointment ----------------------------------------------------------------------------------
def test_appointment_page_notes_the_read(house, client):
    visit = house.visit()
    page = text(client.get(reverse("scheduling:appointment", args=[visit.pk])))
    assert "10:00" in page and "Ana Torres" in page
    assert AuditEvent.objects.filter(action="appointment.read", patient_id=house.patient.pk).count() == 1


def _move(client, visit, *, as_json=False, **fields):
    asked = {"practitioner": visit.practitioner_id, "day": "2026-11-23", "clock": "13:00", "version": 1, **fields}
    headers = {"Accept": "application/json"} if as_json else {}
    return client.post(reverse("scheduling:move", args=[visit.pk]), asked, headers=headers)


def test_drag_moves_and_answers_with_an_undo(house, client):
    visit = house.visit()
    answer = _move(client, visit, as_json=True).json()
    visit.refresh_from_db()
    assert visit.starts_at == at("2026-11-23 13:00", ZONE)
    assert answer["version"] == 2 and "13:00" in answer["words"]
    assert client.post(answer["undo"], headers={"Accept": "application/json"}).status_code == 200
    visit.refresh_from_db()
    assert visit.starts_at == TEN


def test_dropping_a_visit_where_it_was_changes_nothing(house, client):
    visit = house.visit()
    assert _move(client, visit, as_json=True, clock="10:00").json() == {"words": "", "version": 1}
    assert visit.changes.count() == 1


def test_move_onto_a_taken_time_is_409_and_keeps_what_was_typed(house, client):
    visit = house.visit()
    house.visit(at("2026-11-23 13:00", ZONE), nonce="another-form")
    assert _move(client, visit, as_json=True).json()["next_fit"]
    answer = _move(client, visit)
    assert answer.status_code == 409
    assert 'value="13:00"' in text(answer)
    assert "Next fit" in text(answer)


def test_second_editor_gets_409_and_the_new_version(house, client):
    visit = house.visit()
    _move(client, visit)
    answer = _move(client, visit, clock="15:00")
    assert answer.status_code == 409
    assert "Somebody else changed this visit" in text(answer)
    assert 'name="version" value="2"' in text(answer) and 'value="15:00"' in text(answer)


@pytest.mark.parametrize("fields", [{"clock": "25:00"}, {"day": ""}, {"practitioner": "0"}, {"version": "x"}])
def test_bad_move_is_422(house, client, fields):
    visit = house.visit()
    assert _move(client, visit, **fields).status_code == 422
    assert _move(client, visit, as_json=True, **fields).status_code == 422


def test_hour_the_clock_skips_is_refused_in_words(house, client):
    WorkingHours.objects.create(practitioner=house.petra, weekday=6, starts=dt.time(0), ends=dt.time(12))
    visit = house.visit()
    answer = _move(client, visit, day="2027-03-14", clock="02:30")
    assert answer.status_code == 409
    assert "does not exist" in text(answer)


def test_link_is_shown_once_and_mailed_on_request(house, client, django_capture_on_commit_callbacks):
    visit = house.visit()
    with django_capture_on_commit_callbacks(execute=True):
        page = text(client.post(reverse("scheduling:link", args=[visit.pk]), {"mail": "1"}))
    assert "Sent to" in page
    (letter,) = mail.outbox
    assert letter.to == [house.patient.email] and "/a/" in letter.body
    assert "Torres" not in letter.body + letter.subject


# --- the day board --------------------------------------------------------------------------------------
def test_board_moves_on_by_one_click_and_back_by_undo(house, client):
    visit = house.visit()
    assert "Ana Torres" in text(client.get(reverse("scheduling:today")))
    url = reverse("scheduling:status", args=[visit.pk])
    answer = client.post(url, {"status": "arrived", "version": 1}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "is now arrived" in text(answer)
    change = AppointmentChange.objects.order_by("pk").last()
    back = client.post(reverse("scheduling:undo", args=[change.pk]), headers={"HX-Request": "true"})
    assert "Undone." in text(back)
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_board_without_htmx_goes_back_to_the_board(house, client):
    visit = house.visit()
    url = reverse("scheduling:status", args=[visit.pk])
    answer = client.post(url, {"status": "arrived", "next": "/today/?practitioner=1"})
    assert answer.url.startswith("/today/?practitioner=1&changed=")
    evil = client.post(url, {"status": "booked", "next": "https://evil.example/"})
    assert evil.url.startswith("/schedule/")


def test_stale_click_on_the_board_is_told(house, client):
    visit = house.visit()
    url = reverse("scheduling:status", args=[visit.pk])
    client.post(url, {"status": "cancelled", "version": 1})
    answer = client.post(url, {"status": "arrived", "version": 1}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Somebody else changed this visit" in text(answer)


def test_board_that_refreshes_itself_notes_nobody_twice(house, client):
    house.visit()
    headers = {"HX-Request": "true", "X-Ashi-Background": "1"}
    client.get(reverse("scheduling:today"))
    client.get(reverse("scheduling:today"), headers=headers)
    assert AuditEvent.objects.filter(action="schedule.listed").count() == 1


# --- the calendar ----------------------------------------------------------------------------------------
def test_calendar_works_as_a_list_without_javascript(house, client):
    house.visit()
    page = text(client.get(reverse("scheduling:calendar"), {"date": "2026-11-23"}))
    assert "10:00–10:45" in page and "09:00–17:00" in page


def test_feed_is_on_the_clinics_wall_clock_with_closed_hours(house, client):
    house.visit()
    asked = {"start": "2026-11-23T00:00:00", "end": "2026-11-24T00:00:00"}
    events = client.get(reverse("scheduling:feed"), asked).json()
    visits = [event for event in events if event.get("title")]
    closed = [(event["start"], event["end"]) for event in events if event.get("display") == "background"]
    assert [(event["start"], event["end"]) for event in visits] == [("2026-11-23T10:00:00", "2026-11-23T10:45:00")]
    assert closed == [
        ("2026-11-23T00:00:00", "2026-11-23T09:00:00"),
        ("2026-11-23T17:00:00", "2026-11-24T00:00:00"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"start": "x", "end": "y"},
        {"start": "2026-01-01", "end": "2027-01-01"},
        {"start": "9999-12-31", "end": "9999-12-31T10:00"},
    ],
)
def test_feed_refuses_nonsense(house, client, asked):
    assert client.get(reverse("scheduling:feed"), asked).status_code == 422


@pytest.mark.parametrize("date", ["", "nonsense", "0001-01-01", "9999-12-31"])
def test_calendar_survives_any_date(house, client, date):
    assert client.get(reverse("scheduling:calendar"), {"date": date, "view": "week"}).status_code == 200


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-25", "23–29 November 2026"),
        ("2026-11-29", "23–29 November 2026"),
        ("2026-12-02", "30 November–6 December 2026"),
    ],
)
def test_the_week_says_from_when_to_when(house, client, day, words):
    assert f"<h1>{words}</h1>" in text(client.get(reverse("scheduling:calendar"), {"date": day, "view": "week"}))


# --- follow-ups --------------------------------------------------------------------------------------------
@pytest.fixture
def course(house):
    DeviceFactory()
    return CourseFactory(
        patient=house.patient,
        practitioner=house.petra,
        service=house.service,
        device_kind="stimulator",
        device_from_visit=2,
        needs="cannot lie face down",
    )


def _rows(answer):
    return {
        f"{name}-{row.number}": value
        for row in answer.context["rows"]
        for name, value in (("day", row.day), ("clock", row.clock), ("practitioner", row.practitioner))
    }


def test_list_speaks_of_logistics(house, client, course):
    page = text(client.get(reverse("scheduling:followups")))
    assert "2 a week for 4 weeks, then 1 a week for 2; 45 minutes; room with table; stimulator from visit 2" in page
    assert "cannot lie face down" in page and "10 visits to book" in page


def test_course_is_proposed_booked_whole_and_undone(house, client, course):
    url = reverse("scheduling:course", args=[course.pk])
    proposed = client.get(url)
    assert AuditEvent.objects.filter(action="course.read").count() == 1
    answer = client.post(url, {**_rows(proposed), "nonce": "nonce-of-the-form"})
    assert Appointment.objects.filter(course=course).count() == 10
    listed = client.get(answer.url)
    assert "10 visits booked for Ana Torres" in text(listed)
    client.post(reverse("scheduling:undo_course", args=[course.pk]), {"nonce": "nonce-of-the-form"})
    assert not Appointment.objects.active().exists()
    course.refresh_from_db()
    assert course.status == "to_book"


def test_wishes_are_followed(house, client, course):
    wish = {"first_day": "2026-12-01", "weekdays": ["1", "3"], "part_of_day": "afternoon", "practitioner": ""}
    rows = client.get(reverse("scheduling:course", args=[course.pk]), wish).context["rows"]
    days = [dt.date.fromisoformat(row.day) for row in rows]
    assert {day.weekday() for day in days} == {1, 3} and min(days) == dt.date(2026, 12, 1)
    assert all("12:00" <= row.clock < "17:00" for row in rows)


def test_clash_books_nothing_says_the_next_fit_and_keeps_every_date(house, client, course):
    url = reverse("scheduling:course", args=[course.pk])
    rows = _rows(client.get(url))
    starts = at(f"{rows['day-7']} {rows['clock-7']}", ZONE)
    AppointmentFactory(starts_at=starts, practitioner=house.petra, service=house.service)
    answer = client.post(url, {**rows, "nonce": "nonce-of-the-form", "first_day": "2026-11-24", "part_of_day": "any"})
    page = text(answer)
    assert answer.status_code == 409
    assert "Nothing was booked" in page and 'href="#day-7"' in page and "Next fit" in page
    assert "leave the taken ones out" in page
    assert _rows(answer) == {name: (value if isinstance(value, int) else str(value)) for name, value in rows.items()}
    assert not Appointment.objects.filter(course=course).exists()
    clash = next(row for row in answer.context["rows"] if row.number == 7)
    fixed = client.post(url, {**rows, "nonce": "nonce-of-the-form", "use": f"7|{clash.next_value}"})
    assert client.post(url, {**_rows(fixed), "nonce": "nonce-of-the-form"}).status_code == 302
    assert Appointment.objects.filter(course=course).count() == 10


def test_skipping_is_only_on_explicit_wish(house, client, course):
    url = reverse("scheduling:course", args=[course.pk])
    rows = _rows(client.get(url))
    starts = at(f"{rows['day-7']} {rows['clock-7']}", ZONE)
    AppointmentFactory(starts_at=starts, practitioner=house.petra, service=house.service)
    client.post(url, {**rows, "nonce": "nonce-of-the-form", "skip_taken": "1"})
    assert Appointment.objects.filter(course=course).count() == 9
    assert [row.number for row in client.get(url).context["rows"]] == [7]


def test_changed_date_is_checked_at_once_also_against_the_other_rows(house, client, course):
    rows = _rows(client.get(reverse("scheduling:course", args=[course.pk])))
    check = reverse("scheduling:check", args=[course.pk, 2])
    assert "free, with stimulator" in text(client.get(check, rows))
    same = {**rows, "day-2": rows["day-1"], "clock-2": rows["clock-1"]}
    assert "This patient has another visit" in text(client.get(check, same))
    closed = {**rows, "clock-2": "05:00"}
    assert "does not work at that time" in text(client.get(check, closed))
    assert "Write a date and a time" in text(client.get(check, {**rows, "day-2": "x"}))
    assert client.get(reverse("scheduling:check", args=[course.pk, 77]), rows).status_code == 404


def test_unreadable_date_is_422_and_kept(house, client, course):
    url = reverse("scheduling:course", args=[course.pk])
    rows = {**_rows(client.get(url)), "clock-3": "25:99"}
    answer = client.post(url, {**rows, "nonce": "nonce-of-the-form"})
    assert answer.status_code == 422
    assert 'value="25:99"' in text(answer)
    assert not Appointment.objects.exists()


def test_course_is_closed_and_put_back(house, client, course):
    close = reverse("scheduling:close", args=[course.pk])
    assert "is off the list" in text(client.get(client.post(close).url))
    client.post(close, {"reopen": "1"})
    course.refresh_from_db()
    assert course.status == "to_book"


# --- the patient's own page ----------------------------------------------------------------------------------
def test_patient_sees_dates_and_contact_and_nothing_else(house, client):
    visit = house.visit()
    AppointmentFactory(starts_at=at("2026-11-24 10:00", ZONE))  # somebody else's
    token = make_link(patient=house.patient, by=house.desk)
    client.logout()
    page = text(client.get(reverse("scheduling:patient_appointments", args=[token])))
    assert "Monday, 23 November 2026" in page and "10:00–10:45" in page
    for hidden in (visit.service.name, visit.room.name, "Petra", "Torres", "Tuesday, 24"):
        assert hidden not in page
    event = AuditEvent.objects.get(action="appointments.read")
    assert (event.actor_kind, event.patient_id) == ("patient", house.patient.pk)


def test_patient_keeps_the_dates_in_their_own_calendar(house, client):
    visit = house.visit()
    clinic = Clinic.current()
    clinic.name = "Käthe, Needles; and more"
    clinic.address = "1 Long Street,\nTown of the Very Long Name Indeed, where lines are long"
    clinic.save()
    token = make_link(patient=house.patient, by=house.desk)
    client.logout()
    answer = client.get(reverse("scheduling:patient_appointments", args=[token]), {"calendar": ""})
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert f"DTSTART:{visit.starts_at:%Y%m%dT%H%M%SZ}" in whole and f"DTEND:{visit.ends_at:%Y%m%dT%H%M%SZ}" in whole
    assert "SUMMARY:Käthe\\, Needles\\; and more" in whole
    assert "LOCATION:1 Long Street\\,\\nTown of the Very Long Name Indeed\\, where lines are long" in whole
    assert whole.count("BEGIN:VEVENT") == 1
    for hidden in (visit.service.name, visit.room.name, "Petra", "Torres"):
        assert hidden not in "".join(whole)


def test_a_visit_of_a_later_day_is_confirmed_not_started(house, client):
    visit = house.visit(starts_at=TEN + dt.timedelta(days=1))
    page = client.get(reverse("scheduling:appointment", args=[visit.pk])).context
    assert page["next_status"] == "confirmed" and not {"arrived", "in_room", "no_show"} & {s for s, _ in page["steps"]}
    with time_machine.travel(visit.starts_at - dt.timedelta(minutes=20), tick=False):
        client.force_login(house.desk)
        page = client.get(reverse("scheduling:appointment", args=[visit.pk])).context
    assert page["next_status"] == "arrived" and "no_show" in {s for s, _ in page["steps"]}


def test_dead_link_says_so_and_shows_nothing(house, client):
    client.logout()
    answer = client.get(reverse("scheduling:patient_appointments", args=["unknown"]))
    assert answer.status_code == 404
    assert "does not work any more" in text(answer)


# --- who may ---------------------------------------------------------------------------------------------------
def test_owner_looks_but_does_not_book(house, client):
    visit = house.visit()
    client.force_login(UserFactory(owner=True))
    page = client.get(reverse("scheduling:appointment", args=[visit.pk]))
    assert page.status_code == 200 and "Cancel this visit" not in text(page)
    assert client.post(reverse("scheduling:new"), house.form()).status_code == 403
    assert client.post(reverse("scheduling:status", args=[visit.pk]), {"status": "cancelled"}).status_code == 403


def test_get_changes_nothing(house, client, course):
    visit = house.visit()
    change = visit.changes.get()
    for name, pk in (
        ("move", visit.pk),
        ("status", visit.pk),
        ("link", visit.pk),
        ("undo", change.pk),
        ("close", course.pk),
    ):
        assert client.get(reverse(f"scheduling:{name}", args=[pk]), {"status": "cancelled"}).status_code == 405
    visit.refresh_from_db()
    assert visit.version == 1


# --- whatever is sent, never a 500 -----------------------------------------------------------------------------
ODD = ["\0", "a\0b", "\ud7ff\u202e", "9" * 30, "-1", "1e9", "' OR 1=1 --", "<script>", "x" * 5000, "0001-01-01", "NaN"]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_input_is_answered_in_words(house, client, course, odd):
    visit = house.visit()
    names = [
        *("q", "date", "view", "changed", "practitioner", "patient", "service", "day", "slot", "clock", "start", "end"),
        *("booked", "nonce", "first_day", "weekdays", "part_of_day", "at", "version", "status", "use", "number"),
        *("next", "look", "skip_taken", "day-1", "clock-1", "practitioner-1"),
    ]
    sent = dict.fromkeys(names, odd)
    addresses = {
        "calendar": [], "feed": [], "new": [], "free": [], "patient_options": [], "today": [], "followups": [],
        "appointment": [visit.pk], "move": [visit.pk], "status": [visit.pk], "course": [course.pk],
        "check": [course.pk, 1], "undo_course": [course.pk],
    }  # fmt: skip
    for name, args in addresses.items():
        url = reverse(f"scheduling:{name}", args=args)
        for method in (client.get, client.post):
            assert method(url, sent).status_code < 500, (name, method)
    visit.refresh_from_db()
    assert (visit.version, Appointment.objects.count()) == (1, 1)
