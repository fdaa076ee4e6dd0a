"""The consent between forms: asked again when its text changes, signed alone; and the clinic's own words in it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.actions.patients import safety_facts_of
from clinic.people.models import Patient, User
from intake.actions.answers import submit
from intake.actions.consent import sign_consent, write_own_consent
from intake.actions.invitations import invite, start
from intake.actions.second_part import link_for
from intake.consent_text import consent, is_consent_open, newest_consent, open_among
from intake.models import ConsentSigned, IntakeResponse, Invitation, OwnConsent, PhoneCall
from intake.models.kept import links_that_differ
from intake.questionnaire.consent import load_consent
from tests.factories.intake import PLAIN, PLAIN_FIRST, InvitationFactory, ResponseFactory
from tests.factories.scheduling import AppointmentFactory
from tests.support.page_text import page_text
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db
TOLD = {"day": "17", "month": "5", "year": "1984"}  # of PatientFactory
ALL = [one.id for one in load_consent().method]
OWN = {"intro": "We use needles of one maker only.", "cups": "We leave cups on for five minutes."}


@pytest.fixture
def signed(ana: Patient) -> IntakeResponse:
    """A form that Ana sent, with today's consent to everything."""
    draft = ResponseFactory(invitation=InvitationFactory(patient=ana), answers=PLAIN_FIRST)
    sign_consent(draft.pk, name="Ana Ahn", signature="", agreed=ALL)
    return submit(draft.pk)


def write(by: User, words: dict[str, str] = OWN) -> None:
    assert write_own_consent(words=words, spoken="en", by=by) is not None


def opened(ana: Patient, by: User) -> Phone:
    phone = Phone()
    page = phone.open(invite(patient=ana, by=by, purpose=Invitation.Purpose.CONSENT).token)
    assert page.request["PATH_INFO"] == "/i/agree/"
    return phone


def agree(phone: Client, *, leave_out: str = "", **more: Any) -> Any:
    methods = [one for one in ALL if one != leave_out]
    return phone.post("/i/agree/", {"agreed": "1", "name": "Ana Ahn", "methods": methods, **TOLD, **more})


class TestOpen:
    def test_before_any_form_nothing_is_open(self, ana: Patient) -> None:
        assert not is_consent_open(ana)

    def test_a_new_text_opens_it_for_everyone(self, ana: Patient, signed: IntakeResponse, olive: User) -> None:
        assert not is_consent_open(ana)
        write(olive)
        assert is_consent_open(ana)

    def test_the_desk_sees_that_and_no_more(
        self, ana: Patient, signed: IntakeResponse, olive: User, as_dora: Client
    ) -> None:
        write(olive)
        for path in (f"/patients/{ana.pk}/", f"/patients/{ana.pk}/invite/", f"/patients/{ana.pk}/tablet/"):
            page = page_text(as_dora.get(path)).lower()
            assert "consent open" in page and "cups" not in page, path

    def test_a_form_sent_by_phone_leaves_it_open(self, ana: Patient, petra: User, as_petra: Client) -> None:
        draft = ResponseFactory(invitation=InvitationFactory(patient=ana), answers=PLAIN_FIRST)
        call = PhoneCall.objects.create(response=draft, asked_by=petra, checked="birth")
        sent = submit(draft.pk, call=call)
        assert is_consent_open(ana) and newest_consent(ana) is None
        assert "Consent open" in page_text(as_petra.get(f"/intakes/{sent.pk}/"))
        assert "Nothing is signed yet" in page_text(as_petra.get(f"/patients/{ana.pk}/safety/"))

    def test_the_day_board_asks_before_the_needle(
        self, ana: Patient, signed: IntakeResponse, olive: User, as_dora: Client
    ) -> None:
        visit = AppointmentFactory(patient=ana, starts_at=timezone.now(), practitioner=olive)
        nobody = AppointmentFactory(starts_at=timezone.now())  # no form was sent: nothing to ask
        assert "consent open" not in page_text(as_dora.get("/today/"))
        write(olive)
        page = page_text(as_dora.get("/today/"))
        assert page.count("consent open") == 1 and "cups" not in page
        ids = {ana.pk, nobody.patient_id}
        assert open_among(ids) == {one for one in ids if is_consent_open(Patient.objects.get(pk=one))} == {ana.pk}
        for status, shown in (("arrived", 1), ("in_room", 1), ("done", 0), ("cancelled", 0)):
            type(visit).objects.filter(pk=visit.pk).update(status=status)
            assert page_text(as_dora.get("/today/")).count("consent open") == shown


