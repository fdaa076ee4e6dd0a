"""Each thing that a process keeps is known, and has an end: by what it is found again was read when it was listed."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType

import pytest

from clinic.lib.by_value import ByValue
from tests.support.kept_in_a_process import FOR_A_WHILE, NO_CACHE, OF_FILES, OF_ROWS, found, kept_in

pytestmark = pytest.mark.pure
# without a bound: as many as there are models, icons, numbers of rows on a page, kinds of a button or of a silence
FEW = {
    "clinic.audit.guards.declared",
    "clinic.audit.seals._stored",
    "clinic.audit.seals.columns",
    "clinic.people.templatetags.icons.drawn",
    "clinic.scheduling.closures._first_stuck",
    "clinic.scheduling.differences._first_differing",
    "intake.assessment.text.language._silences",
    "treatments.front.presenters.chart_rows._scores",
    "treatments.templatetags.plan_rows._drawn",
}


def test_each_is_in_one_list() -> None:
    listed = [one for names in (OF_ROWS, OF_FILES, FOR_A_WHILE, NO_CACHE) for one in names]
    assert len(listed) == len({*listed})
    assert found() - {*listed} == set(), "new: by what is it found again? Then list it"
    assert {*listed} - found() == set(), "gone"


def test_each_has_an_end() -> None:
    endless = set()
    for place in OF_ROWS | OF_FILES:
        module, _, name = place.rpartition(".")
        kept = vars(importlib.import_module(module)).get(name)
        if hasattr(kept, "cache_parameters") and kept.cache_parameters()["maxsize"] is None:
            endless.add(place)
    assert endless == FEW


def test_a_new_one_is_found_wherever_it_stands() -> None:
    module = ModuleType("clinic.made_up")

    @lru_cache(maxsize=2)
    def asked(_: str) -> None: ...

    @lru_cache(maxsize=2)
    def of_a_class(_: str) -> None: ...

    asked.__module__ = of_a_class.__module__ = module.__name__
    house = type("House", (), {"rooms": staticmethod(of_a_class), "__module__": module.__name__})
    vars(module).update(asked=asked, House=house, VALUES=ByValue(2), heap={}, word="none")
    text = "VALUES: ByValue[str] = ByValue(2)\nheap: dict[str, str] = {}\nword = 'none'\n"
    assert kept_in(module, text) == {f"clinic.made_up.{name}" for name in ("asked", "House.rooms", "VALUES", "heap")}
