"""What existed before complaints were kept apart: forwards, backwards and forwards again, on a full table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clinic.audit import guards
from clinic.lib.lean_migrations import lean

pytestmark = [pytest.mark.django_db(transaction=True)]
BEFORE = [("intake", "0021_screen_stays"), ("treatments", "0013_undo_steps")]
NOW = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    with lean():  # as `manage.py migrate`
        executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def newest() -> list[tuple[str, str]]:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    return [leaf for leaf in leaves if leaf[0] in ("intake", "treatments")]


@pytest.fixture
def old() -> Iterator[Any]:
    try:
        yield Old(migrate(BEFORE))
    finally:
        migrate(newest())
        guards.keep_standing(connection)


class Old:
    """Rows as they were."""

    def __init__(self, apps: Any) -> None:
        self.apps, self.count = apps, 0
        self.by = self.model("people.User").objects.create(email="petra@mail.example", name="Petra")

    def model(self, label: str) -> Any:
        return self.apps.get_model(label)

    def patient(self) -> Any:
        return self.model("people.Patient").objects.create(given_name="Ana", family_name="Ito")

    def sent(self, patient: Any, said: str | None, at: dt.datetime) -> Any:
        self.count += 1
        link = self.model("intake.Invitation").objects.create(
            patient=patient, token_hash=f"h{self.count}", created_by=self.by, expires_at=at
        )
        return self.model("intake.IntakeResponse").objects.create(
            patient=patient, invitation=link, questionnaire_version="1", submitted_at=at, consent_at=at,
            answers={"complaint": said} if said else {},
        )  # fmt: skip

    def assessed(self, patient: Any, response: Any, status: str, **findings: bool) -> Any:
        is_signed = status in ("signed", "superseded")
        return self.model("intake.Assessment").objects.create(
            patient=patient, response=response, status=status, created_by=self.by,
            findings={name.replace("__", "."): value for name, value in findings.items()},
            signed_by=self.by if is_signed else None, signed_at=NOW if is_signed else None,
        )  # fmt: skip

    def planned(self, assessment: Any, status: str, version: int) -> Any:
        proposal = self.model("treatments.Proposal").objects.create(
            patient=assessment.patient, assessment=assessment, case={}, result={}, knowledge_version="1",
            created_by=self.by,
        )  # fmt: skip
        is_signed = status in ("signed", "superseded")
        return self.model("treatments.TreatmentPlan").objects.create(
            patient=assessment.patient, proposal=proposal, version=version, treatment={}, status=status,
            created_by=self.by, signed_by=self.by if is_signed else None, signed_at=NOW if is_signed else None,
        )  # fmt: skip

    def scored(self, patient: Any) -> Any:
        return self.model("intake.Score").objects.create(
            patient=patient, measure="nrs_now", value=4, occasion="intake", filled_by="patient"
        )


def test_each_record_gets_the_complaint_it_was_about_and_nothing_is_lost(old: Old) -> None:
    plain = old.patient()  # one form of before it was asked, one course
    first = old.assessed(plain, old.sent(plain, None, NOW - 9 * DAY), "signed")
    plan = old.planned(first, "signed", 1)
    score = old.scored(plain)
    two = old.patient()  # a knee, then later the back: the knee's plan was superseded
    knee = old.assessed(two, old.sent(two, "knee", NOW - 90 * DAY), "superseded")
    knee_plan = old.planned(knee, "superseded", 1)
    back = old.assessed(two, old.sent(two, "place", NOW - 9 * DAY), "signed")
    back_plan = old.planned(back, "signed", 2)
    two_score = old.scored(two)
    ticked = old.patient()  # the practitioner outranks the form
    corrected = old.assessed(ticked, old.sent(ticked, "elsewhere", NOW), "draft", complaint__knee=True)
    bare = old.patient()  # without a form
    alone = old.assessed(bare, None, "draft")
    third = old.patient()  # comes up again on the way back
    older = old.planned(old.assessed(third, old.sent(third, "place", NOW), "signed"), "signed", 1)

    apps = migrate(newest())
    Assessment, Plan, Score = (
        apps.get_model(label) for label in ("intake.Assessment", "treatments.TreatmentPlan", "intake.Score")
    )
    about = {one.pk: one.episode for one in Assessment.objects.select_related("episode")}
    assert about[first.pk].complaint == "back" and about[first.pk].closed_at is None
    assert about[knee.pk].complaint == "knee" and about[knee.pk].closed_code == "earlier"
    assert about[back.pk].complaint == "back" and about[back.pk].closed_at is None
    assert about[corrected.pk].complaint == "knee" and about[alone.pk].complaint == ""
    plans = dict(Plan.objects.values_list("pk", "episode"))
    expected = {plan.pk: about[first.pk].pk, knee_plan.pk: about[knee.pk].pk, back_plan.pk: about[back.pk].pk}
    assert plans.pop(older.pk) and plans == expected
    assert Score.objects.get(pk=score.pk).episode_id == about[first.pk].pk
    assert Score.objects.get(pk=two_score.pk).episode_id is None  # of two complaints nobody knows which
    assert guards.missing(connection) == []
    back_again_a_patient_has_one_of_each_in_force(old, apps, third, older)


def back_again_a_patient_has_one_of_each_in_force(old: Old, apps: Any, patient: Any, older: Any) -> None:
    """On from the test above: each step over all these migrations takes seconds."""
    Episode, Assessment, Plan = (
        apps.get_model(label) for label in ("intake.Episode", "intake.Assessment", "treatments.TreatmentPlan")
    )
    other = Episode.objects.create(patient_id=patient.pk, complaint="knee")
    signed = {"signed_by_id": old.by.pk, "signed_at": NOW, "created_by_id": old.by.pk, "status": "signed"}
    second = Assessment.objects.create(patient_id=patient.pk, episode=other, **signed)
    proposal = apps.get_model("treatments.Proposal").objects.create(
        patient_id=patient.pk, assessment=second, case={}, result={}, knowledge_version="1", created_by_id=old.by.pk
    )
    newer = Plan.objects.create(
        patient_id=patient.pk, episode=other, proposal=proposal, version=1, treatment={}, **signed
    )
    for _ in range(2):
        drafted = Episode.objects.create(patient_id=patient.pk)
        Assessment.objects.create(patient_id=patient.pk, episode=drafted, created_by_id=old.by.pk)

    before = migrate(BEFORE)
    rows = before.get_model("treatments.TreatmentPlan").objects.filter(patient_id=patient.pk).order_by("pk")
    assert [(one.pk, one.status, one.version) for one in rows] == [
        (older.pk, "superseded", 1), (newer.pk, "signed", 2)
    ]  # fmt: skip
    found = before.get_model("intake.Assessment").objects.filter(patient_id=patient.pk).order_by("pk")
    assert [*found.values_list("status", flat=True)] == ["superseded", "signed", "set_aside", "draft"]

    again = migrate(newest())
    assert again.get_model("treatments.TreatmentPlan").objects.filter(episode=None).count() == 0