class TestSigningAlone:
    def test_by_a_link(self, ana: Patient, signed: IntakeResponse, olive: User, dora: User) -> None:
        write(olive)
        phone = opened(ana, dora)
        page = page_text(phone.get("/i/agree/"))
        assert OWN["intro"] in page and OWN["cups"] in page and "229,230" in page  # the figures stay
        answer = agree(phone, leave_out="cups")
        assert answer.status_code == 200 and "has your consent" in page_text(answer)
        found = newest_consent(ana)
        assert isinstance(found, ConsentSigned) and not is_consent_open(ana)
        assert found.consent_text_version == consent().version
        assert OWN["cups"] in next(m["text"] for m in found.consent_given["methods"] if m["id"] == "cups")
        assert safety_facts_of(ana)["wish.no_cups"] is True
        assert agree(phone).status_code == 410 and ConsentSigned.objects.count() == 1

    def test_who_signed_takes_a_copy_along_and_nobody_else(
        self, ana: Patient, signed: IntakeResponse, olive: User, dora: User
    ) -> None:
        write(olive)
        link = invite(patient=ana, by=dora, purpose=Invitation.Purpose.CONSENT).token
        phone, other = Phone(), Phone()  # the other one holds the same link, and has not given the date of birth
        for one in (phone, other):
            one.open(link)
        answer = agree(phone)
        copy = re.search(r'href="(/i/agree/copy/\?seal=[^"]+)"', answer.content.decode())
        assert copy
        made = phone.get(copy[1])
        assert (made.status_code, made["Content-Type"]) == (200, "application/pdf")
        assert made["Cache-Control"] == "no-store" and made.content.startswith(b"%PDF")
        for refused in (other.get("/i/agree/copy/"), Phone().get(copy[1]), phone.get(copy[1] + "x")):
            assert refused.status_code == 404 and b"Ana" not in refused.content
        with time_machine.travel(timezone.now() + timedelta(minutes=61)):
            assert phone.get(copy[1]).status_code == 404

    def test_ticked_again_it_is_allowed_again(
        self, ana: Patient, signed: IntakeResponse, olive: User, dora: User
    ) -> None:
        write(olive)
        agree(opened(ana, dora), leave_out="cups")
        assert open_among([ana.pk]) == set()
        agree(opened(ana, dora))
        assert safety_facts_of(ana)["wish.no_cups"] is False

    def test_a_wrong_birth_date_signs_nothing_and_five_lock(
        self, ana: Patient, signed: IntakeResponse, dora: User
    ) -> None:
        phone = opened(ana, dora)
        states = [agree(phone, year="1985").status_code for _n in range(5)]
        assert states == [422, 422, 422, 422, 410] and not ConsentSigned.objects.exists()

    def test_without_the_statement_or_a_name_nothing(self, ana: Patient, signed: IntakeResponse, dora: User) -> None:
        phone = opened(ana, dora)
        assert phone.post("/i/agree/", {"methods": ALL, **TOLD}).status_code == 422
        assert not ConsentSigned.objects.exists()

    def test_on_the_tablet(self, ana: Patient, signed: IntakeResponse, olive: User, dora: User) -> None:
        write(olive)
        tablet = Phone()
        tablet.force_login(dora)
        tablet.post(f"/patients/{ana.pk}/tablet/", {"what": "consent"})
        page = page_text(tablet.get("/i/", follow=True))
        assert "Is this for Ana A.?" in page and OWN["intro"] in page
        assert agree(tablet)["Location"].startswith("/i/kiosk/over/")
        assert ConsentSigned.objects.get().patient == ana

    def test_the_link_opens_no_form(self, ana: Patient, signed: IntakeResponse, dora: User) -> None:
        phone = opened(ana, dora)
        for path in ("/i/start/", "/i/birth/", "/i/code/"):
            phone.post(path, TOLD)
        assert IntakeResponse.objects.count() == 1
        assert phone.get("/i/step/reason/")["Location"].startswith("/i/")

    def test_a_form_under_way_keeps_its_link(self, ana: Patient, dora: User) -> None:
        link = InvitationFactory(patient=ana)
        invite(patient=ana, by=dora, purpose=Invitation.Purpose.CONSENT)
        link.refresh_from_db()
        assert link.is_open

    def test_a_child_does_not_sign_alone(self, signed: IntakeResponse, dora: User, ana: Patient) -> None:
        Patient.objects.update(date_of_birth="2019-05-17")
        phone = opened(ana, dora)
        assert agree(phone, year="2019").status_code == 422
        assert agree(phone, year="2019", guardian="Rosa Ahn", relation="mother").status_code == 200
        assert ConsentSigned.objects.get().consent_guardian == "Rosa Ahn"

    def test_the_paper_and_the_lists(self, ana: Patient, signed: IntakeResponse, dora: User, as_petra: Client) -> None:
        agree(opened(ana, dora))
        alone = ConsentSigned.objects.get()
        assert as_petra.get(f"/consents/{alone.pk}/").content.startswith(b"%PDF")
        assert f"/consents/{alone.pk}/" in as_petra.get(f"/patients/{ana.pk}/safety/").content.decode()
        assert as_petra.get("/intakes/").status_code == 200
        assert not links_that_differ().exists()

    def test_it_is_frozen(self, ana: Patient, signed: IntakeResponse, dora: User) -> None:
        agree(opened(ana, dora))
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentSigned.objects.update(consent_name="Forged")


