"""Everything that a process keeps, found by looking through the program.

What is in ``OF_FILES`` follows from the program and its files alone, which change with a new start. ``OF_ROWS`` is kept
by what came from the database, a request or the clinic's settings: by all of it, as a value. A new one is put into the
list that it belongs to (tests/suite/test_kept_in_a_process.py).
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import clinic
import intake
import treatments
from clinic.lib.by_value import ByValue

ROOMS = (clinic, intake, treatments)
NO_PART = re.compile(r"\.(migrations|demo|management)(\.|$)|^clinic\.(wsgi|start|serving)$")
GROWS = re.compile(  # a name of a module that begins empty and is filled later
    r"^(\w+)(?:: [^=\n]+)? = (?:\{\}|\[\]|dict\(\)|list\(\)|set\(\)|OrderedDict\(.*\)|defaultdict\(.*\))(?:\s*#.*)?$",
    re.M,
)


def modules() -> Iterator[ModuleType]:
    """All that a server may import."""
    for room in ROOMS:
        for one in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not NO_PART.search(one.name):
                yield importlib.import_module(one.name)


def found() -> set[str]:
    """Where each is kept. The SQL of a ``KeptQuery`` is none of them: it follows from the program, and has no end but
    that of the program."""
    return set().union(*(kept_in(module, Path(str(module.__file__)).read_text("utf-8")) for module in modules()))


def kept_in(module: ModuleType, text: str) -> set[str]:
    """``text``: of the module; what it took from another is found there."""
    kept: set[str] = set()
    grown = set(GROWS.findall(text))
    for name, value in _all_of(module):
        if isinstance(value, ByValue):
            is_own = re.search(rf"^{name}\b.* = ByValue\(", text, re.M) is not None
        elif hasattr(value, "cache_clear"):
            is_own = (value.__module__ or value.__wrapped__.__module__) == module.__name__
        else:
            is_own = name in grown
        if is_own:
            kept.add(f"{module.__name__}.{name}")
    return kept


def _all_of(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What a module names, what its classes name, and what its functions hold on to."""
    for name, value in [*vars(module).items()]:
        yield name, value
        if inspect.isclass(value) and value.__module__ == module.__name__:
            for inner, one in [*vars(value).items()]:
                yield f"{name}.{inner}", getattr(one, "__func__", one)
        if isinstance(value, FunctionType):
            for cell in value.__closure__ or ():
                yield f"{name}.<kept>", cell.cell_contents


