"""The owner's back office: every change leaves an audit event."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.scheduling.models import Absence, Room, Service, WorkingHours
from tests.factories.people import UserFactory
from tests.factories.scheduling import WorkingPractitionerFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, settings):
    settings.SECURE_SSL_REDIRECT = False
    owner = UserFactory(owner=True)
    client.force_login(owner)
    return owner


def test_owner_adds_changes_and_removes_a_room_and_each_is_audited(client, owner):
    fields = {"name": "Garden room", "kind": "table", "is_active": "on"}
    client.post(reverse("admin:scheduling_room_add"), fields)
    room = Room.objects.get()
    client.post(reverse("admin:scheduling_room_change", args=[room.pk]), {**fields, "name": "Bamboo room"})
    client.post(reverse("admin:scheduling_room_delete", args=[room.pk]), {"post": "yes"})
    assert not Room.objects.exists()
    actions = list(
        AuditEvent.objects.filter(action__startswith="room.").order_by("id").values_list("action", flat=True)
    )
    assert actions == ["room.added", "room.changed", "room.removed"]


@pytest.mark.parametrize("odd", ["abc", "\u00b2", "9" * 30, "-1"])
def test_a_chosen_row_that_is_none_changes_nothing(client, owner, odd):
    room = Room.objects.create(name="Garden room")
    url = reverse("admin:scheduling_room_changelist")
    answer = client.post(url, {"action": "delete_selected", "_selected_action": odd, "post": "yes"})
    assert answer.status_code in (200, 302) and Room.objects.filter(pk=room.pk).exists()
    client.post(url, {"action": "delete_selected", "_selected_action": [odd, str(room.pk)], "post": "yes"})
    assert not Room.objects.exists()


@pytest.mark.parametrize("model", [Service, Room, WorkingHours, Absence])
def test_pages_open_for_the_owner_only(client, owner, model):
    url = reverse(f"admin:scheduling_{model._meta.model_name}_add")
    assert client.get(url).status_code == 200
    client.force_login(UserFactory(desk=True))
    assert client.get(url).status_code == 403


def test_hours_that_end_before_they_start_are_refused_in_words(client, owner):
    fields = {"practitioner": WorkingPractitionerFactory(working_hours=()).pk, "weekday": "0", "room": ""}
    answer = client.post(reverse("admin:scheduling_workinghours_add"), {**fields, "starts": "17:00", "ends": "09:00"})
    assert "Working hours must end after they start." in page_text(answer)
    assert not WorkingHours.objects.exists()
