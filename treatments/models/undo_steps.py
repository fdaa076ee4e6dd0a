"""The treatments before the last edits of a draft, grown where they are: twenty documents are neither read nor sent."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, JSONField

UNDO_STEPS = 20


class Remembered(Func):
    """``earlier`` with the treatment that the row has until now at its end; of too many the oldest goes."""

    output_field: Any = JSONField()

    def __init__(self) -> None:
        super().__init__(F("earlier"), F("treatment"))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        (earlier, _), (treatment, _) = (compiler.compile(one) for one in self.get_source_expressions())
        kept = f"CASE WHEN json_array_length({earlier}) >= {UNDO_STEPS} THEN json_remove({earlier}, '$[0]')"
        return f"json_insert({kept} ELSE {earlier} END, '$[#]', json({treatment}))", []

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        (earlier, _), (treatment, _) = (compiler.compile(one) for one in self.get_source_expressions())
        kept = f"CASE WHEN jsonb_array_length({earlier}) >= {UNDO_STEPS} THEN {earlier} - 0 ELSE {earlier} END"
        return f"({kept}) || jsonb_build_array({treatment})", []
