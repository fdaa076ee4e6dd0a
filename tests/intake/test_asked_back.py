"""After the patient's own words: what was read in them is asked back, and the answer is a finding."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from intake.actions.own_words import settle_words
from intake.asking_back import offers
from intake.assessment import assess, load_intake_knowledge
from intake.models import IntakeResponse, RedFlagAlert
from intake.presenters.response import summary
from intake.questionnaire.own_words import WORDS
from intake.reading import reading_of
from intake.signs_so_far import case_of_answers
from tests.factories.intake import ResponseFactory
from tests.intake.test_form_pages import phone_with
from tests.support.intake_page import Tab
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
NUMB = "My lower back on the left hurts since lifting boxes, heat helps, and I am numb between my legs."
CALM = "My lower back on the left hurts since lifting boxes. It is a dull ache, heat helps."


@pytest.fixture
def response() -> IntakeResponse:
    return ResponseFactory()


@pytest.fixture
def phone(response: IntakeResponse) -> Client:
    return phone_with(response)


def write(phone: Client, text: str) -> str:
    """Where Next leads after the screen of one's own words."""
    answer = Tab(phone, "reason").go({"reason": text})
    assert answer.status_code == 302
    return str(answer["Location"])


def marks(response: IntakeResponse) -> dict[str, str]:
    response.refresh_from_db()
    screen = reading_of(response).screen("reason")
    assert screen is not None
    return {f"mark:{row.finding}": row.mark for row in offers(response, screen)}


def assessed(response: IntakeResponse):
    response.refresh_from_db()
    return assess(case_of_answers(response, today=timezone.localdate()), load_intake_knowledge())


def test_words_without_anything_to_ask_back_lead_on(phone: Client) -> None:
    assert "/i/asked/" not in write(phone, "It aches.")


def test_the_page_quotes_the_words_and_shows_ticked_chips(phone: Client, response: IntakeResponse) -> None:
    write(phone, NUMB)
    page = phone.get("/i/asked/reason/")
    text = page_text(page)
    assert "You wrote:" in text and "numb between my legs" in text and "I meant something else" in text
    html = page.content.decode()
    for finding in ("site.low_back", "side.left", "onset.lifting", "eased_by.heat"):
        at = html.index(f'value="{finding}"')
        assert "checked" in html[at : at + 60]


def test_a_confirmed_chip_answers_its_question(phone: Client, response: IntakeResponse) -> None:
    assert write(phone, CALM).endswith("/i/asked/reason/")
    chips = ["site.low_back", "side.left", "onset.lifting", "quality.dull", "eased_by.heat"]
    phone.post("/i/asked/reason/", {**marks(response), "chip": chips})
    response.refresh_from_db()
    reading = reading_of(response)
    assert all(reading.findings[finding] is True for finding in chips)
    assert {"where", "onset", "quality", "eases"}.isdisjoint({question.id for question in reading.questions})
    # of a list that was not read out nothing is absent
    assert "eased_by.cold" not in reading.findings and "quality.burning" not in reading.findings
    assert {"worse", "saddle_numbness"} <= {question.id for question in reading.questions}
    assert not write(phone, CALM).endswith("/i/asked/reason/"), "asked once"


def test_an_unticked_chip_is_not_known_and_its_question_is_asked(phone: Client, response: IntakeResponse) -> None:
    write(phone, CALM)
    phone.post("/i/asked/reason/", {**marks(response), "chip": ["onset.lifting"]})
    response.refresh_from_db()
    reading = reading_of(response)
    assert "eased_by.heat" not in reading.findings
    assert "eases" in {question.id for question in reading.questions}


def test_yes_raises_the_flag_and_its_question_is_not_asked_again(phone: Client, response: IntakeResponse) -> None:
    write(phone, NUMB)
    phone.post("/i/asked/reason/", {**marks(response), "said:flag.saddle_numbness": "yes"})
    judged = assessed(response)
    assert judged.action == "emergency"
    reading = reading_of(response)
    assert reading.findings["flag.saddle_numbness"] is True
    assert "saddle_numbness" not in {question.id for question in reading.questions}
    assert RedFlagAlert.objects.get(response=response, flag="flag.saddle_numbness").taken_back_at is None


@pytest.mark.parametrize(("said", "told"), [("over", "it is over"), ("else", "something else was meant")])
def test_no_clears_the_reading_and_stays_visible(phone: Client, response: IntakeResponse, said: str, told: str) -> None:
    write(phone, NUMB)
    assert RedFlagAlert.objects.filter(response=response, taken_back_at=None).exists()
    phone.post("/i/asked/reason/", {**marks(response), "said:flag.saddle_numbness": said})
    judged = assessed(response)
    assert judged.action != "emergency"
    [note] = [alert for alert in judged.alerts if alert.because == ("flag.saddle_numbness",)]
    page = summary(response)
    assert any("numb between my legs" in line for line in page["asked_back"])
    assert note.level == "note" and "numb between my legs" in note.text and told in note.text
    assert "flag.saddle_numbness" not in reading_of(response).findings, "cleared words are no ticked no"
    assert "saddle_numbness" in {question.id for question in reading_of(response).questions}, "still asked"
    assert not RedFlagAlert.objects.filter(response=response, taken_back_at=None).exists()


def test_without_an_answer_the_words_count_as_they_were_read(phone: Client, response: IntakeResponse) -> None:
    write(phone, NUMB)
    phone.post("/i/asked/reason/", marks(response))
    assert assessed(response).action == "emergency"


def test_changed_words_are_read_anew(phone: Client, response: IntakeResponse) -> None:
    write(phone, NUMB)
    phone.post("/i/asked/reason/", {**marks(response), "said:flag.saddle_numbness": "else"})
    assert write(phone, f"{NUMB} It got worse.").endswith("/i/asked/reason/") or "/i/alert/" in write(
        phone, NUMB + " x"
    )
    assert assessed(response).action == "emergency"


def test_an_answer_about_other_words_is_not_taken(phone: Client, response: IntakeResponse) -> None:
    write(phone, NUMB)
    old = marks(response)
    write(phone, "Since Sunday my privates are numb.")
    phone.post("/i/asked/reason/", {**old, "said:flag.saddle_numbness": "else"})
    assert assessed(response).action == "emergency"


def test_nothing_is_kept_that_was_not_asked(phone: Client, response: IntakeResponse) -> None:
    write(phone, CALM)
    phone.post("/i/asked/reason/", {"said:flag.fever": "yes", "mark:flag.fever": "x", "chip": ["quality.burning"]})
    response.refresh_from_db()
    assert not response.answers.get(WORDS)


def test_a_medicine_is_asked_back_too(phone: Client, response: IntakeResponse) -> None:
    assert write(phone, "My back aches and I take Eliquis.").endswith("/i/asked/reason/")
    phone.post("/i/asked/reason/", {**marks(response), "said:condition.anticoagulant": "yes"})
    response.refresh_from_db()
    assert reading_of(response).findings["condition.anticoagulant"] is True


def test_the_practitioner_s_case_carries_what_was_explained(response: IntakeResponse) -> None:
    response.answers = {"reason": NUMB}
    response.save(update_fields=["answers"])
    settle_words(
        response.pk,
        said={"flag.saddle_numbness": "over"},
        words={"flag.saddle_numbness": {"reason": ["numb between my legs"]}},
    )
    response.refresh_from_db()
    case = case_of_answers(response, today=timezone.localdate())
    assert case.explained["flag.saddle_numbness"].said == "over"
