"""Copy everything from one database into another one: from the file to PostgreSQL, when a clinic outgrows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dj_database_url
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, Error, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

TARGET, AT_ONCE = "target", 2000


class Command(BaseCommand):
    help = (
        "Copies every row of the database of DATABASE_URL into TARGET, a database that was migrated and is empty "
        "otherwise. Stop the server first. Either all of it is there afterwards, counted, or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", metavar="TARGET", help="postgres://user:password@host/name")

    def handle(self, *args: Any, target: str, **options: Any) -> None:
        try:
            parsed = dj_database_url.parse(target)
        except ValueError as error:
            raise CommandError(f"TARGET is no address of a database: {error}") from error
        connections.settings[TARGET] = ConnectionHandler({"default": dict(parsed)}).settings["default"]
        try:
            self._refuse_what_does_not_fit()
            with transaction.atomic(DEFAULT_DB_ALIAS), transaction.atomic(TARGET):
                for model in _tables():
                    self._copy(model)
                self._count_on()
        except Error as error:
            raise CommandError(f"Nothing was copied. {error}") from error
        self.stdout.write("All of it is there. Set DATABASE_URL, then `manage.py verify_audit`, then start the server.")

    def _refuse_what_does_not_fit(self) -> None:
        here, there = (
            set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (DEFAULT_DB_ALIAS, TARGET)
        )
        if here != there:
            raise CommandError(
                "The two are not of the same version. `make serve` here once, `manage.py migrate` there."
            )
        for label in ("people.User", "people.Patient", "audit.AuditEvent"):
            if apps.get_model(label)._base_manager.using(TARGET).exists():
                raise CommandError(f"TARGET is not empty: it has rows of {label}.")

    def _copy(self, model: type[models.Model]) -> None:
        there: Any = model._base_manager.using(TARGET)
        there._raw_delete(TARGET)  # what migrating put there: kinds of content, permissions, the first chain
        fields, count = [field for field in model._meta.concrete_fields if not field.generated], 0
        for rows in _batches(model):
            there._insert(rows, fields=fields, using=TARGET, raw=True)  # as they are: no field fills itself in
            count += len(rows)
        if (found := there.count()) != count:
            raise CommandError(f"{model._meta.label}: {count} rows here, {found} there.")
        if count:
            self.stdout.write(f"{count:>10} {model._meta.label}")

    def _count_on(self) -> None:
        """New rows get numbers after those that were copied."""
        target = connections[TARGET]
        with target.cursor() as cursor:
            for sql in target.ops.sequence_reset_sql(no_style(), _tables()):
                cursor.execute(sql)


def _tables() -> list[type[models.Model]]:
    """Every table once, those that others point at first where that can be."""
    waiting = [one for one in apps.get_models(include_auto_created=True) if one._meta.managed and not one._meta.proxy]
    ordered: list[type[models.Model]] = []
    while waiting:
        ready = [one for one in waiting if not _points_at(one) & (set(waiting) - {one})] or waiting[:1]
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered


def _points_at(model: type[models.Model]) -> set[type[models.Model]]:
    return {field.related_model for field in model._meta.concrete_fields if field.related_model}


def _batches(model: type[models.Model]) -> Iterator[list[models.Model]]:
    rows = model._base_manager.using(DEFAULT_DB_ALIAS).order_by("pk").iterator(chunk_size=AT_ONCE)
    batch: list[models.Model] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
