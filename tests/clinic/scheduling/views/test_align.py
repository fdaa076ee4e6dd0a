"""The desk sees a changed dose on Follow-ups, looks at the steps, takes them in one press, and undoes them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.scheduling import kept
from clinic.scheduling.models import Appointment
from tests.factories.scheduling import AppointmentFactory, CourseFactory, at
from tests.support.scheduling_pages import ZONE, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def shorter(house):
    """Two weekly visits are asked for, four are booked."""
    course = CourseFactory(
        patient=house.patient,
        practitioner=house.petra,
        service=house.service,
        phases=[{"per_week": 1, "weeks": 4}],
        sessions=2,
        status="booked",
    )
    for number in range(1, 5):
        AppointmentFactory(
            course=course,
            number_in_course=number,
            patient=house.patient,
            practitioner=house.petra,
            service=house.service,
            room=house.room,
            starts_at=at(f"2026-11-{24 + 0 * number} 09:00", ZONE)
            if number == 1
            else at(f"2026-12-{7 * number - 13:02} 09:00", ZONE),
        )
    kept.mend(timezone.now())
    return course


WORDS = "The plan asks for 2 visits, 4 are booked: 2 too many"


def test_difference_is_on_followups_on_the_homes_and_on_the_course(house, client, shorter):
    for url in (reverse("scheduling:followups"), "/", reverse("scheduling:course", args=[shorter.pk])):
        assert WORDS in text(client.get(url)), url
    client.force_login(house.petra)
    assert WORDS in text(client.get("/"))


def test_steps_are_shown_taken_and_undone(house, client, shorter):
    url = reverse("scheduling:align", args=[shorter.pk])
    page = client.get(url)
    assert "Cancelled (2)" in text(page) and "Tue 8 Dec, 09:00" in text(page) and "Tue 15 Dec, 09:00" in text(page)
    assert Appointment.objects.active().count() == 4
    answer = client.post(url, {"expected": page.context["alignment"].value, "nonce": page.context["nonce"]})
    listed = text(client.get(answer.url))
    assert "2 visits of Ana Torres cancelled." in listed and WORDS not in listed
    assert Appointment.objects.active().count() == 2
    undo = client.get(answer.url).context["offer"]["aligned"]
    assert "as they were" in text(client.post(reverse("scheduling:undo_align", args=[undo]), follow=True))
    assert Appointment.objects.active().count() == 4


def test_stale_page_changes_nothing_and_shows_the_steps_of_now(house, client, shorter):
    answer = client.post(reverse("scheduling:align", args=[shorter.pk]), {"expected": "old"})
    assert answer.status_code == 409 and "Nothing was changed" in text(answer) and "Cancelled (2)" in text(answer)
    assert Appointment.objects.active().count() == 4


def test_extras_are_cancelled_from_the_list_only_as_named(house, client, shorter):
    page = client.get(reverse("scheduling:followups"))
    assert "Cancel the 2 extra visits" in text(page)
    url = reverse("scheduling:cancel_extras", args=[shorter.pk])
    assert client.post(url, {"extras": "1,2"}).status_code == 409
    assert Appointment.objects.active().count() == 4
    assert client.post(url, {"extras": page.context["differing"][0].extras_value}).status_code == 302
    assert list(Appointment.objects.active().values_list("number_in_course", flat=True)) == [1, 2]


def test_undo_after_another_change_is_refused_in_words(house, client, shorter):
    page = client.get(reverse("scheduling:followups"))
    answer = client.post(
        reverse("scheduling:cancel_extras", args=[shorter.pk]), {"extras": page.context["differing"][0].extras_value}
    )
    change = client.get(answer.url).context["offer"]["aligned"]
    undo = reverse("scheduling:undo_align", args=[change])
    client.post(undo)
    assert "can no longer be undone" in text(client.post(undo, follow=True))
