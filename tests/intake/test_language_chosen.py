"""The patient chooses a language: kept in the browser, with the answers and with the patient, and nothing is lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lib.knowledge_files import KnowledgeError
from clinic.outbox.models import Message
from clinic.people.models import Clinic
from clinic.scheduling.actions import mail_link, make_link
from intake.actions.invitations import invite
from intake.models import ConsentSigned, Invitation
from intake.presenters.consent_copy import copy_of
from intake.presenters.response import unread
from intake.questionnaire.consent import as_signed, load_consent
from intake.questionnaire.languages import load_language, spoken_languages
from intake.questionnaire.load import DIRECTORY, load_questionnaire
from tests.factories.intake import PLAIN, InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.intake.test_asked_back import NUMB
from tests.intake.test_form_pages import phone_with
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db
SPANISH = {"headers": {"accept-language": "es-MX,es;q=0.9,en;q=0.5"}}


def ticket(page: bytes) -> str:
    return page.decode().split('name="of" value="')[1].split('"')[0]


def test_the_browser_is_asked_first() -> None:
    issued = invite(patient=PatientFactory(date_of_birth=None), by=UserFactory(desk=True))
    phone = Client(**SPANISH)
    page = phone.get(f"/i/{issued.token}/", follow=True)
    assert b'<html lang="es">' in page.content and b"Antes de su visita" in page.content
    for name in dict(settings.LANGUAGES).values():
        assert name in page.content.decode()
    assert page.content.decode().count('form="languages"') == len(settings.LANGUAGES) - 1
    phone.post("/i/start/", {"of": ticket(page.content)})
    invitation = Invitation.objects.get(pk=issued.invitation.pk)
    assert invitation.response.language == "es"
    assert invitation.patient.language == "es"


def test_a_choice_keeps_what_was_typed_and_is_kept() -> None:
    response = ResponseFactory(answers=dict(PLAIN))
    phone = phone_with(response)
    of = ticket(phone.get("/i/step/reason/").content)
    chosen = phone.post("/i/step/reason/", {"of": of, "reason": "Me duele la rodilla", "go": "language:es"})
    assert chosen.status_code == 302 and chosen["Location"].startswith("/i/step/reason/")
    page = phone.get(chosen["Location"])
    assert "¿Qué le trae aquí?" in page.content.decode() and "Me duele la rodilla" in page.content.decode()
    response.refresh_from_db()
    assert (response.language, response.answers["reason"]) == ("es", "Me duele la rodilla")
    response.patient.refresh_from_db()
    assert response.patient.language == "es"
    assert AuditEvent.objects.filter(action="patient.language_chosen").count() == 1


def test_what_cannot_be_saved_stays_on_the_page() -> None:
    response = ResponseFactory(answers={**PLAIN, "duration": {"number": 2, "unit": "years"}})
    phone = phone_with(response)
    of = ticket(phone.get("/i/step/strength/").content)
    typed = {"of": of, "duration.number": "many", "duration.unit": "weeks", "go": "language:es"}
    page = phone.post("/i/step/strength/", typed)
    assert page.status_code == 422
    assert 'value="many"' in page.content.decode() and "escriba un número entero" in page.content.decode()


def test_the_consent_must_be_read_again_but_nothing_else_is_typed_again() -> None:
    phone = phone_with(ResponseFactory(answers=dict(PLAIN)))
    of = ticket(phone.get("/i/consent/").content)
    page = phone.post(
        "/i/consent/",
        {"of": of, "name": "Ana Muster", "methods": ["cups"], "agreed": "on", "go": "language:es"},
    ).content.decode()
    assert "Lo que usted acepta" in page and 'value="Ana Muster"' in page
    assert page.count("checked") == 1


def test_a_consent_alone_keeps_what_was_typed() -> None:
    patient, phone = PatientFactory(), Phone()
    phone.open(invite(patient=patient, by=UserFactory(desk=True), purpose=Invitation.Purpose.CONSENT).token)
    typed = {"name": "Ana Muster", "methods": ["cups"], "agreed": "on", "day": "17", "month": "5", "year": "1984"}
    answer = phone.post("/i/agree/", {**typed, "go": "language:es"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "Lo que usted acepta" in page
    assert page.count("checked") == 1, "the tick of a method stays; that it was read is said again"
    assert all(f'value="{word}"' in page for word in ("Ana Muster", "17", "5", "1984"))
    assert not ConsentSigned.objects.exists()
    assert phone.post("/i/agree/", {**typed, "methods": []}).status_code == 200
    assert ConsentSigned.objects.get().consent_name == "Ana Muster"


@pytest.mark.parametrize("code", ["es", "zh-hans"])
def test_what_is_ticked_when_asked_back_stays_and_counts_with_next_only(code: str) -> None:
    response = ResponseFactory(answers={"reason": NUMB})
    phone = phone_with(response)
    asked = phone.get("/i/asked/reason/").content.decode()
    marks = dict(re.findall(r'name="(mark:[^"]+)" value="([^"]+)"', asked))
    chips = re.findall(r'name="chip"\s+value="([^"]+)"', asked)
    assert len(chips) > 1 and "mark:flag.saddle_numbness" in marks
    ticked = {"of": ticket(asked.encode()), **marks, "said:flag.saddle_numbness": "over", "chip": chips[:1]}
    answer = phone.post("/i/asked/reason/", {**ticked, "go": f"language:{code}"})
    page = answer.content.decode()
    assert answer.status_code == 200 and f'<html lang="{code}">' in page
    shown = dict(re.findall(r'name="chip"\s+value="([^"]+)"\s*(checked)?', page))
    assert {one for one, so in shown.items() if so} == set(chips[:1])
    assert re.search(r'name="said:flag.saddle_numbness"\s+value="over"\s+checked', page)
    response.refresh_from_db()
    assert "_words" not in response.answers
    assert phone.post("/i/asked/reason/", {**ticked, "go": "next"}).status_code == 302
    response.refresh_from_db()
    assert response.answers["_words"]["flag.saddle_numbness"]["said"] == "over"


def test_an_unknown_language_is_none() -> None:
    phone = phone_with(ResponseFactory(answers=dict(PLAIN)))
    of = ticket(phone.get("/i/check/").content)
    answer = phone.post("/i/language/", {"of": of, "go": "language:xx", "next": "//evil.example/"})
    assert answer["Location"] == "/i/" and settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_another_patient_in_the_same_browser_reads_their_own() -> None:
    spanish, english = PatientFactory(language="es"), PatientFactory()
    desk, tablet = UserFactory(desk=True), Client()
    first = tablet.get(f"/i/{invite(patient=spanish, by=desk).token}/", follow=True)
    assert b'<html lang="es">' in first.content
    second = tablet.get(f"/i/{invite(patient=english, by=desk).token}/", follow=True)
    assert b'<html lang="en-gb">' in second.content


def test_mails_are_in_the_language_of_the_patient_and_never_those_to_the_clinic() -> None:
    clinic = Clinic.current()
    clinic.alert_email = "desk@clinic.example"
    clinic.save()
    patient, desk = PatientFactory(language="es", email="ana@mail.example"), UserFactory(desk=True)
    invite(patient=patient, by=desk, send_to=patient.email)
    mail_link(patient=patient, by=desk)
    texts = {mail.kind: f"{mail.subject}\n{mail.body}" for mail in Message.objects.all()}
    assert "Preguntas antes de su primera visita" in texts["invitation"]
    assert "Hello" not in texts["invitation"] and "Sus próximas citas" in texts["appointment_link"]
    response = ResponseFactory(answers=dict(PLAIN), invitation=InvitationFactory(patient=patient), patient=patient)
    phone = phone_with(response)
    of = ticket(phone.get("/i/step/safety_bladder/").content)
    alarm = phone.post("/i/step/safety_bladder/save/", {"of": of, "saddle_numbness": "yes"}).content.decode()
    assert "sala de emergencias" in alarm
    assert Message.objects.get(kind="red_flag").subject == "Red flag in an intake: please look now"


def test_a_measure_that_may_not_be_used_is_left_out() -> None:
    english, spanish = load_questionnaire(), load_questionnaire(language="es")
    asked = {q.instrument for q in english.questions} - {q.instrument for q in spanish.questions}
    assert asked == {"rmdq", "gad2"}


def test_a_chinese_copy_of_the_consent_has_its_characters() -> None:
    given = as_signed(load_consent(language="zh-hans"), agreed=["cups"], for_minor=False, language="zh-hans")
    response = ResponseFactory(answers=dict(PLAIN), consent_name="王芳", consent_at=timezone.now(), consent_given=given)
    made = copy_of(response, clinic="Our clinic")
    assert b"NotoSansCJK" in made and b"/Type0" in made and "拔罐" in str(given)


def test_the_practitioner_reads_english_and_the_original_words() -> None:
    answers = {**PLAIN, "reason": "我小便困难", "anything_else": "поясница болит"}
    response = ResponseFactory(answers=answers, language="zh-hans")
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    page = client.get(f"/intakes/{response.pk}/").content.decode()
    assert "Simplified Chinese" in page and "no native clinician has read it" in page
    assert 'lang="zh-hans">我小便困难</blockquote>' in page and "read these words yourself" in page
    assert "knows little else of it" in page and "does not read this writing" in page
    assert "Roland-Morris (the validated simplified Chinese version" in page and "Where it hurts" in page


@pytest.mark.parametrize(
    ("text", "said"),
    [("Me duele", ""), ("Schmerzen 3 à 5 %", ""), ("腰疼", "Chinese"), ("Ana 腰", "Chinese"), ("ألم", "this writing")],
)
def test_what_is_not_read_is_said(text: str, said: str) -> None:
    assert (said in unread(text)) if said else unread(text) == ""


def test_the_dates_of_a_patient_are_in_their_language_unless_the_browser_has_chosen() -> None:
    patient = PatientFactory(language="es")
    path = f"/a/{make_link(patient=patient, by=UserFactory(desk=True))}/"
    page = Client().get(path)
    assert "Sus citas" in page.content.decode() and page["Content-Language"] == "es"
    chosen = Client()
    chosen.cookies[settings.LANGUAGE_COOKIE_NAME] = "en-gb"
    assert "Your appointments" in chosen.get(path).content.decode()


def test_the_desk_writes_down_a_language_before_anything_is_mailed() -> None:
    patient = PatientFactory(date_of_birth=None)
    client = Client()
    client.force_login(UserFactory(desk=True))
    form = client.get(f"/patients/{patient.pk}/edit/")
    assert "Español" in form.content.decode()
    typed = {"given_name": "Ana", "family_name": "Muster", "no_phone": "none", "version": patient.version}
    client.post(f"/patients/{patient.pk}/edit/", {**typed, "language": "es"})
    patient.refresh_from_db()
    assert patient.language == "es"
    client.post(f"/patients/{patient.pk}/edit/", {**typed, "version": patient.version, "language": ""})
    patient.refresh_from_db()
    assert patient.language is None


def test_the_clinic_sees_who_has_read_a_translation() -> None:
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    page = client.get("/knowledge/").content.decode()
    for language in spoken_languages().values():
        assert language.is_draft and language.name in page and language.review.by in page
    assert "GAD-2 is not asked" in page


def test_a_measure_of_others_says_whose_translation_it_is(tmp_path: Path) -> None:
    copy = tmp_path / "intake"
    shutil.copytree(DIRECTORY, copy)
    place = copy / "languages" / "es" / "instruments" / "phq2.toml"
    place.write_text(place.read_text("utf-8").partition("[translation]")[0], encoding="utf-8")
    with pytest.raises(KnowledgeError, match="whose words are these"):
        load_language("es", copy)


def test_pages_with_a_form_of_their_own_offer_the_languages_apart_from_it() -> None:
    """The choice once took the page's form for the name of one, and wrote its fields into a button."""
    patient, desk = PatientFactory(), UserFactory(desk=True)
    pages = []
    for purpose in Invitation.Purpose.values:
        phone = Client()
        pages.append(phone.get(f"/i/{invite(patient=patient, by=desk, purpose=purpose).token}/", follow=True))
    tablet = Client()
    tablet.force_login(desk)
    pages.append(tablet.post(f"/patients/{patient.pk}/tablet/", follow=True))
    for page in pages:
        html, path = page.content.decode(), page.request["PATH_INFO"]
        form = "agree" if path == "/i/agree/" else "languages"  # where something can be lost, it goes along
        assert html.count('name="day"') == 1 and f'form="{form}"' in html, path
