"""Django's `check` examines the knowledge files like `manage.py check_knowledge`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from treatments.clinic_knowledge import own_file
from treatments.planner.checking.knowledge import check_knowledge
from treatments.plans.presenters.figure import figure_faults

HINT = (
    "Correct the file under treatments/knowledge/ or the clinic's own (ASHI_KNOWLEDGE); "
    "`manage.py check_knowledge` prints the same list with the coverage."
)


@register("knowledge")
def treatment_knowledge(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A broken knowledge file keeps the server from starting and says where."""
    return [
        Error(str(fault), hint=HINT, id="treatments.E001")
        for fault in (*check_knowledge(own=own_file()), *figure_faults())
    ]
