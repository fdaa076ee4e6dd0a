"""Dangling names in the knowledge (facts, points, sources, ear zones, sites), and duplicate ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import get_args

from clinic.lib.complaints import beside, folders
from clinic.lib.knowledge_files import Fault, KnowledgeError, Reader, nearest
from treatments.planner.knowledge.numbers import FILE as NUMBERS
from treatments.planner.knowledge.numbers import number_faults
from treatments.planner.knowledge.rules import LimitId, PlannerKnowledge
from treatments.planner.knowledge.tables import Contraindication, Shallow, When
from treatments.planner.vocabulary.body import THORAX, TRUNK
from treatments.planner.vocabulary.facts import kinds
from treatments.planner.vocabulary.severity import STOPS, is_stop

INTAKE_KNOWLEDGE = Path(__file__).resolve().parents[3] / "intake" / "knowledge"


def known_findings() -> frozenset[str]:
    """The ids of every finding a rule may name, from the intake's vocabulary and that of the complaints."""
    return _known_findings(folders())


@lru_cache(maxsize=16)
def _known_findings(where: tuple[Path, ...]) -> frozenset[str]:
    read = Reader(INTAKE_KNOWLEDGE)
    files = ["findings.toml", *(read.add(name, path) for name, path in beside("findings.toml"))]
    return frozenset(
        f"{group}.{key}"
        for name in files
        for group, table in read.file(name).items()
        if isinstance(table, dict)
        for key in table.get("findings", {})
    )


def is_fact(word: str) -> bool:
    """Whether a rule may use this word: a finding of the vocabulary or a computed fact of `vocabulary.facts.KINDS`."""
    kind, colon, value = word.partition(":")
    if colon:
        return value in kinds().get(kind, ())
    return word in known_findings()


def reference_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """Every fault across tables, with the id of its row as key."""
    faults = [
        *_rule_faults(knowledge),
        *_contraindication_faults(knowledge),
        *_point_faults(knowledge),
        *_ear_faults(knowledge),
        *_site_faults(knowledge),
        *_list_faults(knowledge),
    ]
    return list(dict.fromkeys(faults))  # every rule that names a broken point reports it


def _facts(owner: str, when: When) -> Iterator[Fault]:
    return _no_facts(owner, "when: no such fact", when.facts())


def _no_facts(owner: str, says: str, words: Iterable[str]) -> Iterator[Fault]:
    for word in words:
        if not is_fact(word):
            kind, colon, _ = word.partition(":")
            known = [f"{kind}:{value}" for value in kinds().get(kind, ())] if colon else known_findings()
            yield Fault("", owner, f"{says} {word!r}{nearest(word, known)}")


def _sources(owner: str, keys: Iterable[str], knowledge: PlannerKnowledge) -> Iterator[Fault]:
    for key in keys:
        if key not in knowledge.sources:
            yield Fault("", owner, f"no such source {key!r}{nearest(key, knowledge.sources)}")


def _rule_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    seen: set[str] = set()
    for rule in knowledge.every_rule():
        if rule.id in seen:
            yield Fault("", rule.id, "duplicate")
        seen.add(rule.id)
        yield from _facts(rule.id, rule.when)
        yield from _no_facts(rule.id, "quotes: no such fact", rule.quotes)
        yield from _sources(rule.id, rule.sources, knowledge)


def _contraindication_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    seen = {rule.id for rule in knowledge.every_rule()}
    for row in knowledge.contraindications:
        owner = f"contraindication[{row.id}]"
        if row.id in seen:
            yield Fault("", owner, "duplicate")
        seen.add(row.id)
        yield from _facts(owner, row.when)
        yield from _no_facts(owner, "no such finding", row.findings)
        yield from _sources(owner, (row.source,), knowledge)
        if row.shallow is not None:
            yield from _shallow_faults(f"{owner}.shallow", row, row.shallow, knowledge)
        if row.gate is not None:
            yield from _facts(f"{owner}.gate", row.gate.when)
            for modality in row.gate.modalities:
                if row.level(modality) != "forbidden":
                    yield Fault("", f"{owner}.gate", f"{modality} is not forbidden by the row")


