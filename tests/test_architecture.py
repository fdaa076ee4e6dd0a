"""The plan of the house, read from the imports: rooms in one order, layers within a room, pure modules pure, views that
only fetch, call and answer. docs/decisions/0021-rooms-in-one-app.md says why."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clinic", "intake", "treatments")
# A room may import the rooms above it in this list, and itself. A file belongs to the longest name that fits.
ROOMS = (
    "clinic.environment",
    "clinic.lib",
    "clinic.audit",
    "clinic.people",
    "clinic.outbox",
    "clinic.scheduling",
    "intake.questionnaire",
    "intake.assessment.text",
    "intake.assessment.knowledge",
    "intake.assessment",
    "intake",
    "treatments.planner.vocabulary",
    "treatments.planner.treatment",
    "treatments.planner.facts",
    "treatments.planner.knowledge",
    "treatments.planner.safety",
    "treatments.planner.merge",
    "treatments.planner.proposing",
    "treatments.planner.review",
    "treatments.planner.closer",
    "treatments.planner.outcomes",
    "treatments.planner.checking",
    "treatments.planner",
    "treatments.clinic_knowledge",
    "treatments.models",
    "treatments.own_points",
    "treatments.planning",
    "treatments.plans",
    "treatments.visits",
    "treatments.outcomes",
    "treatments.library",
    "treatments.front",
    "treatments.demo",
    "treatments",
    "treatments.management",
    "clinic",
)
# These stand in one list and know nothing of each other all the same.
STRANGERS = (
    ("intake", "clinic.scheduling"),
    ("treatments.planner", "clinic.people"),
    ("treatments.planner", "clinic.audit"),
    ("treatments.planner", "clinic.outbox"),
    ("treatments.planner", "clinic.scheduling"),
    ("treatments.planner.review", "treatments.planner.proposing"),
    ("treatments.planner.merge", "treatments.planner.knowledge"),
)
# What a file or folder directly in a room is; one may import its own layer and those below. Each has exactly one.
# Layers from above down; each may import its own and those below. Named are the files and folders directly in a room; a
# whole name goes before a bare one. `entry`: what Django or a person starts. `reads`: rows out of the database, guarded
# or computed with; nothing is written. `ground`: values and functions, no rows.
_LAYERS = """
entry: apps admin urls assessment_urls management commands templatetags checks middleware context sign_in backend
entry: sessions settings wsgi start health walk language clinic.people.errors treatments.demo.scale
views: views
pages: forms presenters calendar_file
actions: actions trail checking heads post tasks delivery sign_in_events
actions: treatments.demo.clinic treatments.demo.people
reads: told fetch access search likeness passwords signed_out case_building point_search day_points closer own_entries
reads: aligning asked_times closures course_dates course_days diary differences kept locking moves offers proposals
reads: answers clock asking_back consent_text own_form intake.spoken reading reason_words together typed_dates
reads: treatments.own_points signs_so_far
models: models errors set_aside http
ground: caller guards seals chain stretch writing backends guesses help_lines presence words availability day_search
ground: rhythm series additions joining gate ledger observed record safety_questions treatment_edits curve spoken logs
ground: serving environment spoken_files asked_measures desk_notes
"""
LAYERS: dict[str, set[str]] = {}
for _line in _LAYERS.strip().splitlines():
    _name, _, _parts = _line.partition(": ")
    LAYERS.setdefault(_name, set()).update(_parts.split())
PURE_ROOMS = ("intake.questionnaire", "intake.assessment", "treatments.planner")
# Files that stand outside those rooms and are pure as well.
PURE_FILES = frozenset(
    {
        "clinic.audit.backends",
        "clinic.audit.backends.postgresql",
        "clinic.audit.backends.sqlite3",
        "clinic.audit.chain",
        "clinic.lib",
        "clinic.lib.complaints",
        "clinic.lib.file_words",
        "clinic.lib.kept_reading",
        "clinic.lib.knowledge_files",
        "clinic.lib.loose",
        "clinic.lib.numbers",
        "clinic.lib.wording",
        "clinic.logs",
        "clinic.people.desk_notes",
        "clinic.people.words",
        "clinic.scheduling.availability",
        "clinic.scheduling.day_search",
        "clinic.scheduling.rhythm",
        "clinic.scheduling.series",
        "treatments.management.spoken_files",
        "treatments.outcomes.asked_measures",
        "treatments.outcomes.curve",
        "treatments.plans.spoken",
        "treatments.plans.treatment_edits",
        "treatments.visits.additions",
        "treatments.visits.gate",
        "treatments.visits.ledger",
        "treatments.visits.observed",
        "treatments.visits.record",
        "treatments.visits.safety_questions",
        "treatments.visits.joining",
    }
)
PURE_LIBRARIES = {"tomli", "pydantic", "annotated_types", "pydantic_core"}
IMPURE_LIBRARIES = {"random", "time", "secrets", "uuid", "os", "socket", "subprocess", "urllib", "threading"}
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime"}
WRITES = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "asave", "acreate", "aupdate", "adelete", "select_for_update",
}  # fmt: skip
# a session and a dict have namesakes of these verbs, and are no rows
HARMLESS_ON = {"session", "context", "headers"}


@lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return {module_of(path): path for path in sorted(files)}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@lru_cache(maxsize=1000)
def tree_of(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def imports(module: str, *, only_top: bool = False) -> Iterator[str]:
    """The modules of ours, and the names of others, that a module imports. `only_top`: not those within functions."""
    path, tree = modules()[module], tree_of(module)
    for node in tree.body if only_top else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                folder = path.parents[node.level - 1].relative_to(ROOT)
                source = ".".join([*folder.parts, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{source}.{alias.name}" if f"{source}.{alias.name}" in modules() else source


def room_of(module: str) -> str | None:
    fitting = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
    return max(fitting, key=len, default=None)


def part_of(module: str) -> str:
    """What stands directly in its room: `actions` of `treatments.plans.actions.drafts`; "" for the room itself."""
    room = room_of(module) or ""
    return module[len(room) + 1 :].split(".")[0]


def layers_of(module: str) -> list[int]:
    if room_of(module) == "clinic.lib":  # a shelf of tools, one floor high
        return [len(LAYERS) - 1]
    whole = [place for place, parts in enumerate(LAYERS.values()) if f"{room_of(module)}.{part_of(module)}" in parts]
    return whole or [place for place, parts in enumerate(LAYERS.values()) if part_of(module) in parts]


def is_pure(module: str) -> bool:
    return module in PURE_FILES or any(module == room or module.startswith(f"{room}.") for room in PURE_ROOMS)


def _belongs(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


# ------------------------------------------------------------------------------------------------------------ rooms


def test_every_file_has_a_room_and_every_room_has_files() -> None:
    homeless = [module for module in modules() if room_of(module) is None and module not in APPS]
    assert not homeless, f"say in ROOMS where these belong: {homeless}"
    assert {room_of(module) for module in modules()} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_no_arrow_points_up_between_rooms(room: str) -> None:
    place = ROOMS.index(room)
    for module in modules():
        if room_of(module) != room:
            continue
        for target in imports(module):
            there = room_of(target)
            if there is None or there == room or target in APPS:  # `clinic` itself says its version and imports nothing
                continue
            assert ROOMS.index(there) < place, f"{module} must not import {target}: {there} stands above {room}"
            for one, other in STRANGERS:
                for a, b in ((one, other), (other, one)):
                    may = one == "treatments.planner" and a != one  # those above the planner may use it
                    met = _belongs(module, a) and _belongs(target, b)
                    assert may or not met, f"{module} must not know {target}"


def test_no_file_is_in_a_circle() -> None:
    """Imports within functions are left out: they are how a circle is opened on purpose, and say why."""
    arrows = {module: {t for t in imports(module, only_top=True) if t in modules()} - {module} for module in modules()}
    left = dict(arrows)
    while leaves := [module for module, targets in left.items() if not targets & left.keys()]:
        for module in leaves:
            del left[module]
    assert not left, f"circles among {sorted(left)}"


# ------------------------------------------------------------------------------------------------------------ layers


def _layered() -> list[str]:
    """Files of rooms with layers: all but the pure rooms and the rooms that are one file."""
    return [module for module in modules() if part_of(module) and not is_pure_room(module)]


def is_pure_room(module: str) -> bool:
    return any(_belongs(module, room) for room in PURE_ROOMS) or _belongs(module, "treatments.models")


def test_every_file_has_one_layer() -> None:
    lost = {module: layers_of(module) for module in _layered() if len(layers_of(module)) != 1}
    assert not lost, f"say in LAYERS what these are: {lost}"


def test_no_arrow_points_up_within_a_room() -> None:
    names = list(LAYERS)
    for module in _layered():
        for target in imports(module):
            if target not in modules() or room_of(target) != room_of(module) or not part_of(target):
                continue
            (here,), (there,) = layers_of(module), layers_of(target)
            assert here <= there, f"{module} ({names[here]}) must not import {target} ({names[there]})"


# -------------------------------------------------------------------------------------------------------------- pure


def _impurities(module: str) -> Iterator[str]:
    for target in imports(module):
        top = target.split(".")[0]
        if room_of(target) or target in APPS:
            if not is_pure(target):
                yield f"imports {target}, which is not pure"
        elif top in IMPURE_LIBRARIES or (top not in PURE_LIBRARIES and top not in sys.stdlib_module_names):
            yield f"imports {target}"
    yield from (f"line {line}: the clock is an argument" for line in clock_lines(tree_of(module)))


def clock_lines(tree: ast.AST) -> list[int]:
    """Where the clock is read: `datetime.now()`, `dt.date.today()`, `timezone.localdate()`, also without a call."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            of = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            found += [node.lineno] if of in ("datetime", "date", "dt", "timezone") else []
    return found


