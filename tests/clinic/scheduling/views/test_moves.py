"""A visit given to another practitioner: notice, history, audit event and both practitioners are told who and where."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.scheduling import moves
from clinic.scheduling.actions import move, undo
from clinic.scheduling.models import MoveNotice, WorkingHours
from clinic.scheduling.presenters.pages import history, undo_offer
from tests.factories.scheduling import RoomFactory, WorkingPractitionerFactory, clinic_in
from tests.support.scheduling_pages import NOW, TEN, ZONE, text

pytestmark = pytest.mark.django_db
TWO = TEN + dt.timedelta(hours=4)


@pytest.fixture
def jonas(house):
    jonas = WorkingPractitionerFactory(name="Jonas Adler")
    chair = RoomFactory(name="Room of Jonas")
    WorkingHours.objects.filter(practitioner=jonas).update(room=chair)
    return jonas


def give(house, visit, to, *, at=TWO, by=None):
    return move(appointment=visit, starts_at=at, practitioner=to, by=by or house.desk, now=NOW)


def test_notice_history_and_event_name_from_whom_to_whom_and_where(house, jonas):
    visit = house.visit()
    change = give(house, visit, jonas)
    here, there = house.room.name, change.appointment.room.name
    given = f"from Petra in {here} to Jonas Adler in {there}"
    assert moves.moved_words(change) == f"Ana Torres was moved to Mon 23 Nov, 14:00, {given}."
    offer = undo_offer(str(change.pk), now=NOW)
    assert offer and given in offer["words"]
    title = history(visit)[0]["title"]
    assert title.startswith("Moved from Mon 23 Nov") and title.endswith(f"; {given}")
    event = AuditEvent.objects.get(action="appointment.moved")
    assert event.detail["from"] == {"practitioner": "Petra", "room": here}
    assert event.detail["to"] == {"practitioner": "Jonas Adler", "room": there}


def test_given_at_the_same_time_and_back_by_undo(house, jonas):
    visit = house.visit()
    change = give(house, visit, jonas, at=TEN)
    assert "given from Petra" in moves.moved_words(change)
    undo(change=change, by=house.desk, now=NOW)
    assert history(visit)[0]["title"].startswith("Undone: back from Jonas Adler")
    assert AuditEvent.objects.get(action="appointment.undone").detail["to"]["practitioner"] == "Petra"


def test_only_another_time_says_nothing_of_people_and_tells_nobody(house):
    change = give(house, house.visit(), house.petra)
    assert moves.moved_words(change) == "Ana Torres was moved to Mon 23 Nov, 14:00."
    assert not MoveNotice.objects.exists()
    assert "from" not in AuditEvent.objects.get(action="appointment.moved").detail


def test_both_practitioners_read_it_on_home_until_they_put_it_away(house, jonas, client):
    give(house, house.visit(), jonas)
    client.force_login(jonas)
    page = text(client.get(reverse("home")))
    assert "was given to you from Petra" in page and f"by {house.desk}" in page
    [mine] = moves.told(jonas)
    client.force_login(house.petra)
    assert "was given from you to Jonas Adler" in text(client.get(reverse("home")))
    assert client.post(reverse("scheduling:move_seen", args=[mine["notice"].pk])).status_code == 404  # not hers
    client.force_login(jonas)
    assert client.post(reverse("scheduling:move_seen", args=[mine["notice"].pk])).status_code == 302
    assert "was given to you" not in text(client.get(reverse("home")))
    assert moves.told(house.petra)
    assert AuditEvent.objects.filter(action="appointment.move_seen").count() == 1


def test_who_did_it_needs_no_notice_and_what_was_undone_unseen_is_not_told(house, jonas):
    change = give(house, house.visit(), jonas, by=jonas)
    assert moves.told(jonas) == [] and len(moves.told(house.petra)) == 1
    undo(change=change, by=jonas, now=NOW)
    assert moves.told(house.petra) == []


def test_what_was_seen_and_then_undone_is_told_again(house, jonas):
    change = give(house, house.visit(), jonas)
    MoveNotice.objects.filter(reader=house.petra).update(dismissed_at=NOW)
    undo(change=change, by=house.desk, now=NOW)
    assert moves.told(jonas) == []
    [row] = moves.told(house.petra)
    assert row["words"].startswith("was given to you from Jonas Adler")


def test_a_drag_answers_with_both_names(house, jonas, client):
    visit = house.visit()
    form = {"practitioner": jonas.pk, "day": "2026-11-23", "clock": "14:00", "version": 1}
    answer = client.post(reverse("scheduling:move", args=[visit.pk]), form, headers={"Accept": "application/json"})
    assert "from Petra in" in answer.json()["words"] and "to Jonas Adler in" in answer.json()["words"]


def test_many_notices_are_four_queries(house, jonas, django_assert_max_num_queries):
    clinic_in(ZONE)
    visit = house.visit()
    for turn in range(4):
        change = give(house, visit, (jonas, house.petra)[turn % 2], at=TEN + dt.timedelta(hours=turn % 3))
        visit = change.appointment
    with django_assert_max_num_queries(4):
        assert len(moves.told(jonas)) == 4
