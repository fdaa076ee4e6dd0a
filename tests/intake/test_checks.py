"""A broken knowledge file keeps the server from starting and says where."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from clinic.lib.knowledge_files import Fault, KnowledgeError
from intake import checks


def test_the_files_of_the_project_are_sound() -> None:
    assert checks.knowledge_faults() == ()


def test_every_fault_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise KnowledgeError([Fault("questionnaire.toml", "fever", "no such finding")])

    monkeypatch.setattr(checks, "LOADERS", (broken, broken))
    assert checks.knowledge_faults() == ("intake/knowledge: questionnaire.toml: fever: no such finding",)
    ours = [m for m in run_checks(tags=["knowledge"]) if m.id == "intake.E001"]
    assert len(ours) == 1
