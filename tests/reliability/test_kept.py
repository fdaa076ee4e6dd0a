"""Signed and sent rows stand still against every way of writing: one row, many, raw SQL, the record's own save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from clinic.audit.models import AuditEvent
from intake.models import Assessment, IntakeResponse
from tests.support.furnished import FurnishedCase
from treatments.models import Amendment, Proposal, TreatmentPlan, Visit

# model -> (which rows are final, a field of its content, what somebody would like it to say)
FINAL: dict[type[models.Model], tuple[dict[str, Any], str, Any]] = {
    AuditEvent: ({}, "actor_name", "somebody else"),
    IntakeResponse: ({"submitted_at__isnull": False}, "consent_name", "somebody else"),
    Assessment: ({"status": "signed"}, "notes", "said later"),
    Proposal: ({}, "knowledge_version", "other"),
    TreatmentPlan: ({"status": "signed"}, "revision", 77),
    Visit: ({"status": "signed"}, "needles_out", 77),
    Amendment: ({}, "text", "other words"),
}


def ways(model: type[models.Model], rows: Any, field: str, value: Any) -> dict[str, Callable[[], Any]]:
    table, one = model._meta.db_table, rows.first()

    def run(sql: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, one.pk])

    def save() -> None:
        setattr(one, field, value)
        one.save()

    def save_one_field() -> None:
        setattr(one, field, value)
        one.save(update_fields=[field])

    def bulk_update() -> None:
        setattr(one, field, value)
        model._default_manager.bulk_update([one], [field])

    def replace() -> None:
        setattr(one, field, value)
        columns = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
        model._default_manager.bulk_create([one], update_conflicts=True, unique_fields=["id"], update_fields=columns)

    return {
        "save": save,
        "save one field": save_one_field,
        "update many": lambda: rows.update(**{field: value}),
        "bulk_update": bulk_update,
        "upsert": replace,
        "raw update": lambda: run(f"UPDATE {table} SET {field} = %s WHERE id = %s", value),
        "raw id": lambda: run(f"UPDATE {table} SET id = id + 100000 WHERE id = %s"),
        "raw delete": lambda: run(f"DELETE FROM {table} WHERE id = %s"),
        "delete one": one.delete,
        "delete many": lambda: rows.delete(),
    }


class Kept(FurnishedCase):
    def test_final_rows_stand_still(self) -> None:
        for model, (final, field, value) in FINAL.items():
            rows = model._default_manager.filter(**final)
            assert rows.exists(), f"there is no final {model.__name__} to try it on"
            before = list(rows.order_by("pk").values())
            for way, work in ways(model, rows, field, value).items():
                with self.subTest(model=model.__name__, way=way):
                    with self.assertRaises(DatabaseError), transaction.atomic():
                        work()
                    assert list(rows.order_by("pk").values()) == before

    def test_a_final_row_can_not_be_made_open_again(self) -> None:
        for model, change in (
            (IntakeResponse, {"submitted_at": None}),
            (Assessment, {"status": "draft"}),
            (TreatmentPlan, {"status": "draft"}),
            (Visit, {"status": "draft"}),
        ):
            rows = model._default_manager.filter(**FINAL[model][0])  # type: ignore[attr-defined]
            with self.subTest(model=model.__name__), self.assertRaises(DatabaseError), transaction.atomic():
                rows.update(**change)
