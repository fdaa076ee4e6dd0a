"""The house plan (docs/architecture.md), read from the imports: no arrow points up, pure rooms stay pure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# each room may import itself and what is named here
MAY_IMPORT = {
    "clinic.audit": set(),
    "clinic.people": {"clinic.audit"},
    "clinic.outbox": {"clinic.audit", "clinic.people"},
    "clinic.scheduling": {"clinic.audit", "clinic.people", "clinic.outbox"},
    "intake": {"clinic.audit", "clinic.people", "clinic.outbox"},
    "treatments": {"clinic.audit", "clinic.people", "clinic.outbox", "clinic.scheduling", "intake"},
}
LAYERS = [
    "urls",
    "admin",
    "views",
    "forms",
    "presenters",
    "actions",
    "models",
]  # upper ones may import lower ones
PURE = [
    "intake/assessment",
    "intake/questionnaire/values.py",
    "intake/questionnaire/checks.py",
    "intake/questionnaire/answers.py",
    "intake/questionnaire/schema.py",
    "treatments/planner",
    "clinic/scheduling/availability.py",
]
PURE_MAY_IMPORT = {"tomli", "pydantic", "annotated_types", "pydantic_core", "intake", "treatments", "clinic"}
FORBIDDEN_IN_PURE = {
    "random",
    "time",
    "datetime.now",
    "secrets",
    "uuid",
    "os",
    "socket",
    "subprocess",
    "urllib",
}


def sources() -> list[Path]:
    files = [p for room in ("clinic", "intake", "treatments") for p in (ROOT / room).rglob("*.py")]
    return [p for p in files if "migrations" not in p.parts]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                folder = path.parents[node.level - 1].relative_to(ROOT)
                source = ".".join([*folder.parts, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    return next((room for room in MAY_IMPORT if module == room or module.startswith(f"{room}.")), None)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> str | None:
    room = room_of(module)
    if room is None or module == room:
        return None
    first = module[len(room) + 1 :].split(".")[0]
    return next((layer for layer in LAYERS if first == layer or first.endswith(f"_{layer}")), None)


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_arrow_points_up(path: Path) -> None:
    module = module_of(path)
    room = room_of(module)
    for target in imports(path):
        target_room = room_of(target)
        if room and target_room and target_room != room:
            assert target_room in MAY_IMPORT[room], f"{module} must not import {target}"
        if room is not None:
            assert target != "clinic.urls" and not target.startswith("clinic.urls."), f"{module} imports the root"
        here, there = layer_of(module), layer_of(target)
        if room and room == target_room and here and there:
            assert LAYERS.index(here) <= LAYERS.index(there), f"{module} ({here}) must not import {target} ({there})"


@pytest.mark.parametrize("place", PURE)
def test_pure_rooms_are_pure(place: str) -> None:
    start = ROOT / place
    files = [start] if start.is_file() else list(start.rglob("*.py"))
    assert files, f"{place} is missing"
    for path in files:
        for target in imports(path):
            top = target.split(".")[0]
            assert top in PURE_MAY_IMPORT or top in sys.stdlib_module_names, f"{path}: {target}"
            assert top not in FORBIDDEN_IN_PURE, f"{path}: {target} is not pure"
            if room_of(target):
                pure_module = target.startswith(
                    ("intake.assessment", "intake.questionnaire.values", "treatments.planner")
                )
                assert pure_module, f"{path}: {target} is not pure"
        text = path.read_text(encoding="utf-8")
        for clock in ("datetime.now", "date.today", "utcnow", "timezone.now"):
            assert clock not in text, f"{path}: the clock is an argument"


def test_views_do_not_write_and_leave_no_model_unguarded() -> None:
    for path in sources():
        if layer_of(module_of(path)) != "views":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                verb = node.func.attr
                assert verb not in {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}, (
                    f"{path}: {verb}"
                )


def test_no_inline_style_or_script_in_templates() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for bad in (" style=", " onclick=", " onchange=", " onsubmit=", "javascript:", "hx-on"):
            assert bad not in text, f"{path.relative_to(ROOT)}: {bad}"


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers and len(numbers) == len(set(numbers)), numbers
