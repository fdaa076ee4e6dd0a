"""Courses to book: proposed, checked, booked whole or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.scheduling.models import Appointment, Course
from clinic.scheduling.presenters import pages
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    at,
)
from tests.support.scheduling_pages import NOW, ZONE, text

pytestmark = pytest.mark.django_db


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


def test_list_comes_by_the_page_and_notes_whom_it_shows(house, client, course, monkeypatch):
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    others = [CourseFactory(practitioner=house.petra, service=house.service) for _ in range(3)]
    listed = [course, *others]
    Course.objects.update(requested_at=NOW)
    for number, shown in ((1, listed[:2]), (2, listed[2:])):
        page = client.get(reverse("scheduling:followups"), {"page": number})
        assert [line["course"] for line in page.context["waiting"]] == shown
        noted = AuditEvent.objects.filter(action="courses.listed").latest("pk")
        assert noted.detail["patients"] == sorted(one.patient_id for one in shown)
    assert ">Previous</a>" in page.content.decode() and ">Next</a>" not in page.content.decode()


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
    assert "leave out the taken ones" in page
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
