"""The demo's homes are about its patients, not about a mail server that nobody set up."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clinic.outbox.models import Message
from clinic.outbox.post import NO_SERVER
from treatments.demo.clinic import set_up
from treatments.demo.people import cast
from treatments.demo.walk import Walk

pytestmark = pytest.mark.django_db


def test_invented_people_had_their_mail_also_where_there_is_no_server(settings: Any) -> None:
    settings.ASHI_MAIL_TRANSPORT = NO_SERVER
    role = next(one for one in cast() if one.stage == "red_flag")
    Walk(role, set_up(), now=timezone.now(), turn=0, number=0).go()
    told = set(Message.objects.values_list("kind", "status", "last_error"))
    assert told == {("invitation", "sent", ""), ("red_flag", "sent", "")}