def _shallow_faults(
    owner: str, row: Contraindication, shallow: Shallow, knowledge: PlannerKnowledge
) -> Iterator[Fault]:
    """Shallow instead of gone: only what the row keeps out as deep, and never where the lung lies beneath."""
    if not is_stop(row.level("deep_trunk") or "") or row.scope != "whole":
        yield Fault("", owner, "the row keeps no deep needle out of the trunk")
    if row.level("needle") in STOPS:
        yield Fault("", owner, "the row keeps every needle out")
    for region in shallow.regions:
        if region not in TRUNK or region in THORAX:
            yield Fault("", owner, f"{region!r}: only on the trunk below the ribs")
    yield from _sources(owner, (shallow.source,), knowledge)


def _point_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    named = [(rule.id, choice.code) for rule in knowledge.rules for choice in rule.points]
    named += [(rule.id, ref.code) for rule in knowledge.adjuncts for ref in rule.points]
    named += [(rule.id, ref.code) for rule in knowledge.home for ref in rule.points]
    named += [(pair.id, code) for pair in knowledge.pairs for code in (pair.a, pair.b)]
    for owner, code in named:
        if code not in knowledge.points:
            yield Fault("", owner, f"no such point {code!r}{nearest(code, knowledge.points)}")
            continue
        try:
            use = knowledge.points[code].use
        except KnowledgeError as error:
            yield from error.faults
            continue
        if use != "plan":
            yield Fault("", owner, f"point {code!r} may not be proposed (use is not plan)")


def _ear_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    for ear in knowledge.ear_rules:
        for zone in ear.points:
            known = knowledge.ear_points.get(zone.code)
            if known is None:
                yield _no_zone(ear.id, zone.code, knowledge)
            elif "seeds" not in known.methods:
                text = f"ear zone {zone.code!r} is not worked with seeds, the method of every patient"
                yield Fault("", ear.id, text)
    for use in knowledge.ear_uses:
        method = knowledge.ear_methods.get(use.method)
        if method is None:
            yield Fault("", use.id, f"no such ear method {use.method!r}")
        elif (use.of_needles > 0) != (method.keep_days == 0):
            yield Fault("", use.id, "of_needles: required for ear needles in the visit, allowed for nothing else")


def _no_zone(owner: str, code: str, knowledge: PlannerKnowledge) -> Fault:
    return Fault("", owner, f"no such ear zone {code!r}{nearest(code, knowledge.ear_points)}")


def _site_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    for site in knowledge.sites.values():
        owner = f"site[{site.id}]"
        yield from (_no_zone(owner, code, knowledge) for code in site.ear if code not in knowledge.ear_points)
        if site.id not in kinds()["site"]:
            yield Fault("", owner, "not a site of the vocabulary")
        if site.region not in knowledge.ashi:
            yield Fault("", owner, f"region {site.region!r} has no limits for tender points")


def _list_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    for row in knowledge.neutral:
        owner = f"neutral[{row.finding}]"
        yield from _no_facts(owner, "no such finding", (row.finding,))
        yield from _sources(owner, (row.source,), knowledge)
    for style in knowledge.styles.values():
        yield from _sources(f"style[{style.id}]", style.sources, knowledge)
    for limit in knowledge.limits.values():
        yield from _sources(f"limit[{limit.id}]", (limit.source,), knowledge)
    for one in get_args(LimitId):
        if one not in knowledge.limits:
            yield Fault("review_limits.toml", f"limit[{one}]", "missing")
    for number in knowledge.numbers.values():
        unknown = _sources(f"number[{number.id}]", (number.source,), knowledge)
        yield from (replace(fault, file=NUMBERS) for fault in unknown)
    most = max((max(person.first, person.later) for person in knowledge.persons), default=0)
    yield from number_faults(knowledge.numbers, most)
