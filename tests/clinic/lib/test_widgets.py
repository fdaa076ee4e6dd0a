"""Controls that are written directly are those of Django's own templates, to the byte."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from clinic.lib.widgets import DRAWN, Renderer
from tests.support.draws import drawn, some, text

OURS, DJANGOS = Renderer(), DjangoTemplates()
INPUTS = [
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput,
    forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.CheckboxInput, forms.Textarea,
]  # fmt: skip
GROUPED = [("", "-"), ("Body", [("L4", "L4 & L5"), (7, 1234567)]), (None, mark_safe("<i>so</i>")), (True, "yes")]
DAY = dt.date(2026, 11, 30)
ATTRS = ("class", "id", "data-x", "required")


def _value(chance: random.Random) -> Any:
    number = chance.choice((chance.randint(-9, 9), chance.randint(-(2**70), 2**70)))
    fraction = chance.choice((0.0, -0.0, 0.1, 1e22, 5e-324, float("inf"), float("-inf"), chance.uniform(-9999, 9999)))
    return chance.choice((None, True, False, DAY, number, fraction, text(chance, 12), text(chance, 12)))


def _attrs(chance: random.Random) -> dict[str, Any]:
    return {
        name: chance.choice((None, True, False, chance.randint(-9999, 9999), text(chance, 8), text(chance, 8)))
        for name in some(chance, ATTRS, len(ATTRS))
    }


def _chosen(chance: random.Random) -> Any:
    return chance.choice(("", "L4", 7, None, True, "x<y", ["L4", "7"]))


def both(widget: forms.Widget, value: Any, attrs: dict[str, Any]) -> tuple[str, str]:
    return widget.render("a<b", value, dict(attrs), OURS), widget.render("a<b", value, dict(attrs), DJANGOS)


@drawn(_value, _attrs)
def test_an_input_is_as_django_writes_it(value: Any, attrs: dict[str, Any]) -> None:
    """Each kind of input with each draw: drawing one costs more than writing all of them."""
    for kind in INPUTS:
        ours, djangos = both(kind(), value, attrs)
        assert ours == djangos, kind


@drawn(_chosen, _attrs, lambda chance: chance.random() < 0.5)
def test_a_select_is_as_django_writes_it(value: Any, attrs: dict[str, Any], several: bool) -> None:
    kind = forms.SelectMultiple if several else forms.Select
    ours, djangos = both(kind(choices=GROUPED), value, attrs)
    assert ours == djangos


def test_what_is_not_ours_is_left_to_django() -> None:
    class Option(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    for widget in (forms.RadioSelect(choices=GROUPED), forms.ClearableFileInput(), Option(choices=GROUPED)):
        ours, djangos = both(widget, "L4", {"id": "x"})
        assert ours == djangos


def test_every_template_named_is_one_that_django_uses() -> None:
    used = {kind().template_name for kind in [*INPUTS, forms.Select]} | {"django/forms/widgets/input.html"}
    assert used == set(DRAWN)
