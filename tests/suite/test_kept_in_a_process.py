"""Each thing that a process keeps is known, has an end, and is forgotten by ``empty``, which is as good
as its list (tests/support/emptied.py)."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType

import pytest

from clinic.lib.by_value import ByValue
from tests.support import emptied

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
    lists = (emptied.OF_ROWS, emptied.OF_FILES, emptied.FOR_A_WHILE, emptied.NO_CACHE)
    listed = [one for names in lists for one in names]
    assert len(listed) == len({*listed})
    assert emptied.found().keys() - {*listed} == set(), "new: add it to tests/support/emptied.py"
    assert {*listed} - emptied.found().keys() == set(), "gone"


def test_each_has_an_end() -> None:
    endless = set()
    for place in emptied.OF_ROWS | emptied.OF_FILES:
        module, _, name = place.rpartition(".")
        kept = vars(importlib.import_module(module)).get(name) if module else None
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
    assert emptied.kept_in(module, text).keys() == {
        f"clinic.made_up.{name}" for name in ("asked", "House.rooms", "VALUES", "heap")
    }


def test_empty_forgets() -> None:
    from intake.own_form import LAID
    from intake.questionnaire.load import load_questionnaire

    form = load_questionnaire()
    LAID.get("a", (), lambda: form)
    emptied.empty()
    assert not LAID._found and load_questionnaire() is form
