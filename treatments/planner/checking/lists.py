"""The lists that no rule reads (events, aftercare, medicines, sports ...): the sources they name, and their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from clinic.lib.knowledge_files import Fault, KnowledgeError
from intake.assessment.knowledge.medicines import FILE as MEDICINES_FILE
from intake.assessment.knowledge.medicines import load_medicines
from treatments.planner.knowledge.adverse_events import FILE as EVENTS_FILE
from treatments.planner.knowledge.adverse_events import event_kinds
from treatments.planner.knowledge.aftercare import FILE as AFTERCARE_FILE
from treatments.planner.knowledge.aftercare import load_aftercare
from treatments.planner.knowledge.override_reasons import load_override_reasons
from treatments.planner.knowledge.references import is_fact
from treatments.planner.outcomes.thresholds import FILE as REEVALUATION_FILE
from treatments.planner.outcomes.thresholds import load_thresholds
from treatments.planner.vocabulary.needle_sets import FILE as SETS_FILE
from treatments.planner.vocabulary.needle_sets import load_needle_sets
from treatments.planner.vocabulary.signs import FILE as SIGNS_FILE
from treatments.planner.vocabulary.signs import load_signs
from treatments.planner.vocabulary.sports import FILE as SPORTS_FILE
from treatments.planner.vocabulary.sports import load_sports

Named = tuple[str, str, Sequence[str]]  # file, key, the sources it names


def lists_beside(folder: Path) -> tuple[list[Named], list[Fault]]:
    """The lists that no rule reads: the sources they name, and their faults."""
    named: list[Named] = []
    faults: list[Fault] = []
    for load in BESIDE:
        try:
            named += load(folder)
        except KnowledgeError as error:
            faults += error.faults
    return named, faults


def _events(folder: Path) -> Iterator[Named]:
    return ((EVENTS_FILE, f"event[{kind.code}]", (kind.source,)) for kind in event_kinds(folder).values())


def _aftercare(folder: Path) -> Iterator[Named]:
    return ((AFTERCARE_FILE, row.part, (row.source,)) for row in load_aftercare(folder))


def _needle_sets(folder: Path) -> Iterator[Named]:
    return ((SETS_FILE, row.code, (row.source,)) for row in load_needle_sets(folder))


def _medicines(folder: Path) -> Iterator[Named]:
    """They lie with the findings they stand for; their sources are those of the treatments."""
    rows = {medicine.of.id: medicine.of for medicine in load_medicines().values()}
    return ((MEDICINES_FILE, row.id, row.sources) for row in rows.values())


def _signs(folder: Path) -> Iterator[Named]:
    signs = load_signs(folder)
    unknown = [word for word in sorted(signs.words()) if not is_fact(word)]
    if unknown:
        raise KnowledgeError(Fault(SIGNS_FILE, "any", f"no such fact {word!r}") for word in unknown)
    yield SIGNS_FILE, "course", (signs.course.source,)
    yield SIGNS_FILE, "limits", (signs.limits.source,)
    for row in signs.rows:
        yield SIGNS_FILE, row.id, (row.source,)


def _reevaluation(folder: Path) -> Iterator[Named]:
    return ((REEVALUATION_FILE, row.id, (row.source,)) for row in load_thresholds(folder).values())


def _sports(folder: Path) -> Iterator[Named]:
    return ((SPORTS_FILE, row.id, (row.source,)) for row in load_sports(folder).rows)


def _reasons(folder: Path) -> Iterator[Named]:
    load_override_reasons(folder)  # operational words: they name no source
    return iter(())


BESIDE: tuple[Callable[[Path], Iterator[Named]], ...] = (
    _reasons, _events, _aftercare, _signs, _sports, _needle_sets, _medicines, _reevaluation,
)  # fmt: skip
