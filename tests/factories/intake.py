"""Intake links and answers for tests."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from clinic.lib.tokens import hash_of
from intake.actions.answers import submit
from intake.actions.invitations import start
from intake.actions.second_part import link_for
from intake.models import IntakeResponse, Invitation
from intake.models.kept import keep_links
from intake.questionnaire.answers import read
from intake.questionnaire.consent import load_consent
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import DONE, About
from tests.factories.people import PatientFactory, UserFactory

# An adult with a plain sore back and no red flag: every required question answered.
PLAIN: dict[str, Any] = {
    "reason": "My lower back is stiff after work.",
    "complaint": "place",
    "where": ["low_back_left", "low_back_right"],
    "phone": {"none": "declined"},
    "emergency_contact": {"name": "Rosa Muster", "phone": "+12025550177", "relation": "sister"},
    "pregnancy": "no",
    "saddle_numbness": "no",
    "bladder_retention": "no",
    "bladder_leak": "no",
    "bowel_loss": "no",
    "leg_weakness": "no",
    "both_legs": "no",
    "cord": ["none"],
    "now": ["none"],
    "with_it": ["none"],
    "general": ["none"],
    "signs": ["none"],
    "duration": {"number": 8, "unit": "weeks"},
    "pain_now": 5,
    "pain_average": 5,
    "pain_worst": 7,
    "onset": ["sitting"],
    "quality": ["stiff"],
    "heart": ["none"],
    "blood": ["none"],
    "illness": ["none"],
    "epilepsy": "no",
    "operations": ["none"],
    "lymph": ["none"],
    "skin": ["none"],
    "needles": ["none"],
    "risks": ["none"],
    "rmdq_1": ["2", "3"],
    "rmdq_2": ["none"],
    "rmdq_3": ["21"],
    "phq2_1": "0",
    "phq2_2": "1",
    "gad2_1": "1",
    "gad2_2": "0",
    "wishes": ["few_needles"],
}


_SECOND = {q.id for screen in load_questionnaire().screens if screen.part == 2 for q in screen.questions}
PLAIN_FIRST = {key: value for key, value in PLAIN.items() if key not in _SECOND}  # of part one


class InvitationFactory(DjangoModelFactory):
    """An open link that was mailed to the patient. ``token`` is what its address would hold: ``(token="abc")``.

    ``shown=True``: one that staff saw.
    """

    class Meta:
        model = Invitation
        exclude = ["token"]

    class Params:
        shown = factory.Trait(sent_to="", shown_to_staff=True)

    token = factory.LazyFunction(lambda: secrets.token_urlsafe(32))
    patient = factory.SubFactory(PatientFactory)
    token_hash = factory.LazyAttribute(lambda o: hash_of(o.token))
    created_by = factory.SubFactory(UserFactory, desk=True)
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=7))
    sent_to = factory.SelfAttribute("patient.email")
    shown_to_staff = False


class ResponseFactory(DjangoModelFactory):
    """A draft that was just started; ``complete=True`` has every required answer and the consent."""

    class Meta:
        model = IntakeResponse
        skip_postgeneration_save = True

    class Params:
        complete = factory.Trait(
            answers=factory.LazyFunction(lambda: {**PLAIN, DONE: all_screens()}),
            consent_name="Ana Muster",
            consent_text_version=factory.LazyFunction(lambda: load_consent().version),
            consent_at=factory.LazyFunction(timezone.now),
        )

    invitation = factory.SubFactory(InvitationFactory)
    patient = factory.SelfAttribute("invitation.patient")
    questionnaire_version = factory.LazyFunction(lambda: load_questionnaire().version)
    code_to = factory.SelfAttribute("patient.email")
    answers = factory.LazyFunction(dict)
    saved_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def kept(self: IntakeResponse, create: bool, extracted: Any, **kwargs: Any) -> None:
        """One that is made as sent is so on its link, too."""
        if create and self.submitted_at is not None:
            keep_links(self)


def second_part_of(**first: Any) -> IntakeResponse:
    """A second part that was just begun, after a first part with the plain answers and these was sent."""
    sent = submit(ResponseFactory(complete=True, answers={**PLAIN_FIRST, **first}).pk)
    return start(link_for(sent.invitation_id).pk)


def all_screens() -> list[str]:
    """Ids of the screens that an adult woman with the plain answers passes."""
    reading = read(load_questionnaire(), PLAIN, About(age=40, sex="female", birth_known=True, sex_known=True))
    return [screen.id for screen in reading.screens]