OF_ROWS = {
    "clinic.audit.backends.sqlite3.base._in_utc",
    "clinic.audit.backends.sqlite3.base._moment",
    "clinic.audit.backends.sqlite3.base._with_marks",
    "clinic.audit.caller._spelt",
    "clinic.audit.seals._stored",
    "clinic.lib.http._around",
    "clinic.lib.lean_expressions._date_words",
    "clinic.lib.lean_templates._address",
    "clinic.lib.phone.known",
    "clinic.lib.policy._policy",
    "clinic.lib.signed._told",
    "clinic.people.context._may",
    "clinic.people.templatetags.fields._drawn_once",
    "clinic.people.templatetags.once._documents",
    "clinic.people.templatetags.once._forms",
    "clinic.people.templatetags.once._made",
    "clinic.people.templatetags.repeated._drawn",
    "clinic.people.templatetags.repeated._pattern",
    "clinic.scheduling.closures._first_stuck",
    "clinic.scheduling.differences._first_differing",
    "clinic.scheduling.presenters.board._card",
    "clinic.scheduling.rhythm._in_time",
    "clinic.scheduling.rhythm._places",
    "clinic.scheduling.rhythm.all_too_near",
    "intake.actions.beside._counted_and_locked",
    "intake.assessment.assess._read",
    "intake.assessment.knowledge.said.sentence",
    "intake.assessment.text.words.fold",
    "intake.case_building.JUDGED",
    "intake.own_form.LAID",
    "intake.own_form._known",
    "intake.reading.READINGS",
    "intake.signs_so_far.SIGNS",
    "intake.spoken._spoken",
    "intake.views.device._told_by_ticket",
    "treatments.front.presenters.chart_rows._scores",
    "treatments.front.presenters.curves._curves",
    "treatments.front.presenters.episodes._said",
    "treatments.front.presenters.episodes._summaries",
    "treatments.front.presenters.timeline._timelines",
    "treatments.own_points._laid_over",
    "treatments.planner.knowledge.point_names.plain_name",
    "treatments.planner.knowledge.regions.regions_of",
    "treatments.planner.knowledge.switching.without",
    "treatments.planner.proposing.explanation.barred_modalities",
    "treatments.planner.safety.guard._guard_of",
    "treatments.planner.safety.guard._tables_of",
    "treatments.planning.PICTURES",
    "treatments.planning.REVIEWS",
    "treatments.plans.presenters.point_map.DRAWINGS",
    "treatments.templatetags.plan_rows._drawn",
}
OF_FILES = {
    "clinic.audit.guards.declared",
    "clinic.audit.seals.columns",
    "clinic.lib.complaints._complaints",
    "clinic.lib.file_words.languages",
    "clinic.lib.knowledge_files._KEYS",
    "clinic.people.templatetags.icons.drawn",
    "intake.assessment.knowledge.common.read_common",
    "intake.assessment.knowledge.load._load",
    "intake.assessment.knowledge.medicines.load_medicines",
    "intake.assessment.knowledge.said._load",
    "intake.assessment.scores._for_role",
    "intake.assessment.scores._loudest",
    "intake.assessment.scores._of_patterns",
    "intake.assessment.text.language._silences",
    "intake.assessment.text.lexicon.load_lexicon",
    "intake.assessment.text.net.load_net",
    "intake.presenters.consent_copy._source",
    "intake.questionnaire.consent.load_consent",
    "intake.questionnaire.instruments._load",
    "intake.questionnaire.languages.load_language",
    "intake.questionnaire.load._load",
    "intake.questionnaire.load.load_chart",
    "intake.questionnaire.load.load_messages",
    "intake.questionnaire.load.past_files",
    "treatments.library.presenters.complaints.complaint_page",
    "treatments.library.presenters.complaints.complaints_page",
    "treatments.library.presenters.complaints.own_rules",
    "treatments.library.presenters.pages._book_page",
    "treatments.library.presenters.pages._points",
    "treatments.library.presenters.pages._rule_rows",
    "treatments.library.presenters.pages.contraindications_page",
    "treatments.library.presenters.pages.counts",
    "treatments.library.presenters.pages.ear_page",
    "treatments.library.presenters.pages.flags_page",
    "treatments.library.presenters.pages.patterns_page",
    "treatments.library.presenters.pages.shelves",
    "treatments.library.presenters.pages.sources_page",
    "treatments.library.presenters.signs.sign_rows",
    "treatments.library.presenters.words.fact_words",
    "treatments.planner.checking.rules._never_holds",
    "treatments.planner.closer.elsewhere._elsewhere",
    "treatments.planner.closer.why_not.words_used",
    "treatments.planner.knowledge.adverse_events.event_kinds",
    "treatments.planner.knowledge.aftercare.load_aftercare",
    "treatments.planner.knowledge.compiled.program_of",
    "treatments.planner.knowledge.load._common",
    "treatments.planner.knowledge.load._load",
    "treatments.planner.knowledge.override_reasons.load_override_reasons",
    "treatments.planner.knowledge.point_names._names",
    "treatments.planner.knowledge.references._known_findings",
    "treatments.planner.outcomes.thresholds.load_thresholds",
    "treatments.planner.proposing.quotes.grounds_in",
    "treatments.planner.safety.contraindications.compiled_rows",
    "treatments.planner.vocabulary.facts._kinds",
    "treatments.planner.vocabulary.needle_sets._by_code",
    "treatments.planner.vocabulary.needle_sets.load_needle_sets",
    "treatments.planner.vocabulary.signs.load_signs",
    "treatments.planner.vocabulary.sports.load_sports",
    "treatments.plans.presenters.figure.load_figure",
    "treatments.plans.presenters.what_if.vocabulary",
    "treatments.plans.spoken._patterns",
    "treatments.plans.spoken._told",
}
FOR_A_WHILE = {"intake.presenters.finishing._kept"}  # half an hour, on purpose: how long a screen takes in the middle
NO_CACHE = {
    "clinic.people.desk_notes._notes",
    "clinic.settings.SILENCED_SYSTEM_CHECKS",
    "intake.assessment.text.match._NOTHING",
}
