"""The desk books two courses of one patient from one page, and takes one visit back for one of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.scheduling.models import Appointment, Course
from clinic.scheduling.presenters.board import board
from tests.factories.scheduling import CourseFactory, ServiceFactory
from tests.support.scheduling_pages import text

pytestmark = pytest.mark.django_db
NONCE = "nonce-of-the-form"


@pytest.fixture
def pair(house: Any) -> tuple[Course, Course]:
    asked = {"patient": house.patient, "practitioner": house.petra, "service": house.service}
    often = CourseFactory(**asked, phases=[{"per_week": 2, "weeks": 2}], sessions=4)
    return often, CourseFactory(**asked, phases=[{"per_week": 1, "weeks": 3}], sessions=3, minutes=30)


def _form(answer: Any, **more: Any) -> dict[str, Any]:
    """What the page would send."""
    sent = dict(answer.context["wish_kept"]) | {"nonce": NONCE}
    for row in answer.context["rows"]:
        n = row.number
        sent |= {f"day-{n}": row.day, f"clock-{n}": row.clock, f"practitioner-{n}": row.practitioner}
        sent |= {f"also-{n}": "1"} if row.is_shared else {}
    return sent | more


def test_both_are_proposed_together_booked_and_counted(client: Any, pair: tuple[Course, Course]) -> None:
    often, seldom = pair
    listed = text(client.get(reverse("scheduling:followups")))
    assert listed.count("One of two courses of this patient") == 2
    url = reverse("scheduling:course", args=[often.pk])
    page = client.get(url)
    assert "2 of 4 for both courses. The other one: 1 a week for 3 weeks; 30 minutes; room with table." in text(page)
    answer = client.post(url, _form(page))
    bar = text(client.get(answer.url))
    assert "4 visits booked for Ana Torres, 2 of them for both courses." in bar and "1 of 3 left to book" in bar
    assert text(client.get(url)).count("both courses") == 2
    mine = client.get(reverse("scheduling:course", args=[seldom.pk]))
    assert [line["number"] for line in mine.context["booked"]] == [1, 2] and len(mine.context["rows"]) == 1
    client.post(reverse("scheduling:undo_course", args=[often.pk]), {"nonce": NONCE})
    assert not Appointment.objects.active().exists() and seldom.missing_numbers() == [1, 2, 3]


def test_the_desk_may_leave_them_apart_or_untick_one(client: Any, pair: tuple[Course, Course]) -> None:
    often, _seldom = pair
    url = reverse("scheduling:course", args=[often.pk])
    page = client.get(url)
    sent = _form(page)
    alone = client.get(url, {name: value for name, value in sent.items() if name != "together"} | {"together": ""})
    assert not any(row.is_shared for row in alone.context["rows"]) and "for both courses" not in text(alone)
    sent.pop("also-1")
    client.post(url, sent)
    assert sorted(Appointment.objects.values_list("number_in_course", "also_number")) == [
        (1, None), (2, None), (3, 1), (4, None)
    ]  # fmt: skip


def test_a_changed_day_is_checked_for_both(client: Any, pair: tuple[Course, Course]) -> None:
    often, _seldom = pair
    page = client.get(reverse("scheduling:course", args=[often.pk]))
    sent = _form(page) | {"also-2": "1"}  # three days after the first: too soon for one a week
    check = reverse("scheduling:check", args=[often.pk, 2])
    assert "In the other course" in text(client.get(check, sent))
    sent.pop("also-2")
    assert "free" in text(client.get(check, sent))
    late = sent | {"clock-1": "16:00"}  # three quarters of an hour would fit, more does not
    assert "does not work at that time" in text(client.get(reverse("scheduling:check", args=[often.pk, 1]), late))
    used = client.post(reverse("scheduling:course", args=[often.pk]), late | {"use": "as-typed"})
    assert used.context["rows"][0].state == "taken" and used.context["rows"][0].is_shared


def test_the_page_of_the_rarer_course_points_to_the_other_one(
    client: Any, house: Any, pair: tuple[Course, Course]
) -> None:
    often, seldom = pair
    page = client.get(reverse("scheduling:course", args=[seldom.pk]))
    assert "It has more visits a week: book both from there." in text(page)
    assert reverse("scheduling:course", args=[often.pk]) in page.content.decode()
    assert "Same visits as" not in text(page)
    Course.objects.filter(pk=often.pk).update(service=ServiceFactory(room_kind="chair"))
    assert "Not as the same visits. They need different kinds of room." in text(
        client.get(reverse("scheduling:course", args=[seldom.pk]))
    )


def test_someone_elses_course_cannot_be_named(client: Any, house: Any, pair: tuple[Course, Course]) -> None:
    often, _seldom = pair
    other = CourseFactory(service=house.service, practitioner=house.petra)
    url = reverse("scheduling:course", args=[often.pk])
    client.post(url, _form(client.get(url), together=str(other.pk)))
    assert not Appointment.objects.filter(also_course__isnull=False).exists()
    visit = Appointment.objects.get(number_in_course=1)
    share = reverse("scheduling:share", args=[visit.pk])
    assert client.post(share, {"course": other.pk, "version": visit.version}).status_code == 404
    assert client.post(share, {"course": "", "version": visit.version}).status_code == 404


def test_one_visit_is_shared_and_parted_on_its_own_page(client: Any, house: Any, pair: tuple[Course, Course]) -> None:
    often, seldom = pair
    url = reverse("scheduling:course", args=[often.pk])
    page = client.get(url)
    client.post(url, _form(page, together=""))
    visit = Appointment.objects.get(number_in_course=1)
    own = reverse("scheduling:appointment", args=[visit.pk])
    assert "Also for the other course: 1 a week for 3 weeks" in text(client.get(own))
    share = reverse("scheduling:share", args=[visit.pk])
    answer = client.post(share, {"course": seldom.pk, "version": visit.version})
    said = text(client.get(answer.url))
    assert "now for both courses" in said and "75 minutes" in said and "Other course" in said
    visit.refresh_from_db()
    columns = board(timezone.localdate(visit.starts_at), practitioner=None, now=timezone.now()).columns
    assert ["two courses" in card.where for card in columns[0].cards] == [True]
    stale = client.post(share, {"part": seldom.pk, "version": visit.version - 1})
    assert stale.status_code == 409 and "Someone else has changed this visit" in text(stale)
    client.post(share, {"part": seldom.pk, "version": visit.version})
    visit.refresh_from_db()
    assert not visit.is_shared and "For one course alone" in text(client.get(own))
