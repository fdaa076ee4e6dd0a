"""A clinic's own questions from the owner's page to the practitioner's: asked, answered, changed, retired, and read in
the words in which they were asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from clinic.audit.models import AuditEvent
from clinic.people.models import User
from intake import own_form
from intake.actions.answers import IncompleteIntake, save_answers, submit
from intake.actions.invitations import start
from intake.actions.own_questions import ChangedSince, NotInOrder, keep_question, move, retire
from intake.actions.second_part import may_follow
from intake.models import IntakeResponse, OwnQuestions
from intake.presenters.finishing import finishing
from intake.presenters.response import summary
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own import OwnQuestion, asked
from intake.reading import reading_of
from tests.factories.intake import PLAIN_FIRST, InvitationFactory, ResponseFactory
from tests.intake.test_form_pages import phone_with
from tests.support.intake_page import Tab
from tests.support.own_questions import EVERY_KIND, own, written
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
POSTED = {"kind": "yes_no", "label_en": "Do you drink tea?", "place": "1:implants", "seen": "0"}


def today() -> tuple[OwnQuestion, ...]:
    return own_form.questions_of(own_form.newest())


def begun(**answers: Any) -> IntakeResponse:
    """A form that begins now."""
    response = start(InvitationFactory().pk)
    IntakeResponse.objects.filter(pk=response.pk).update(answers=answers)
    response.refresh_from_db()
    return response


def complete(**answers: Any) -> IntakeResponse:
    return ResponseFactory(
        complete=True, questionnaire_version=own_form.version_today(), answers={**PLAIN_FIRST, **answers}
    )


class TestTheOwnersPage:
    def test_a_question_is_added_seen_and_asked(self, as_olive: Client) -> None:
        assert "None." in page_text(as_olive.get("/clinic/questions/"))
        answer = as_olive.post("/clinic/questions/add/", POSTED, follow=True)
        page = page_text(answer)
        assert "Do you drink tea?" in page and "Not asked in: Español" in page and "about 0.1 minutes" in page
        assert [one.english.label for one in today()] == ["Do you drink tea?"]
        event = AuditEvent.objects.get(action="questions.written")
        assert event.detail["question"] == 1 and event.detail["how"] == "added"
        assert "own_1" in [s.id for s in reading_of(begun()).screens]

    def test_a_preview_shows_it_and_keeps_nothing(self, as_olive: Client) -> None:
        data = {**POSTED, "preview": "1", "label_es": "¿Toma té?"}
        answer = as_olive.post("/clinic/questions/add/", data)
        page = page_text(answer)
        assert "not kept yet" in page and "¿Toma té?" in page and "Sí" in page
        assert "Not asked in this language" in page  # Chinese
        assert not OwnQuestions.objects.exists()

    def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(self, as_olive: Client) -> None:
        data = {
            **POSTED,
            "kind": "one",
            "options_en": "Green\nBlack",
            "label_es": "¿Qué té?",
            "options_es": "Verde",
            "age_from": "50",
        }
        answer = as_olive.post("/clinic/questions/add/", data)
        assert answer.status_code == 422 and "2 in English and 1 here" in page_text(answer)
        assert "Green\nBlack" in answer.content.decode()
        data |= {"options_es": "Verde\nNegro", "age_to": "40"}
        answer = as_olive.post("/clinic/questions/add/", data)
        assert answer.status_code == 422 and "Nobody has the age: it can never be asked." in page_text(answer)
        assert not OwnQuestions.objects.exists()
        assert as_olive.post("/clinic/questions/add/", data | {"age_to": "60"}).status_code == 302
        [question] = today()
        assert question.words["es"].options == ("Verde", "Negro")
        assert (question.age_from, question.age_to) == (50, 60)

    def test_a_translation_of_words_that_have_changed_is_not_kept_in_silence(self, as_olive: Client) -> None:
        row = written(own(1, es="¿Toma té?"))
        data = {**POSTED, "seen": row.pk, "label_en": "Do you drink coffee?", "label_es": "¿Toma té?"}
        answer = as_olive.post("/clinic/questions/1/", data)
        assert answer.status_code == 422 and "The English has changed and this has not" in page_text(answer)
        assert as_olive.post("/clinic/questions/1/", {**data, "label_es": "¿Toma café?"}).status_code == 302
        assert today()[0].words["es"].label == "¿Toma café?"
        newest = OwnQuestions.objects.first()
        assert newest is not None
        again = {**data, "seen": newest.pk, "label_en": "Do you drink coffee at all?", "label_es": "¿Toma café?"}
        assert as_olive.post("/clinic/questions/1/", {**again, "same": "on"}).status_code == 302

    def test_the_page_of_a_question_shows_what_is_kept(self, as_olive: Client) -> None:
        written(*EVERY_KIND)
        for one in EVERY_KIND:
            page = as_olive.get(f"/clinic/questions/{one.number}/")
            assert page.status_code == 200 and one.english.label in page.content.decode()
            form, saved = page.context["form"], OwnQuestions.objects.count()
            data = {name: value for name, value in form.initial.items() if value not in (None, "", False, [])}
            assert as_olive.post(f"/clinic/questions/{one.number}/", data).status_code == 302, one
            assert OwnQuestions.objects.count() == saved, one  # nothing was changed: no new version
        assert as_olive.get("/clinic/questions/99/").status_code == 404

    def test_order_retire_and_ask_again(self, as_olive: Client) -> None:
        written(own(1, label="First?"), own(2, label="Second?"))
        as_olive.post("/clinic/questions/2/change/", {"how": "up"})
        assert [one.number for one in today()] == [2, 1]
        as_olive.post("/clinic/questions/2/change/", {"how": "up"})  # it is the first
        as_olive.post("/clinic/questions/2/change/", {"how": "retire"})
        assert [one.number for one in asked(today())] == [1] and len(today()) == 2
        assert "No longer asked" in page_text(as_olive.get("/clinic/questions/"))
        as_olive.post("/clinic/questions/2/change/", {"how": "again"})
        assert [one.number for one in asked(today())] == [1, 2]
        hows = AuditEvent.objects.filter(action="questions.written").order_by("id").values_list("detail", flat=True)
        assert [one["how"] for one in hows] == ["moved", "retired", "asked again"]

    def test_one_that_another_waits_for_is_not_retired(self, as_olive: Client) -> None:
        written(own(1), own(2, label="Green tea?", earlier="own_1", answer="yes"))
        page = as_olive.post("/clinic/questions/1/change/", {"how": "retire"}, follow=True)
        assert "Nothing was changed. “Green tea?”: the earlier answer" in page_text(page)
        assert len(asked(today())) == 2

    def test_only_the_owner_may(self, as_petra: Client, as_dora: Client) -> None:
        written(own())
        for client in (as_petra, as_dora):
            for path in ("/clinic/questions/", "/clinic/questions/add/", "/clinic/questions/1/"):
                assert client.get(path).status_code == 403
            assert client.post("/clinic/questions/1/change/", {"how": "retire"}).status_code == 403

    def test_two_owners_at_once(self, olive: User) -> None:
        row = written(own())
        keep_question(question=own(label="Do you drink green tea?"), seen=row.pk, by=olive)
        with pytest.raises(ChangedSince, match="Someone else"):
            keep_question(question=own(label="Do you drink black tea?"), seen=row.pk, by=olive)
        keep_question(question=own(0, label="Do you smoke?"), seen=row.pk, by=olive)  # another one is no clash
        assert [one.english.label for one in today()] == ["Do you drink green tea?", "Do you smoke?"]

    def test_no_version_is_changed_or_removed(self) -> None:
        row = written(own())
        for write in (row.delete, row.save):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()

    def test_what_a_change_of_the_form_broke_stops_no_other_change(self, olive: User) -> None:
        row = written(own(1, earlier="gone", answer="yes"), own(2, label="Do you smoke?"))
        keep_question(question=own(2, label="Do you smoke now?"), seen=row.pk, by=olive)
        with pytest.raises(NotInOrder):
            keep_question(question=own(1, earlier="gone", answer="no"), seen=row.pk, by=olive)

    def test_its_page_says_which_no_longer_fits(self, as_olive: Client) -> None:
        written(own(1, earlier="gone", answer="yes"))
        assert "the earlier answer that it waits for is no longer asked about" in page_text(
            as_olive.get("/clinic/questions/")
        )

    def test_moving_before_what_it_waits_for_is_refused(self, olive: User) -> None:
        written(own(1), own(2, earlier="own_1", answer="yes"))
        with pytest.raises(NotInOrder, match="is asked later"):
            move(number=2, up=True, by=olive)


class TestThePatient:
    def test_answers_each_kind_and_it_is_sent(self) -> None:
        written(*EVERY_KIND)
        response = ResponseFactory(complete=True, questionnaire_version=own_form.version_today())
        with pytest.raises(IncompleteIntake) as refused:
            submit(response.pk)
        assert [question.id for question in refused.value.missing] == ["own_1"]
        phone = phone_with(response)
        answers: dict[str, dict[str, Any]] = {
            "own_1": {"own_1": "yes"},
            "own_2": {"own_2": EVERY_KIND[1].options[0][0]},
            "own_3": {"own_3": [EVERY_KIND[2].options[0][0], "none"]},
            "own_4": {"own_4": "To sleep again."},
        }
        for screen, posted in answers.items():
            assert Tab(phone, screen).go(posted).status_code == 302
        response.refresh_from_db()
        assert response.answers["own_3"] == [EVERY_KIND[2].options[0][0]]
        check = page_text(phone.get("/i/check/"))
        assert "A friend" in check and "Monday" in check and "To sleep again." in check
        sent = submit(response.pk)
        assert sent.is_submitted

    def test_nothing_is_taken_that_was_not_asked(self) -> None:
        written(*EVERY_KIND)
        response = begun(**PLAIN_FIRST)
        phone = phone_with(response)
        tab = Tab(phone, "own_2")
        tab.go({"own_2": "c0000000", "own_1": "yes", "own_9": "yes"})
        response.refresh_from_db()
        assert not [key for key in response.answers if key.startswith("own_")]
        assert phone.get("/i/step/own_3/").status_code == 302  # waits for a yes to the first
        assert phone.get("/i/step/own_9/").status_code == 302

    def test_a_form_keeps_the_questions_that_it_began_with(self, olive: User) -> None:
        row = written(own(1))
        draft = begun(**PLAIN_FIRST, own_1="yes")
        keep_question(question=own(1, label="Do you drink no tea?"), seen=row.pk, by=olive)
        retire(number=1, by=olive)
        draft = IntakeResponse.objects.get(pk=draft.pk)
        screen = reading_of(draft).screen("own_1")
        assert screen is not None and screen.title == "Do you drink tea?"
        assert reading_of(begun()).screen("own_1") is None

    def test_in_spanish_it_is_asked_in_spanish_or_not_at_all(self) -> None:
        written(own(1, es="¿Toma té?"), own(2, label="Do you smoke?", required=True))
        response = begun(**PLAIN_FIRST)
        with translation.override("es"):
            reading = reading_of(response)
            assert reading.screen("own_1") is not None and reading.screen("own_1").title == "¿Toma té?"  # type: ignore[union-attr]
            assert reading.screen("own_2") is None
            assert "own_2" not in [question.id for question in reading.missing]

    def test_a_danger_typed_into_one_is_noticed(self) -> None:
        written(own(1, "text", "What do you hope for?"))
        response = complete()
        save_answers(response.pk, values={"own_1": "Since yesterday I cannot hold my urine and my saddle is numb."})
        sent = submit(response.pk)
        assert sent.alerts.exists()

    def test_a_second_part_asks_those_of_the_first(self, olive: User) -> None:
        written(own(1, part=2))
        sent = submit(complete().pk)
        retire(number=1, by=olive)
        assert may_follow(sent.invitation)
        assert sent.questionnaire_version != own_form.version_today()

    def test_a_version_is_read_from_the_database_once(self) -> None:
        written(*EVERY_KIND)
        response = begun(**PLAIN_FIRST)
        assert response.patient  # read before
        own_form._known.clear()
        own_form.LAID.clear()
        with CaptureQueriesContext(connection) as first:
            reading_of(response)
        vars(response).pop("_reading")
        with CaptureQueriesContext(connection) as then:
            reading_of(response)
        assert (len(first), len(then)) == (1, 0)

    def test_another_process_notices_a_change(self, olive: User) -> None:
        """It looks for the newest when a form begins; what it keeps goes by the words themselves."""
        row = written(own(1))
        assert reading_of(begun()).screen("own_1") is not None
        kept = dict(own_form._known)
        keep_question(question=own(1, label="Do you like tea?"), seen=row.pk, by=olive)
        own_form._known.clear()
        own_form._known.update(kept)  # as in a process that has seen nothing of it
        screen = reading_of(begun()).screen("own_1")
        assert screen is not None and screen.title == "Do you like tea?"


class TestThePractitioner:
    def test_reads_them_on_the_one_screen_as_they_were_asked(self, as_petra: Client, olive: User) -> None:
        row = written(own(1), own(2, "text", "What do you hope for?"))
        sent = submit(complete(own_1="no", own_2="Dormir bien.").pk)
        keep_question(question=own(1, label="Something else?"), seen=row.pk, by=olive)
        page = page_text(as_petra.get(f"/intakes/{sent.pk}/"))
        short, whole = page.split("All answers")
        for part in (short, whole):
            assert "Do you drink tea?" in part and "Dormir bien." in part
        assert "Something else?" not in page

    def test_reads_what_was_not_asked_for_want_of_words(self, as_petra: Client) -> None:
        written(own(1, es="¿Toma té?"), own(2, label="Do you smoke?"))
        sent = complete(own_1="yes")
        IntakeResponse.objects.filter(pk=sent.pk).update(language="es")
        with translation.override("es"):
            sent = submit(sent.pk)
        found = summary(sent)
        assert found["own_unspoken"] == ["Do you smoke?"] and "Do you smoke?" not in found["unanswered"]
        assert found["own_answers"][0]["label"] == "Do you drink tea?" and found["own_answers"][0]["words"] == ["Yes"]
        assert "no words in Spanish (Latin America, usted): Do you smoke?" in page_text(
            as_petra.get(f"/intakes/{sent.pk}/")
        )

    def test_one_not_answered_is_named(self) -> None:
        written(own(1, label="Do you smoke?"))
        found = summary(submit(complete().pk))
        assert "Do you smoke?" in found["unanswered"] + [row["label"] for row in found["all_answers"]]
        assert not found["own_answers"]


def test_counts_of_forms_with_and_without_them_are_one(olive: User) -> None:
    begun()
    written(own(1))
    begun()
    [first, _second] = finishing()
    assert first["started"] == 2
    assert "Do you drink tea?" in [screen["title"] for screen in first["screens"]]


def test_without_any_the_form_is_ours() -> None:
    written(own(1, retired=True))
    response = begun()
    assert response.questionnaire_version == load_questionnaire().version
    assert response.started_at <= timezone.now()
