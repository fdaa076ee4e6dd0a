"""Who may, what looking changes, and what odd input is answered."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.scheduling.models import Appointment
from tests.factories.people import UserFactory
from tests.support.scheduling_pages import text

pytestmark = pytest.mark.django_db


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
        "absences": [], "to_move": [], "move_some": [],
        "appointment": [visit.pk], "move": [visit.pk], "status": [visit.pk], "course": [course.pk],
        "check": [course.pk, 1], "undo_course": [course.pk],
    }  # fmt: skip
    for name, args in addresses.items():
        url = reverse(f"scheduling:{name}", args=args)
        for method in (client.get, client.post):
            assert method(url, sent).status_code < 500, (name, method)
    visit.refresh_from_db()
    assert (visit.version, Appointment.objects.count()) == (1, 1)