class TestOwnWords:
    def post(self, client: Client, words: dict[str, str], **more: str) -> Any:
        return client.post("/clinic/consent/", {**words, **more})

    def test_the_owner_writes_them(self, as_olive: Client, olive: User) -> None:
        before = consent().version
        page = page_text(self.post(as_olive, OWN, preview="1"))
        assert "not in force yet" in page and OWN["cups"] in page and not OwnConsent.objects.exists()
        assert self.post(as_olive, OWN).status_code == 302
        assert consent().version != before and consent().paragraphs[0] == OWN["intro"]
        assert [m.text for m in consent().method] == [m.text for m in load_consent().method]
        assert AuditEvent.objects.get(action="consent.text_written").actor_id == str(olive.pk)

    def test_the_same_again_asks_nobody(self, as_olive: Client, olive: User) -> None:
        write(olive)
        self.post(as_olive, OWN)
        assert OwnConsent.objects.count() == 1

    @pytest.mark.parametrize("words", [{}, {"cups": " \u0000 "}, {"cups": "....!!!....12345"}, {"cups": "x" * 2001}])
    def test_nothing_empty(self, as_olive: Client, words: dict[str, str]) -> None:
        assert self.post(as_olive, words).status_code == 422
        assert not OwnConsent.objects.exists()

    def test_only_the_owner(self, as_petra: Client, as_dora: Client) -> None:
        assert {self.post(client, OWN).status_code for client in (as_petra, as_dora)} == {403}

    def test_they_are_text_not_markup(self, as_olive: Client, ana: Patient, dora: User) -> None:
        self.post(as_olive, {"intro": "<script>alert('ten letters')</script>"})
        page = opened(ana, dora).get("/i/agree/").content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_a_second_part_signed_anew_records_what_is_not_agreed(
    ana: Patient, signed: IntakeResponse, olive: User
) -> None:
    """The text changed between the parts: what has no tick in the new one must not be done."""
    write(olive)
    second = start(link_for(signed.invitation_id).pk)
    sign_consent(second.pk, name="Ana Ahn", signature="", agreed=[one for one in ALL if one != "cups"])
    second.refresh_from_db()
    IntakeResponse.objects.filter(pk=second.pk).update(answers=PLAIN)
    submit(second.pk)
    assert safety_facts_of(ana)["wish.no_cups"] is True