def test_pure_files_are_pure() -> None:
    missing = PURE_FILES - modules().keys()
    assert not missing, f"gone: {missing}"
    for module in modules():
        if is_pure(module):
            assert not list(_impurities(module)), (module, list(_impurities(module)))


def test_what_could_be_pure_is_named_pure() -> None:
    """A file at the ground of its room that happens to be pure is held to it from then on."""
    ground = len(LAYERS) - 1
    for module in _layered():
        if layers_of(module) == [ground] and not is_pure(module):
            assert list(_impurities(module)), f"{module} is pure: name it in PURE_FILES"


@pytest.mark.parametrize(
    "code", ["datetime.now()", "dt.date.today()", "timezone.now()", "f(datetime.utcnow)", "timezone.localdate()"]
)
def test_a_read_of_the_clock_is_found(code: str) -> None:
    assert clock_lines(ast.parse(code)) == [1]
    assert clock_lines(ast.parse("def late(self, now, today): return now > self.today")) == []


# ------------------------------------------------------------------------------------------------------------- views


def writes_in(tree: ast.Module) -> list[str]:
    """Every way in which a view would touch rows: managers, and verbs that write. What is called on a module of ours
    is an action, and what is called on a session, a cache or a form's errors is no row."""
    ours = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in APPS
        for alias in node.names
        if (alias.asname or alias.name).islower()
    }
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in ("objects", "_default_manager", "_base_manager"):
            found.append(f"line {node.lineno}: .{node.attr}")
        elif node.attr in WRITES:
            on = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if on not in ours and on not in HARMLESS_ON:
                found.append(f"line {node.lineno}: .{node.attr}")
    return found


