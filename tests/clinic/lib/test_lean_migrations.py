"""Migrating with fewer models made anew leaves the tables that Django leaves, forwards and backwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from django.apps import apps as current
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from clinic.lib import lean_migrations

pytestmark = pytest.mark.django_db(transaction=True)  # SQLite alters no table inside a transaction
seen: list[Any] = []


def fill(apps: Any, schema_editor: Any) -> None:
    House, Guest = apps.get_model("made_up.House"), apps.get_model("made_up.Guest")
    guest = Guest.objects.create(name="Ana", house=House.objects.create(name="Elm"))
    seen.append((House.objects.get(guests=guest).name, [*House._meta.get_field("guests").related_model.objects.all()]))


def key(to: str, kind: type[models.ForeignKey] = models.ForeignKey, **more: Any) -> Any:
    return kind(f"made_up.{to}", models.CASCADE, **more)


def tables() -> list[Any]:
    number = ("id", models.BigAutoField(primary_key=True))
    name = ("name", models.CharField(max_length=20))
    friends = ("friends", models.ManyToManyField("made_up.Guest", related_name="+"))
    parent = ("house_ptr", key("House", models.OneToOneField, parent_link=True, primary_key=True))
    one, alter, add = migrations, migrations.AlterField, migrations.AddField
    return [
        one.CreateModel("House", [number, name]),
        one.CreateModel("Guest", [number, name, ("house", key("House", related_name="guests"))]),
        one.CreateModel("Stay", [number, ("guest", key("Guest")), friends]),
        one.CreateModel("Suite", [parent, ("view", models.TextField())], bases=("made_up.house",)),
        add("House", "street", models.CharField(max_length=9, default="")),
        one.RunPython(fill, one.RunPython.noop),
        add("Guest", "host", key("Guest", null=True)),
        add("Stay", "house", key("House", null=True)),
        alter("Guest", "name", models.CharField(max_length=40, unique=True)),
        alter("Stay", "guest", key("Guest", null=True, db_index=False)),
        one.AddIndex("Stay", models.Index(fields=["guest", "house"], name="made_up_both")),
        one.AddConstraint("Guest", models.CheckConstraint(condition=~models.Q(name=""), name="made_up_named")),
        alter("House", "id", models.AutoField(primary_key=True)),  # others refer to it
        one.RemoveConstraint("Guest", "made_up_named"),  # Django does not rename what it looks at
        one.RenameModel("Guest", "Visitor"),
        add("Visitor", "nights", models.IntegerField(default=1)),
        one.RenameField("Visitor", "name", "called"),
        add("Stay", "called", key("Visitor", to_field="called", null=True, related_name="+")),
        one.RenameField("Visitor", "called", "known_as"),
        one.AlterModelTable("Visitor", "made_up_caller"),
        add("Stay", "days", models.IntegerField(default=1)),
        alter("Stay", "guest", key("Visitor", null=True)),
        one.RunPython(one.RunPython.noop, one.RunPython.noop),
        one.RemoveField("Visitor", "host"),
        one.DeleteModel("Suite"),
    ]  # fmt: skip


def walked(way: AbstractContextManager[None]) -> list[Any]:
    """What the database says of the tables after each step forwards, then after each backwards."""
    found, states = [], [ProjectState(real_apps=set())]
    steps = tables()
    with way:
        states[0].apps  # noqa: B018  the models are made from here on
        for forwards in (True, False):
            for place in range(len(steps)) if forwards else reversed(range(len(steps))):
                if forwards:
                    states.append(states[place].clone())
                    steps[place].state_forwards("made_up", states[-1])
                with connection.schema_editor(atomic=True) as editor:
                    if forwards:
                        steps[place].database_forwards("made_up", editor, states[place], states[-1])
                    else:
                        steps[place].database_backwards("made_up", editor, states[place + 1], states[place])
                found.append(described())
    return found


def described() -> Any:
    ask = connection.introspection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name LIKE 'made_up%' ORDER BY name")
            return cursor.fetchall()
        names = sorted(name for name in ask.table_names(cursor) if name.startswith("made_up"))
        return {
            name: (
                ask.get_table_description(cursor, name),
                sorted(ask.get_relations(cursor, name).items()),
                sorted(map(repr, ask.get_constraints(cursor, name).items())),
            )
            for name in names
        }


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    seen.clear()
    yield
    with connection.cursor() as cursor:
        assert not [name for name in connection.introspection.table_names(cursor) if name.startswith("made_up")]
    assert not [one for one in current.get_models() if one._meta.app_label == "made_up"]


def test_the_tables_are_djangos_after_each_step_both_ways_with_fewer_models_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    whole, find = ProjectState._reload, ProjectState._find_reload_model

    def counted(state: Any, names: set[Any]) -> None:
        made.append(len(names))
        whole(state, names)

    monkeypatch.setattr(ProjectState, "_reload", counted)
    theirs = walked(nullcontext())
    of_theirs = sum(made)
    made.clear()
    ours = walked(lean_migrations.lean())
    assert ProjectState._find_reload_model is find, "it lasts no longer"
    assert len(ours) == len(theirs) == 2 * len(tables())
    for place, (one, other) in enumerate(zip(theirs, ours, strict=True)):
        assert one == other, place
    assert [house for house, _ in seen] == ["Elm", "Elm"]
    assert sum(made) * 3 < of_theirs * 2, (made, of_theirs)
