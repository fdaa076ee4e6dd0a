"""A broken knowledge file keeps the server from starting and says where."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from intake import checks
from intake.assessment.knowledge.load import KnowledgeError, KnowledgeFault


def test_the_files_of_the_project_are_sound() -> None:
    assert checks.knowledge_faults() == ()


def test_every_fault_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise KnowledgeError([KnowledgeFault("questionnaire.toml", "fever", "no such finding")])

    monkeypatch.setattr(checks, "LOADERS", (broken, broken))
    assert checks.knowledge_faults() == ("intake/knowledge: questionnaire.toml: fever: no such finding",)
    ours = [m for m in run_checks(tags=["knowledge"]) if m.id == "intake.E001"]
    assert len(ours) == 1