def test_views_touch_no_rows() -> None:
    views = [module for module in _layered() if part_of(module) == "views"]
    assert len(views) > 20
    found = {module: writes_in(tree_of(module)) for module in views}
    assert not any(found.values()), {module: lines for module, lines in found.items() if lines}


@pytest.mark.parametrize(
    "code",
    [
        "form.save()", "Patient.objects.get(pk=1)", "Visit.objects.create(x=1)", "visit.delete()", "rows.update(a=1)",
        "rows.bulk_create(r)", "M.objects.get_or_create(a=1)", "x._default_manager.all()",
        "f(form.save)",
    ],
)  # fmt: skip
def test_each_way_of_writing_in_a_view_is_found(code: str) -> None:
    assert writes_in(ast.parse(code))


def test_calling_an_action_is_no_write() -> None:
    code = "from clinic.people.actions import patients\npatients.create(by=1)\nrequest.session.save()"
    assert writes_in(ast.parse(code)) == []


# --------------------------------------------------------------------------------------------------------- templates


def test_no_inline_style_or_script_in_templates() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for bad in (" style=", " onclick=", " onchange=", " onsubmit=", "javascript:", "hx-on"):
            assert bad not in text, f"{path.relative_to(ROOT)}: {bad}"


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers and len(numbers) == len(set(numbers)), numbers
