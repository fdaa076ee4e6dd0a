"""The inbox: every link in the list that its state says, a page of each at a time, no more questions for many."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.models import User
from intake.actions import assessment as assessing
from intake.actions import invitations
from intake.models import Invitation
from intake.presenters import inbox as presenter
from intake.presenters.inbox import SHOWN, Inbox, Section
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def sections(page: Inbox) -> dict[str, Section]:
    return {"new": page.new, "unfinished": page.unfinished, "closed": page.closed, "done": page.done}


def one_of_each(by: User) -> None:
    """Links in every state, two facts at once where both can be."""
    now, past = timezone.now(), timezone.now() - dt.timedelta(hours=1)
    InvitationFactory()
    ResponseFactory()
    InvitationFactory(expires_at=past)
    ResponseFactory(invitation=InvitationFactory(expires_at=past))
    InvitationFactory(failed_birth_checks=5)
    InvitationFactory(failed_birth_checks=5, expires_at=past)
    invitations.revoke(InvitationFactory().pk, by=by)
    invitations.invite(patient=invitations.revoke(InvitationFactory().pk, by=by).patient, by=by)
    invitations.invite(patient=InvitationFactory().patient, by=by)
    for is_assessed in (False, True):
        sent = ResponseFactory(complete=True, submitted_at=now)
        if is_assessed:
            assessing.open_draft(patient=sent.patient, by=by)


def test_every_link_is_in_the_list_that_its_state_says() -> None:
    one_of_each(UserFactory(practitioner=True))
    shown = sections(presenter.inbox({}, is_clinical=True))
    expected: dict[str, set[int]] = {name: set() for name in shown}
    for link in Invitation.objects.select_related("response"):
        match str(link.state):
            case "submitted":
                expected["done" if link.is_assessed else "new"].add(link.pk)
            case "invited" | "started":
                expected["unfinished"].add(link.pk)
            case "expired" | "locked" | "revoked":
                expected["closed"].add(link.pk)
    assert {name: {row.invitation.pk for row in section.rows} for name, section in shown.items()} == expected
    assert all(expected.values())
    assert all(row.state == str(row.invitation.state) for section in shown.values() for row in section.rows)


def test_a_list_shows_a_page_and_only_who_is_shown_is_noted() -> None:
    desk = UserFactory(desk=True)
    links = [InvitationFactory() for _ in range(SHOWN + 3)]
    client = Client()
    client.force_login(desk)
    first = client.get("/intakes/").context["page"].unfinished
    assert [row.invitation for row in first.rows] == links[: -SHOWN - 1 : -1] and first.count == f"{SHOWN}+"
    answer = client.get("/intakes/", {"unfinished": "2"})
    second = answer.context["page"].unfinished
    assert [row.invitation for row in second.rows] == links[2::-1] and second.count == str(SHOWN + 3)
    assert "?unfinished=1" in answer.content.decode()
    noted = AuditEvent.objects.filter(action="intakes.listed").latest("pk")
    assert noted.detail["patients"] == sorted(link.patient_id for link in links[:3])


def test_many_links_ask_no_more_and_load_no_answers() -> None:
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    client.get("/intakes/")  # what is asked only once in a session
    asked = []
    for count in (5, 45):
        for _ in range(count):
            ResponseFactory()
            ResponseFactory(complete=True, submitted_at=timezone.now())
        with CaptureQueriesContext(connection) as questions:
            assert client.get("/intakes/").status_code == 200
        asked.append(len(questions))
        lists = [one["sql"] for one in questions if 'FROM "intake_invitation"' in one["sql"]]
        assert len(lists) == 4 and not any('"answers"' in sql or '"consent_signature"' in sql for sql in lists)
    assert asked[1] == asked[0], asked
