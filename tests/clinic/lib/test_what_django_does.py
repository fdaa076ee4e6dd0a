"""What of Django ours stands in for, or reaches into, is still as it was read when ours was written.

Another version of Django that changes one of these is no fault: read what it does now, compare it with ours beside it,
run the named tests, and write the new digest here. Most of these names are Django's own and it may change them in any
release, without a word.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.backends.sqlite3.operations import DatabaseOperations
from django.db.migrations.state import ProjectState
from django.db.migrations.utils import field_is_referenced
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.sql.compiler import SQLCompiler
from django.template.base import FilterExpression, NodeList, Variable, VariableNode, render_value_in_context
from django.template.defaulttags import ForNode, IfNode, URLNode
from django.template.loader_tags import IncludeNode
from django.template.loaders.cached import Loader

pytestmark = pytest.mark.pure
MIGRATING = "clinic/lib/lean_migrations.py (tests/clinic/lib/test_lean_migrations.py)"
DRAWING = "clinic/lib/lean_templates.py, lean_expressions.py (tests/clinic/lib/test_lean_templates.py)"
ROWS = "clinic/lib/kept_queries.py, made_of_rows.py (tests/clinic/lib/test_kept_queries.py, test_made_of_rows.py)"
MOMENTS = "clinic/audit/backends/sqlite3/base.py"
SESSIONS = "clinic/people/sessions.py"
STANDS_IN: dict[Callable[..., Any], tuple[str, str]] = {
    ProjectState.add_model: (MIGRATING, "8ba1235ceae2"),
    ProjectState.add_field: (MIGRATING, "074b4921fb3a"),
    ProjectState.remove_field: (MIGRATING, "9ac3c67ce181"),
    ProjectState.alter_field: (MIGRATING, "638b6275e218"),
    ProjectState._append_option: (MIGRATING, "f9de11e7fd6b"),
    ProjectState._remove_option: (MIGRATING, "3a5ea11976d3"),
    ProjectState._alter_option: (MIGRATING, "eaf81d2bcafc"),
    ProjectState._find_reload_model: (MIGRATING, "fff55cca5b1d"),
    ProjectState.reload_model: (MIGRATING, "c381c7527cc0"),
    ProjectState.reload_models: (MIGRATING, "a707dba45504"),
    ProjectState._reload: (MIGRATING, "849340d844b1"),
    field_is_referenced: (MIGRATING, "49a7a9ddb0f2"),
    Loader.get_template: (DRAWING, "3b2243a71557"),
    NodeList.render: (DRAWING, "e77036f5a3d3"),
    NodeList.get_nodes_by_type: (DRAWING, "f5062dcadc07"),
    VariableNode.render: (DRAWING, "4086242239ba"),
    render_value_in_context: (DRAWING, "823b719921b1"),
    IfNode.render: (DRAWING, "b4fcdfa82eba"),
    ForNode.render: (DRAWING, "d5a168ec0fcb"),
    IncludeNode.render: (DRAWING, "e72a516a37b8"),
    URLNode.render: (DRAWING, "762322665c6e"),
    FilterExpression.resolve: (DRAWING, "bd602ce5cdd7"),
    Variable._resolve_lookup: (DRAWING, "c18e7b830bd4"),
    Model.from_db: (ROWS, "eba347895d11"),
    Model.__init__: (ROWS, "2950c3a90d83"),
    ModelState: (ROWS, "1c36c15dcbfd"),
    DeferredAttribute.__get__: (ROWS, "65a82ffcdfba"),
    ModelIterable.__iter__: (ROWS, "c2a744b8c18e"),
    ValuesListIterable.__iter__: (ROWS, "0ae5e24afc01"),
    FlatValuesListIterable.__iter__: (ROWS, "d5ef4d1d9df2"),
    SQLCompiler.results_iter: (ROWS, "d279d61b80a3"),
    SQLCompiler.get_converters: (ROWS, "c6c8c1b71882"),
    SQLCompiler.apply_converters: (ROWS, "c034ce3e5090"),
    SQLCompiler.as_sql: (ROWS, "0f0b77905ec8"),
    DatabaseOperations.convert_datetimefield_value: (MOMENTS, "72a246bb7e13"),
    SQLiteCursorWrapper.convert_query: (MOMENTS, "183a4b3544fb"),
    SessionStore.load: (SESSIONS, "89d644d66ff7"),
    SessionStore._get_session_from_db: (SESSIONS, "775c8d22becd"),
}


def digest_of(theirs: Any) -> str:
    return hashlib.sha256(inspect.getsource(theirs).encode()).hexdigest()[:12]


@pytest.mark.parametrize("theirs", STANDS_IN, ids=lambda one: one.__qualname__)
def test_it_is_as_it_was_read(theirs: Any) -> None:
    ours, as_read = STANDS_IN[theirs]
    assert digest_of(theirs) == as_read, f"Django changed {theirs.__module__}.{theirs.__qualname__}: look at {ours}"


def test_a_change_is_noticed() -> None:
    def step(self: Any, app_label: str) -> None: ...

    def changed(self: Any, app_label: str, delay: bool = False) -> None: ...

    assert digest_of(step) != digest_of(changed)
