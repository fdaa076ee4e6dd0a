"""The patient's side in another language: a made-up one, in which every sentence stands in ⟦brackets⟧.

What a patient reads without brackets has not gone through gettext or the files of a language.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from clinic.lib.file_words import TranslatedReader, languages
from clinic.lib.knowledge_files import KnowledgeError
from clinic.people.models import Clinic
from clinic.scheduling.actions import make_link
from intake.questionnaire.load import DIRECTORY, SPOKEN, load_questionnaire
from tests.factories.intake import PLAIN, PLAIN_FIRST, InvitationFactory, ResponseFactory, second_part_of
from tests.factories.people import UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.brackets import unspoken


@pytest.fixture
def phone(db: None) -> Client:
    return phone_with(ResponseFactory(answers=dict(PLAIN)))


def test_every_screen_and_its_refusals_are_spoken(db: None, brackets: None, folder: Path) -> None:
    more = {"pregnancy": "yes", "pregnancy_bleeding": "no", "pregnancy_signs": ["none"], "general": ["cancer"]}
    later = {"onset": ["sport"], "duration": {"number": 2, "unit": "years"}}
    drawn = set()
    for response in (
        ResponseFactory(answers={**PLAIN_FIRST, **more}),
        second_part_of(**later),
        second_part_of(complaint="elsewhere"),
    ):
        phone = phone_with(response)
        for screen in load_questionnaire().screens:
            page = phone.get(f"/i/step/{screen.id}/")
            if page.status_code != 200:
                continue
            drawn.add(screen.id)
            assert unspoken(page) == "", screen.id
            assert '<html lang="xx">' in page.content.decode() and page["Content-Language"] == "xx"
            nonsense = {
                f"{q.id}{part}": "99x" for q in screen.questions for part in ("", ".number", ".day", ".1.score")
            }
            refused = phone.post(f"/i/step/{screen.id}/", {**nonsense, "go": "next"})
            if refused.status_code == 422:
                assert unspoken(refused) == "", screen.id
    assert drawn == {screen.id for screen in load_questionnaire(folder).screens} - {"you"}


@pytest.mark.parametrize("path", ["/i/check/", "/i/consent/", "/i/"])
def test_the_pages_around_the_screens_are_spoken(phone: Client, brackets: None, path: str) -> None:
    page = phone.get(path, follow=True)
    assert page.status_code == 200 and unspoken(page) == ""


def test_an_alarm_is_spoken_with_its_reasons(phone: Client, brackets: None) -> None:
    phone.get("/i/step/safety_bladder/")
    answer = phone.post("/i/step/safety_bladder/save/", {"saddle_numbness": "yes"})
    assert "⟦Please read this now⟧" in answer.content.decode() and unspoken(answer) == ""


def test_what_is_asked_back_is_spoken(phone: Client, brackets: None) -> None:
    phone.get("/i/step/reason/")
    phone.post("/i/step/reason/save/", {"reason": "99 numb between my legs since lifting, heat helps"})
    page = phone.get("/i/asked/reason/")
    left = unspoken(page)
    assert "⟦Is this right?⟧" in page.content.decode()
    for quote in ("numb between my legs", "99"):
        left = left.replace(quote, "")
    assert left.strip() == ""


@pytest.mark.parametrize("state", ["unknown", "none"])
def test_a_closed_link_is_spoken(db: None, brackets: None, state: str) -> None:
    page = Client().get("/i/no-such-token/" if state == "unknown" else "/i/step/reason/")
    assert page.status_code in (404, 410) and unspoken(page) == ""


def test_the_dates_of_a_patient_are_spoken(db: None, brackets: None) -> None:
    patient = InvitationFactory().patient
    page = Client().get(f"/a/{make_link(patient=patient, by=UserFactory(desk=True))}/")
    assert page.status_code == 200 and unspoken(page) == ""


def test_staff_read_english_whatever_their_browser_asks_for(db: None, brackets: None) -> None:
    client = Client(headers={"accept-language": "xx"})
    client.force_login(UserFactory(practitioner=True))
    Clinic.current()
    assert "⟦" not in client.get(reverse("home")).content.decode()


def test_a_language_is_whole_or_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "intake"
    shutil.copytree(folder, copy)
    place = copy / "languages" / "xx" / "questionnaire.toml"
    place.write_text(place.read_text("utf-8").replace('"words.yes" =', '"words.yess" ='), encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load_questionnaire(copy, "xx")
    assert [str(fault) for fault in refused.value.faults] == [
        "languages/xx/questionnaire.toml: words.yes: no words for “Yes”",
        "languages/xx/questionnaire.toml: words.yess: no such sentence; the nearest is 'words.yes'",
    ]


def test_the_same_form_in_every_language(folder: Path) -> None:
    """Only words differ: ids, findings, scores and conditions are those of the English file."""
    english, other = load_questionnaire(folder), load_questionnaire(folder, "xx")
    assert [q.id for q in english.questions] == [q.id for q in other.questions]
    for one, same in zip(english.questions, other.questions, strict=True):
        assert [(o.id, o.sets, o.score, o.show) for o in one.options] == [
            (o.id, o.sets, o.score, o.show) for o in same.options
        ]
        assert not one.label or same.label == f"⟦{one.label}⟧"


def test_languages_are_folders(folder: Path) -> None:
    real = languages(DIRECTORY)
    assert real[0] == "en" and languages(folder) == ["en", *sorted([*real[1:], "xx"])]
    assert TranslatedReader(folder, "en", SPOKEN).file("questionnaire.toml")["title"] == "Before your first visit"
