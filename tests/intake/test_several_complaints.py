"""A form about several complaints: each is asked about by name, and nothing said of one is read as said of another."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from intake.actions import answers as actions
from intake.actions import assessment as assessing
from intake.case_building import build_case, case_data
from intake.models import Assessment, Episode, IntakeResponse, Invitation, RedFlagAlert, Score
from intake.models.kept import links_that_differ
from intake.presenters.response import summary
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own_words import WORDS, row_of
from intake.questionnaire.several import ABOUT, named
from intake.questionnaire.values import About
from intake.reading import reading_of
from intake.signs_so_far import cases_of_answers
from tests.factories.intake import PLAIN, ResponseFactory
from tests.factories.people import UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.intake_page import Tab
from tests.support.page_text import page_text
from treatments.plans.actions.episodes import close

Q = load_questionnaire()
WOMAN = About(age=40, sex="female", birth_known=True, sex_known=True, on=dt.date(2026, 6, 1))
BLOCK = ("duration", "pain_now", "pain_average", "pain_worst", "onset", "quality")
COMMON = {key: value for key, value in PLAIN.items() if key not in (*BLOCK, "where", "signs", "complaint")}
NECK = {
    "head_neck_new": ["none"],
    "head_neck_kind": ["none"],
    "neck_arms": ["none"],
    "neck_injury": ["none"],
    "neck_signs": ["none"],
    "neck_side": "left",
    "duration--neck": {"number": 3, "unit": "days"},
    "pain_now--neck": 8,
    "pain_average--neck": 7,
    "pain_worst--neck": 9,
    "onset--neck": ["cold"],
    "quality--neck": ["burning"],
}
BACK = {
    "where--place": ["low_back_left"],
    "signs": ["none"],
    "duration--place": {"number": 2, "unit": "years"},
    "pain_now--place": 2,
    "pain_average--place": 3,
    "pain_worst--place": 4,
    "worse--place": ["sitting"],
    "quality--place": ["stiff"],
}
TICKED = [option.id for question in Q.questions if question.id == "complaint" for option in question.options]
BOTH: dict[str, Any] = {**COMMON, "complaint": ["neck", "place"], **NECK, **BACK}


def sent(**answers: Any) -> IntakeResponse:
    response = ResponseFactory(complete=True)
    response.answers = {**BOTH, **answers}
    response.save()
    return actions.submit(response.pk)


def of(response: IntakeResponse) -> tuple[Episode, Episode]:
    neck, back = Episode.objects.filter(patient=response.patient).order_by("id")
    assert (neck.complaint, back.complaint) == ("neck", "back")
    return neck, back


# ---------------------------------------------------------------------------------------------------------- the form


@pytest.mark.pure
def test_every_screen_about_a_complaint_names_it() -> None:
    reading = read(Q, {"complaint": ["neck", "place"]}, WOMAN)
    titles = {screen.id: screen.title for screen in reading.screens}
    assert titles["strength--neck"] == "Neck: Since when, how strong?"
    assert titles["strength--place"] == "Back, hip or leg: Since when, how strong?"
    ids = [*titles]
    assert ids.index("worse--neck") < ids.index("strength--place")  # all about the one, then all about the other
    assert len(set(ids)) == len(ids) and ids.count("head_neck") == ids.count("safety_now") == 1
    asked = [question.id for question in reading.questions]
    assert len(set(asked)) == len(asked) and {"saddle_numbness", "neck_arms", "signs"} <= {*asked}


@pytest.mark.pure
def test_a_complaint_alone_is_asked_as_ever() -> None:
    for about in (["neck"], "neck"):
        reading = read(Q, {"complaint": about}, WOMAN)
        assert not reading.each and not any("--" in screen.id or screen.about for screen in reading.screens)


@pytest.mark.pure
def test_of_three_complaints_the_first_is_asked_whole_and_of_the_others_danger_place_and_strength() -> None:
    answers = {"complaint": ["neck", "place", "knee"], "onset--knee": ["accident"], "pain_now--knee": 4}
    reading = read(Q, answers, WOMAN)
    asked = {screen.id: [named(q.id) for q in screen.questions] for screen in reading.screens if screen.about}
    assert asked["onset--neck"] == ["onset", "course", "investigated"] and "quality--neck" in asked
    assert asked["onset--knee"] == asked["onset--place"] == ["investigated"]
    assert asked["knee_more"] == ["knee_side", "knee_where"]
    assert not {"quality--knee", "quality--place", "worse--knee", "weather--place"} & asked.keys()
    said = {screen.id: screen.intro for screen in reading.screens}
    assert said["onset--knee"] == said["onset--place"] == "The rest about this is asked at your visit."
    assert said["worse--neck"] == "The rest about this is asked at your visit."  # when it is worse, of three
    knee = reading.each["knee"]
    assert knee.numbers["pain_now"] == 4
    assert "onset.accident" not in knee.findings  # answered when it was the first: not asked now, so not counted
    again = read(Q, {**answers, "complaint": ["knee", "neck"]}, WOMAN)
    assert again.each["knee"].findings["onset.accident"]


DANGERS = ("flag.", "condition.")


@pytest.mark.thorough
@pytest.mark.pure
@pytest.mark.parametrize("about", [WOMAN, About(60, "female", True, True), About(58, "male", True, True)])
def test_nothing_that_tells_danger_and_nothing_required_is_left_out_for_others(about: About) -> None:
    """What one complaint alone is asked and tells danger is asked of two and three, too, wherever they stand."""
    said = {"general": ["cancer"], "pregnancy": "yes", "sport": "yes", "duration": {"number": 9, "unit": "years"}}
    told = {f"duration--{one}": said["duration"] for one in TICKED}

    def asks(*ticked: str) -> set[str]:
        reading = read(Q, {**said, **told, "complaint": [*ticked]}, about)
        return {
            finding
            for q in reading.questions
            for finding in (q.findings if not q.required else (*q.findings, named(q.id)))
            if finding.startswith(DANGERS) or q.required
        }

    alone = {one: asks(one) for one in TICKED}
    for count in (2, 3):
        for ticked in permutations(TICKED, count):
            missing = set().union(*(alone[one] for one in ticked)) - asks(*ticked)
            assert not missing, ticked


@pytest.mark.pure
def test_a_count_is_not_known_while_it_depends_on_what_was_not_asked() -> None:
    """A back that is not the worst: how it began is not asked, so a "no" is said only where it cannot be."""
    young = About(age=30, sex="male", birth_known=True, sex_known=True, on=dt.date(2026, 6, 1))
    years = {"number": 2, "unit": "years"}
    back = {"duration--place": years, "duration--neck": years, "eases--place": ["movement"]}
    for ticked, known in ((["night"], None), (["none"], False), (["night", "not_rest"], True)):
        reading = read(Q, {"complaint": ["neck", "place"], **back, "inflammation": ticked}, young)
        assert reading.each["place"].findings.get("flag.inflammatory_back") is known, ticked


@pytest.mark.pure
def test_no_number_and_no_finding_of_one_is_read_as_that_of_the_other() -> None:
    reading = read(Q, BOTH, WOMAN)
    neck, back = reading.each["neck"], reading.each["place"]
    assert (neck.numbers["pain_now"], back.numbers["pain_now"]) == (8, 2)
    assert (neck.numbers["duration_days"], back.numbers["duration_days"]) == (3, 730)
    assert not reading.numbers
    assert neck.findings["quality.burning"] and not back.findings["quality.burning"]
    assert back.findings["worsened_by.sitting"] and not neck.findings.get("worsened_by.sitting")
    assert neck.findings["side.left"] and neck.findings["site.neck"] and neck.findings["complaint.neck"]
    assert {"complaint.neck", "site.neck"}.isdisjoint(back.findings)  # nor denied: the neck hurts, too
    assert neck.findings["flag.fever"] is back.findings["flag.fever"] is False  # asked once, true of both
    assert "flag.saddle_numbness" not in neck.findings


@pytest.mark.pure
def test_a_sign_of_two_complaints_is_asked_with_one_and_known_of_both() -> None:
    answers = {"complaint": ["neck", "shoulder"], "neck_signs": ["none"]}
    older = About(age=60, sex="female", birth_known=True, sex_known=True, on=dt.date(2026, 6, 1))
    for ticked, present in ((["none"], False), (["both"], True)):
        reading = read(Q, {**answers, "shoulder_signs": ticked}, older)
        asking = [q.id for q in reading.questions if any(f == "flag.pmr_signs" for o in q.options for f, _ in o.sets)]
        assert asking == ["shoulder_signs"]
        assert [one.findings["flag.pmr_signs"] for one in reading.each.values()] == [present, present]
    reading = read(Q, answers, older)
    assert not any("flag.pmr_signs" in one.findings for one in reading.each.values())  # not answered: not known


@pytest.mark.pure
def test_words_about_how_it_feels_are_asked_of_each_and_danger_in_them_counts_for_both() -> None:
    answers = {**BOTH, "reason": "It burns, and I have a pacemaker"}
    said = {
        finding: row_of("yes", {"reason": ["word"]}, answers)
        for finding in ("quality.heavy", "condition.pacemaker", "flag.investigated_clear")
    }
    reading = read(Q, {**answers, WORDS: said}, WOMAN)
    for one in reading.each.values():
        assert one.findings["condition.pacemaker"]
        assert not one.findings.get("quality.heavy") and not one.findings.get("flag.investigated_clear")
    assert {"quality--neck", "quality--place"} <= {question.id for question in reading.questions}


@pytest.mark.django_db
def test_what_was_said_of_a_neck_stays_said_of_it_whatever_is_ticked_later() -> None:
    old = {**PLAIN, "complaint": "neck", "pain_now": 8}  # a draft of before several could be chosen
    phone = phone_with(ResponseFactory(answers=old))
    mine = IntakeResponse.objects.get()
    assert "checked" in phone.get("/i/step/about/").content.decode()
    page = Tab(phone, "about")
    page.go({"complaint": ["neck", "place"], "complaint.first": "place"})
    mine.refresh_from_db()
    assert mine.answers["complaint"] == ["place", "neck"] and mine.answers[ABOUT] == "neck"
    reading = reading_of(IntakeResponse.objects.get())
    assert reading.each["neck"].numbers["pain_now"] == 8 and "pain_now" not in reading.each["place"].numbers
    assert "pain_now--place" in {question.id for question in reading.missing}
    Tab(phone, "strength--place").save({"pain_now--place": "3"})
    Tab(phone, "about").go({"complaint": ["place"]})  # the neck is unticked ...
    reading = reading_of(IntakeResponse.objects.get())
    assert [one.numbers["pain_now"] for one in reading.each.values()] == [3]
    assert not reading.findings["site.neck"]
    Tab(phone, "about").go({"complaint": ["place", "neck"], "complaint.first": "neck"})  # ... and ticked again
    reading = reading_of(IntakeResponse.objects.get())
    assert {one: said.numbers["pain_now"] for one, said in reading.each.items()} == {"neck": 8, "place": 3}
    assert [*reading.each] == ["neck", "place"]


@pytest.mark.django_db
def test_of_several_the_worst_is_asked_for_and_more_than_three_are_refused() -> None:
    phone = phone_with(ResponseFactory(answers={"reason": "much"}))
    page = Tab(phone, "about")
    asked = page.go({"complaint": ["neck", "place"]})
    assert asked.status_code == 422 and "Which of these is the worst?" in page_text(asked)
    four = page.go({"complaint": ["neck", "place", "knee", "headache"], "complaint.first": "neck"})
    assert four.status_code == 422 and "Please tick at most 3." in page_text(four)
    assert "complaint" not in IntakeResponse.objects.get().answers
    assert page.go({"complaint": ["neck", "place"], "complaint.first": "place"}).status_code == 302


@pytest.mark.django_db
def test_a_page_opened_before_the_complaint_was_named_tells_nothing_of_either() -> None:
    phone = phone_with(ResponseFactory(answers={"reason": "it hurts"}))
    early = Tab(phone, "strength")
    Tab(phone, "about").go({"complaint": ["neck", "place"], "complaint.first": "neck"})
    early.save({"pain_now": "9"})
    assert "pain_now" not in IntakeResponse.objects.get().answers


@pytest.mark.django_db
def test_the_check_page_says_of_each_answer_which_complaint_it_is_about() -> None:
    shown = page_text(phone_with(ResponseFactory(answers=BOTH)).get("/i/check/"))
    assert "<dt>Neck: Average, last 7 days</dt> <dd><span>7 of 10</span>" in shown
    assert "<dt>Back, hip or leg: Average, last 7 days</dt> <dd><span>3 of 10</span>" in shown


# ------------------------------------------------------------------------------------------------------ when it is sent


@pytest.mark.django_db
def test_two_complaints_are_opened_each_with_its_own_scores_and_its_own_case() -> None:
    response = sent()
    neck, back = of(response)
    scores = {(s.episode_id, s.measure): int(s.value) for s in Score.objects.filter(patient=response.patient)}
    assert scores[neck.pk, "nrs_now"] == 8 and scores[back.pk, "nrs_now"] == 2
    assert {measure for _, measure in scores} == {"nrs_now", "nrs_average", "nrs_worst"}  # the rest at the visit
    cases = {}
    for episode in (neck, back):
        draft = assessing.open_draft(patient=response.patient, by=UserFactory(practitioner=True), episode=episode)
        cases[episode.complaint] = build_case(response.patient, draft, today=timezone.localdate())
    assert (cases["neck"].complaint.id, cases["back"].complaint.id) == ("neck", "back")
    assert (cases["neck"].complaint.pain_worst, cases["back"].complaint.pain_worst) == (9, 4)
    assert cases["back"].is_present("site.low_back") and not cases["back"].is_present("site.neck")
    assert not cases["neck"].is_present("site.low_back")


@pytest.mark.django_db
def test_danger_told_of_one_counts_for_both_and_what_explains_it_does_not() -> None:
    response = sent(neck_arms=["weaker"], **{"investigated--neck": "clear"})
    neck, back = of(response)
    assert {row.flag for row in RedFlagAlert.objects.filter(response=response)} == {"flag.arm_weak_progressive"}
    data = {
        one.complaint: case_data(response.patient, None, today=timezone.localdate(), episode=one)
        for one in (neck, back)
    }
    for one in data.values():
        assert one["findings"]["flag.arm_weak_progressive"]
    assert data["neck"]["findings"]["flag.investigated_clear"]
    assert "flag.investigated_clear" not in data["back"]["findings"]


@pytest.mark.django_db
def test_what_was_not_found_where_it_was_told_does_not_stop_the_other() -> None:
    response = sent(neck_arms=["weaker"])
    neck, back = of(response)
    petra = UserFactory(practitioner=True)
    drafts = [assessing.open_draft(patient=response.patient, by=petra, episode=one) for one in (neck, back)]
    Assessment.objects.filter(pk=drafts[0].pk).update(findings={"flag.arm_weak_progressive": False})
    case = build_case(response.patient, drafts[1], today=timezone.localdate())
    assert not case.is_present("flag.arm_weak_progressive")
    Assessment.objects.filter(pk=drafts[0].pk).update(findings={})
    assert build_case(response.patient, drafts[1], today=timezone.localdate()).is_present("flag.arm_weak_progressive")


@pytest.mark.django_db
def test_signs_of_every_pack_are_judged_while_the_form_is_filled_in() -> None:
    response = ResponseFactory(answers={**BOTH, "saddle_numbness": "yes", "head_neck_kind": ["stroke"]})
    assert [case.complaint.id for case in cases_of_answers(response, today=timezone.localdate())] == ["neck", "back"]
    response = actions.save_answers(response.pk, values={"neck_side": "right"})
    raised = {row.flag for row in RedFlagAlert.objects.filter(response=response)}
    assert raised == {"flag.saddle_numbness", "flag.face_arm_speech"}


@pytest.mark.django_db
def test_a_complaint_named_anew_keeps_its_answers() -> None:
    response = sent()
    _neck, back = of(response)
    Episode.objects.filter(pk=back.pk).update(complaint="knee")  # what was drawn is a knee, the practitioner found
    back.refresh_from_db()
    data = case_data(response.patient, None, today=timezone.localdate(), episode=back)
    assert data["complaint"]["pain_now"] == 2


@pytest.mark.django_db
def test_of_a_complaint_that_the_answers_are_not_about_nothing_is_known_but_the_person() -> None:
    response = sent()
    sleep = Episode.objects.create(patient=response.patient, complaint="sleep_stress")
    data = case_data(response.patient, None, today=timezone.localdate(), episode=sleep)
    assert data["complaint"].get("pain_now") is None and data["complaint"].get("duration_days") is None
    assert "site.neck" not in data["findings"] and data["findings"]["flag.fever"] is False


@pytest.mark.django_db
def test_a_link_waits_until_both_are_taken_up_or_closed() -> None:
    response = sent()
    neck, back = of(response)
    petra = UserFactory(practitioner=True)

    def waits() -> bool:
        assert not links_that_differ().exists()
        return not Invitation.objects.get(pk=response.invitation_id).is_assessed

    assert waits()
    draft = assessing.open_draft(patient=response.patient, by=petra, episode=neck)
    assert waits()
    assessing.open_draft(patient=response.patient, by=petra, episode=back)
    assert not waits()
    assessing.set_aside(assessment_id=draft.pk, code="mistake", note="", by=petra)
    assert waits()
    close(episode=neck, code="better", note="", by=petra)
    assert not waits()


@pytest.mark.django_db
def test_the_practitioner_reads_each_complaint_apart() -> None:
    response = sent()
    page = summary(response)
    neck, back = page["each"]
    assert (neck["name"], back["name"]) == ("Neck", "Back, hip or leg")
    assert "8 now" in " ".join(neck["story"]) and "2 now" in " ".join(back["story"])
    assert neck["body"] is None and back["body"]["marks"]
    assert {row["value"] for row in neck["measures"]} >= {7.0, 9.0} and not {3.0, 4.0} & {
        row["value"] for row in neck["measures"]
    }
    assert page["story"] == []
    assert "Roland-Morris" in page["each"][1]["not_asked"] and "How did it begin? It began" in back["not_asked"]
    assert "PHQ-2" in page["not_asked"] and "PHQ-2" not in back["not_asked"]
    assert "Roland-Morris" not in page["unanswered"]  # not asked is not the same as not answered
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    shown = page_text(client.get(f"/intakes/{response.pk}/"))
    assert "Not asked, left to the visit: How did it begin? It began" in shown
    assert "Neck: Average, last 7 days" in shown and "Back, hip or leg: Average, last 7 days" in shown
