"""A new measure is one file: it is asked at the review, kept, judged, drawn and shown with no change of the program."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.lib.knowledge_files import KnowledgeError
from intake.models import Score
from intake.questionnaire import instruments
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text
from treatments.front.presenters import chart
from treatments.planner.outcomes.measures import change
from treatments.planner.outcomes.reevaluation import progress

pytestmark = pytest.mark.django_db
LICENCE = """
licence = "made up for a test"
licence_url = ""
licence_checked_on = "2026-11-29"
credit_line = "Nobody, 2026."
embeddable = true
confidence = "DESIGN"
change_that_matters = "4 points"
"""
STEPS = """
id = "steps"
name = "Steps that can be climbed at once"
short = "Steps climbed"
order = 45
scoring = "sum"
items = ["How many steps can you climb before you must rest?"]
minimum = 5
maximum = 45
higher_is_better = true
decides = "function"
rank = 2
curve = "On the stairs"
sources = ["DESIGN"]
"""
SHAPES = """
[change]
points = 4
worse = 4
[review]
ask = "number"
label = "Steps at once"
"""
TICKED = """
id = "garden"
name = "Work in the garden"
short = "Garden"
order = 200
scoring = "ticked"
items = ["I do not dig.", "I do not weed.", "I do not mow."]
maximum = 3
sources = ["DESIGN"]
"""
TICKS = """
[review]
ask = "statements"
label = "Garden total"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The registry in a folder of its own, with the measures of the program."""
    shutil.copytree(instruments.FOLDER / "instruments", tmp_path / "instruments")
    monkeypatch.setattr(instruments, "FOLDER", tmp_path)
    return tmp_path


def add(folder: Path, name: str, text: str) -> None:
    (folder / "instruments" / f"{name}.toml").write_text(text, "utf-8")


def test_a_new_measure_is_asked_kept_judged_drawn_and_shown(folder: Path, client: Client) -> None:
    add(folder, "steps", STEPS + LICENCE + SHAPES)
    patient, petra = PatientFactory(), UserFactory(practitioner=True)
    client.force_login(petra)
    page = reverse("outcomes:patient", args=[patient.pk])
    assert "Steps at once, 5–45" in page_text(client.get(page))
    assert client.post(page, {"steps": "4", "filled_by": "staff"}).status_code == 422  # not on this scale
    assert client.post(page, {"steps": "12", "filled_by": "staff"}).status_code == 302
    first = Score.objects.get(measure="steps")
    Score.objects.filter(pk=first.pk).update(taken_at=timezone.now() - dt.timedelta(days=20))
    assert client.post(page, {"steps": "20", "filled_by": "staff"}).status_code == 302

    text = page_text(client.get(page))
    assert "On the stairs" in text and "Higher is" in text  # its curve
    assert 'data-name="Steps climbed"' in client.get(page).content.decode()  # its column of the table
    assert "Steps climbed 12 to 20 (+8): improved." in text  # its verdict
    assert "4 points of Steps climbed" in text
    assert [
        curve["name"] for curve in chart.page_of(patient, is_clinical=True, now=timezone.now())["clinical"]["curves"]
    ] == ["Steps climbed"]


def test_it_decides_about_the_course_where_it_says_so(folder: Path) -> None:
    add(folder, "steps", STEPS + LICENCE + SHAPES)
    asked = {"stage": "chronic", "sessions_done": 5, "sessions_planned": 10}
    better, worse = progress({"steps": [12.0, 20.0]}, **asked), progress({"steps": [20.0, 12.0]}, **asked)
    assert (better.kind, worse.kind) == ("continue", "change_once")
    assert "Steps climbed" in better.text
    leading = progress({"steps": [12.0, 20.0], "rmdq": [10.0, 16.0]}, **asked)
    assert [c.verdict for c in leading.changes] == ["worse", "responder"] and leading.kind == "change_once"
    assert change("steps", 12, 14).verdict == "same"


def test_a_new_form_of_statements_is_ticked_or_typed(folder: Path, client: Client) -> None:
    add(folder, "garden", TICKED + LICENCE + TICKS)
    patient = PatientFactory()
    client.force_login(UserFactory(practitioner=True))
    page = reverse("outcomes:patient", args=[patient.pk])
    text = page_text(client.get(page))
    assert "Garden, 3 statements" in text and "I do not weed." in text and "Nobody, 2026." in text
    both = {"garden": "1", "garden_ticks": ["1", "3"], "filled_by": "patient"}
    assert client.post(page, both).status_code == 422
    client.post(page, {"garden_ticks": ["1", "3"], "filled_by": "patient"})
    assert Score.objects.get(measure="garden").value == 2


def test_what_the_registry_does_not_know_is_no_measure(folder: Path) -> None:
    score = Score(patient=PatientFactory(), measure="steps", value=12, occasion="review", filled_by="staff")
    with pytest.raises(ValidationError, match="no measure"):
        score.full_clean()
    add(folder, "steps", STEPS + LICENCE + SHAPES)
    instruments._load.cache_clear()
    score.full_clean(exclude=["taken_at"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "steps"', 'id = "stairs"', "instruments/steps.toml: id: 'stairs' must be the name of the file"),
        ("order = 45", "order = 10", "instruments/steps.toml: order: 10 is taken by another measure"),
        ("minimum = 5", "minimum = 50", "instruments/steps.toml: minimum: must be below maximum"),
        ("rank = 2", "rank = 2\ndrawn_beside = 'rmdk'", "drawn_beside: no measure named rmdk; the nearest is 'rmdq'"),
        ('decides = "function"', 'decides = "word"', "instruments/steps.toml: word: needed where"),
        ('decides = "function"', 'decides = "screen"', "instruments/steps.toml: positive_from: needed where"),
        ('ask = "number"', 'ask = "statements"', "instruments/steps.toml: review.ask: statements need"),
        ('ask = "number"', 'ask = "choice"', "instruments/steps.toml: review.ask: a choice needs"),
        ('ask = "number"', 'ask = "rows"', "instruments/steps.toml: review.ask: rows need"),
        ("worse = 4", "worse = 4\nrecovered = 3", "change.recovered: is told only of scales on which lower is better"),
        ("worse = 4", "wurse = 4", "change.wurse: unknown key; the nearest is 'worse'"),
    ],
)
def test_a_measure_that_does_not_hang_together_is_refused(folder: Path, old: str, new: str, told: str) -> None:
    text = STEPS + LICENCE + SHAPES
    assert old in text
    add(folder, "steps", text.replace(old, new))
    with pytest.raises(KnowledgeError) as caught:
        instruments.load_instruments(folder)
    assert told in str(caught.value)
