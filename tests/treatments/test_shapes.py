"""What a form keeps under the names of its fields has a place in the shape of what it edits: cast, so tested."""

from __future__ import annotations

from typing import Any

import pytest

from treatments.planner.treatment import shapes, visit_shapes
from treatments.plans.forms import items
from treatments.visits.forms import page

VISIT: list[tuple[type[page.PartForm[Any]], Any]] = [
    (page.StartForm, visit_shapes.StartJson),
    (page.StageForm, visit_shapes.ChartedStage),
    (page.PointForm, visit_shapes.ChartedPoint),
    (page.ElectroForm, visit_shapes.ChartedElectro),
    (page.AdjunctForm, visit_shapes.ChartedAdjunct),
    (page.EarForm, visit_shapes.ChartedEar),
    (page.CloseForm, visit_shapes.CloseJson),
    (page.UnsaidForm, visit_shapes.UnsaidJson),
]
PLAN: list[tuple[type[items.ItemForm[Any, Any]], Any]] = [
    (items.ElectroForm, shapes.ElectroFields),
    (items.AdjunctForm, shapes.AdjunctFields),
    (items.HomeCareForm, shapes.HomeCareFields),
    (items.DoseForm, shapes.DoseFields),
    (items.PrincipleForm, items.PrincipleFields),
]


def keys(shape: Any) -> set[str]:
    return set(shape.__required_keys__ | shape.__optional_keys__)


def test_every_form_of_a_visit_is_here() -> None:
    assert {form for form, _ in VISIT} == set(page.PartForm.__subclasses__())


@pytest.mark.parametrize(("form", "shape"), VISIT, ids=lambda one: one.__name__)
def test_what_a_form_of_a_visit_keeps_is_in_the_record(form: type[page.PartForm[Any]], shape: Any) -> None:
    shown = form()
    fields = set(shown.fields)
    assert fields >= set(shown.OTHERWISE)
    assert fields - set(shown.OTHERWISE) <= keys(shape)


@pytest.mark.parametrize(("form", "shape"), PLAN, ids=lambda one: one.__name__)
def test_what_a_form_of_a_plan_gives_is_of_the_item(form: type[items.ItemForm[Any, Any]], shape: Any) -> None:
    assert form.fields_of_item is items.ItemForm.fields_of_item
    assert set(form().fields) == keys(shape)


def test_a_form_of_a_plan_that_reads_for_itself_is_not_cast() -> None:
    cast = {form for form in items.ItemForm.__subclasses__() if "fields_of_item" not in vars(form)}
    assert cast == {form for form, _ in PLAN}
