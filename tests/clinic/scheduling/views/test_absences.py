"""Somebody is ill, a device breaks, a room closes, hours change, somebody leaves: what is booked is moved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.scheduling.actions import add_absence, book
from clinic.scheduling.closures import Trouble, stuck_visits, to_move
from clinic.scheduling.models import Absence, Appointment, WorkingHours
from clinic.scheduling.proposals import proposals_for
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import AppointmentFactory, DeviceFactory, RoomFactory, WorkingPractitionerFactory
from tests.support.scheduling_pages import NOW, TEN, feed_visits, text

pytestmark = pytest.mark.django_db
DAY = {"first_day": "2026-11-23", "last_day": "", "from_clock": "", "until_clock": "", "reason": ""}


@pytest.fixture
def jonas(house):
    RoomFactory()
    return WorkingPractitionerFactory(name="Jonas Adler")


def is_away(house, who, **more):
    asked = {"starts_at": TEN - dt.timedelta(hours=2), "ends_at": TEN + dt.timedelta(hours=9), "reason": "", **more}
    return add_absence(practitioner=who, by=house.desk, **asked)


def take_out(house, visit, trouble):
    if trouble is Trouble.AWAY:
        is_away(house, house.petra)
    elif trouble is Trouble.CLINIC:
        is_away(house, None)
    elif trouble is Trouble.HOURS:
        for line in house.petra.working_hours.all():
            line.starts = dt.time(13)
            line.save()
    elif trouble is Trouble.LEFT:
        house.petra.is_active = False
        house.petra.save()
    elif trouble is Trouble.ROOM:
        visit.room.is_active = False
        visit.room.save()
    else:
        visit.device.is_active = False
        visit.device.save()


def with_device(house):
    """The same visit holding a stimulator that can break."""
    visit = house.visit()
    Appointment.objects.filter(pk=visit.pk).update(device=DeviceFactory(name="Stimulator A"))
    visit.refresh_from_db()
    return visit


@pytest.mark.parametrize("trouble", list(Trouble))
def test_what_stands_against_a_booked_visit_is_found_and_nothing_disappears(house, jonas, client, trouble):
    visit = with_device(house)
    assert to_move(now=NOW) == {}
    take_out(house, visit, trouble)
    assert to_move(now=NOW) == {visit.pk: (trouble,)}
    for name in ("scheduling:to_move", "home"):
        assert "Ana Torres" in text(client.get(reverse(name))), name
    assert "cannot take place as booked" in text(client.get(reverse("scheduling:appointment", args=[visit.pk])))
    asked = {"start": "2026-11-23T00:00:00", "end": "2026-11-24T00:00:00"}
    answer = client.get(reverse("scheduling:feed"), asked)
    [shown], frame = feed_visits(answer), answer.json()["frame"]
    assert shown["id"] == visit.pk and shown["trouble"]
    assert str(house.petra.pk) in [one["id"] for one in frame["resources"]]
    assert frame["slotMinTime"] <= "10:00" and frame["slotMaxTime"] >= "10:45"
    listed = text(client.get(reverse("scheduling:calendar"), {"date": "2026-11-23", "view": "list"}))
    assert "Ana Torres" in listed and shown["trouble"] in listed


def test_a_visit_on_a_day_nobody_works_any_more_keeps_its_day_in_the_week(house, client):
    house.visit()
    WorkingHours.objects.filter(weekday=0).delete()
    asked = {"start": "2026-11-23T00:00:00", "end": "2026-11-30T00:00:00"}
    assert 1 not in client.get(reverse("scheduling:feed"), asked).json()["frame"]["hiddenDays"]


def test_the_past_cancelled_visits_and_those_who_are_here_are_not_listed(house):
    for status in ("cancelled", "no_show", "arrived", "done"):
        Appointment.objects.update(status="cancelled")
        AppointmentFactory(practitioner=house.petra, room=house.room, starts_at=TEN, status=status,
                           created_by=house.desk, nonce=f"n-{status}")  # fmt: skip
    is_away(house, house.petra)
    assert to_move(now=NOW) == {}


@pytest.mark.parametrize("trouble", [Trouble.ROOM, Trouble.DEVICE])
def test_a_closed_room_or_a_broken_device_is_changed_at_the_same_time(house, jonas, client, trouble):
    DeviceFactory(name="Stimulator B")
    visit = with_device(house)
    old = (visit.room_id, visit.device_id)
    take_out(house, visit, trouble)
    [one] = proposals_for(stuck_visits(now=NOW), now=NOW)
    assert one.options[0].words.startswith("Same time")
    sent = {"visit": visit.pk, f"to-{visit.pk}": one.options[0].value, f"version-{visit.pk}": visit.version}
    answer = client.post(reverse("scheduling:move_some"), sent)
    assert answer.status_code == 302, text(answer)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.practitioner_id) == (TEN, house.petra.pk)
    assert (visit.room_id, visit.device_id) != old
    assert to_move(now=NOW) == {}


def test_an_absence_over_booked_visits_says_so_offers_places_and_moves_all_in_one_act(house, jonas, client):
    first = house.visit()
    other = PatientFactory(given_name="Ben", family_name="Muster")
    second = book(patient=other, service=house.service, practitioner=house.petra, starts_at=TEN + dt.timedelta(hours=2),
                  by=house.desk, nonce="the-second-form")  # fmt: skip
    answer = client.post(reverse("scheduling:absences"), {**DAY, "practitioner": house.petra.pk}, follow=True)
    page = text(answer)
    assert "2 booked visits fall into it" in page and "Ana Torres" in page and "Ben Muster" in page
    assert Appointment.objects.filter(status="booked").count() == 2  # nothing is changed before somebody presses
    options = {one.stuck.visit.pk: [option.words for option in one.options] for one in answer.context["proposals"]}
    assert options[first.pk] == ["Tue 24 Nov, 10:00", "Same time with Jonas Adler"]
    sent = {"visit": [first.pk, second.pk]}
    for one in answer.context["proposals"]:
        pk = one.stuck.visit.pk
        sent |= {f"to-{pk}": one.options[-1].value, f"version-{pk}": one.stuck.visit.version}
    moved = client.post(reverse("scheduling:move_some"), sent, follow=True)
    assert "2 visits moved." in text(moved) and to_move(now=NOW) == {}
    assert set(Appointment.objects.values_list("practitioner", flat=True)) == {jonas.pk}
    assert AuditEvent.objects.filter(action="appointment.moved").count() == 2
    assert "was given to you from Petra" in text_of_home(client, jonas)
    client.force_login(house.desk)
    back = client.post(reverse("scheduling:undo_some", args=[moved.context["undo"]["change"].pk]), follow=True)
    assert "Undone: 2 visits" in text(back) and len(to_move(now=NOW)) == 2


def test_homes_count_what_is_to_move_for_the_desk_all_for_a_practitioner_their_own(house, jonas, client):
    house.visit()
    is_away(house, house.petra)
    assert "Visits to move" in text_of_home(client, house.desk)
    assert "Visits to move" in text_of_home(client, house.petra)
    assert "Visits to move" not in text_of_home(client, jonas)


def text_of_home(client, who):
    client.force_login(who)
    return text(client.get(reverse("home")))


def test_of_two_visits_of_which_one_no_longer_fits_none_is_moved(house, jonas, client):
    first = house.visit()
    is_away(house, house.petra)
    value = f"{TEN:%Y-%m-%dT%H:%M}Z|{jonas.pk}"
    second = AppointmentFactory(practitioner=house.petra, room=house.room, service=house.service, created_by=house.desk,
                                starts_at=TEN + dt.timedelta(hours=2), nonce="second")  # fmt: skip
    sent = {"visit": [first.pk, second.pk], f"version-{first.pk}": 1, f"version-{second.pk}": 1}
    answer = client.post(reverse("scheduling:move_some"), {**sent, f"to-{first.pk}": value, f"to-{second.pk}": value})
    assert answer.status_code == 409 and "Nothing was moved" in text(answer)
    assert len(to_move(now=NOW)) == 2 and not AuditEvent.objects.filter(action="appointment.moved").exists()


def test_proposals_do_not_take_each_others_place(house, jonas):
    for hour in (0, 1, 2):
        book(patient=PatientFactory(), service=house.service, practitioner=house.petra, by=house.desk,
             starts_at=TEN + dt.timedelta(hours=hour), nonce=f"form-number-{hour}")  # fmt: skip
    is_away(house, house.petra)
    firsts = [one.options[0].value for one in proposals_for(stuck_visits(now=NOW), now=NOW)]
    assert len(set(firsts)) == 3


def test_the_queries_do_not_grow_with_the_visits(house, jonas, django_assert_max_num_queries):
    for number in range(8):
        AppointmentFactory(practitioner=house.petra, room=house.room, service=house.service, created_by=house.desk,
                           starts_at=TEN + dt.timedelta(days=1, hours=number), nonce=f"n{number}")  # fmt: skip
    is_away(house, house.petra, ends_at=TEN + dt.timedelta(days=3))
    with django_assert_max_num_queries(20):
        assert len(proposals_for(stuck_visits(now=NOW), now=NOW)) == 8


# --- who may enter what -------------------------------------------------------------------------------
def test_a_practitioner_enters_their_own_absence_and_nobody_elses(house, jonas, client):
    client.force_login(house.petra)
    url = reverse("scheduling:absences")
    assert client.post(url, {**DAY, "practitioner": jonas.pk}).status_code == 422
    assert client.post(url, {**DAY, "practitioner": ""}).status_code == 422  # not the whole clinic
    assert client.post(url, {**DAY, "practitioner": house.petra.pk}).status_code == 302
    theirs = is_away(house, jonas)
    assert client.post(reverse("scheduling:absence_remove", args=[theirs.pk])).status_code == 404
    assert "Jonas" not in text(client.get(url))
    mine = Absence.objects.get(practitioner=house.petra)
    assert client.post(reverse("scheduling:absence_remove", args=[mine.pk])).status_code == 302
    assert list(Absence.objects.all()) == [theirs]
    actions = AuditEvent.objects.filter(action__startswith="absence").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["absence.added", "absence.added", "absence.removed"]


def test_the_desk_closes_the_clinic_for_an_afternoon(house, client):
    sent = {**DAY, "practitioner": "", "from_clock": "13:00", "until_clock": "17:00", "reason": "Stocktaking"}
    assert "No booked visit falls within it" in text(client.post(reverse("scheduling:absences"), sent, follow=True))
    one = Absence.objects.get()
    local = [timezone.localtime(edge, house.clinic.zone) for edge in (one.starts_at, one.ends_at)]
    assert [f"{edge:%d %H:%M}" for edge in local] == ["23 13:00", "23 17:00"] and one.practitioner is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"last_day": "2026-11-22"}, "ends before it begins"),
        ({"from_clock": "15:00", "until_clock": "14:00"}, "ends before it begins"),
        ({"first_day": ""}, "Choose a day"),
        ({"last_day": "2029-01-01"}, "more than a year"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_in_words(house, client, more, words):
    answer = client.post(reverse("scheduling:absences"), {**DAY, "practitioner": house.petra.pk, **more})
    assert answer.status_code == 422 and words in text(answer) and not Absence.objects.exists()


def test_the_owners_back_office_says_so_too(house, client):
    house.visit()
    client.force_login(UserFactory(owner=True))
    url = reverse("admin:scheduling_room_change", args=[house.room.pk])
    answer = client.post(url, {"name": house.room.name, "kind": house.room.kind}, follow=True)  # unticked: in use
    assert "1 booked visit cannot take place as booked any more" in text(answer)
    assert "Visits to move" in text(client.get(reverse("home")))
