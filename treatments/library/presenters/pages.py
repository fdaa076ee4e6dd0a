"""The knowledge to read: points, ear, patterns, rules, red flags, contraindications, sources.

Everything comes from the files the planner itself reads, and is put into words once per process.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from clinic.lib.complaints import DEFAULT, complaints
from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from intake.presenters.evidence import as_often
from intake.questionnaire.languages import spoken_languages
from treatments.clinic_knowledge import planner_knowledge
from treatments.library.presenters import own_points, words
from treatments.library.presenters.complaints import chips, own_rules
from treatments.library.presenters.signs import combination_words, draft_rows, sign_rows
from treatments.own_points import knowledge_with
from treatments.planner.knowledge.clinic_file_checks import SOURCE_PREFIX
from treatments.planner.knowledge.tables import Contraindication, Point
from treatments.planner.vocabulary import severity
from treatments.planner.vocabulary.body import AREA_PLACES
from treatments.planner.vocabulary.modalities import HOME_CARE, MODALITIES, adjunct_name
from treatments.plans import point_search

PREGNANCY = {
    "ok": "allowed; weeks 1 to 12 only with a reason",
    "override": "only with a reason",
    "forbid": "not before week 37, then only with a reason",
    "forbid_t1": "not in weeks 1 to 12, later only with a reason",
}
ELECTRO = {"yes": "allowed", "override": "only with a reason", "no": "not allowed"}
CONFIDENCE = {
    "READ": "read in the source",
    "KNOWN": "textbook teaching, not re-read",
    "UNSURE": "a person must check it",
    "DESIGN": "our own proposal",
}
USE = {"plan": "proposed by the planner", "manual": "only added by hand", "never": "not needled in Ashi"}


@lru_cache(maxsize=1)
def _points() -> tuple[Point, ...]:
    book = planner_knowledge().points
    return tuple(book[code] for code in book if code != point_search.ASHI)  # a place found by palpation, not a point


@lru_cache(maxsize=1)
def shelves() -> Context:
    """Channels and regions with their numbers of points; the languages of the patient's side."""
    channels: dict[str, int] = {}
    regions: dict[str, int] = {}
    for point in _points():
        channels[point.channel] = channels.get(point.channel, 0) + 1
        regions[point.region] = regions.get(point.region, 0) + 1
    return {
        "channels": [(name, words.channel_name(name), count) for name, count in channels.items()],
        "regions": [(name, words.channel_name(name), count) for name, count in sorted(regions.items())],
        "languages": languages(),
    }


def languages() -> list[Context]:
    """The languages of the patient's side, with who has read their words."""
    return [
        {
            "name": one.name,
            "is_draft": one.is_draft,
            "by": one.review.by,
            "date": one.review.date,
            "without": one.left_out,
        }
        for one in spoken_languages().values()
    ]


@lru_cache(maxsize=1)
def counts() -> Context:
    planner, intake = planner_knowledge(), load_intake_knowledge()
    rules = {rule.id: rule for pack in complaints() for rule in planner_knowledge(pack).every_rule()}.values()
    return {
        "complaints": len(complaints()),
        "points": len(_points()),
        "ear": len(planner.ear_points),
        "patterns": len(intake.patterns.pattern),
        "rules": len(rules),
        "design": sum("DESIGN" in rule.sources for rule in rules),
        "drafts": len(planner.drafts) + len(intake.drafts),
        "flags": len(intake.flags.flag),
        "contraindications": len(planner.contraindications),
        "sources": len(planner.sources),
        "version": planner.version,
    }


def points_page(q: str, channel: str, region: str) -> Context:
    """Points that a text may mean, or those of one channel or region."""
    if q.strip():
        found = point_search.search(q, limit=40)
    elif channel or region:
        found = [p for p in _points() if (not channel or p.channel == channel) and (not region or p.region == region)]
    else:
        found = []
    return {
        "q": q,
        "channel": channel,
        "region": region,
        "channel_words": words.channel_name(channel),
        "region_words": words.channel_name(region),
        "found": found,
        **shelves(),
    }


def point_page(code: str) -> Context | None:
    """One point with everything known about it, or None. Any spelling of its code is accepted."""
    if code in planner_knowledge().points:
        return _book_page(code)
    point = point_search.find(code)
    if point is None:
        return None
    if point.code in planner_knowledge().points:
        return _book_page(point.code)
    return {**_page_of(point), "history": own_points.history(point.code)}  # a row: it may be another in a moment


@lru_cache(maxsize=512)
def _book_page(code: str) -> Context:
    return _page_of(planner_knowledge().points[code])


def _page_of(point: Point) -> Context:
    return {
        "point": point,
        "channel": words.channel_name(point.channel),
        "region": words.channel_name(point.region),
        "positions": [position.replace("_", " ") for position in point.positions],
        "classes": [_class_words(one) for one in point.classes],
        "risks": [risk.replace("_", " ") for risk in point.risks],
        "pregnancy": PREGNANCY[point.pregnancy],
        "electro": ELECTRO[point.electro],
        "confidence": CONFIDENCE[point.confidence],
        "use": USE[point.use],
        "rules": [
            words.rule_row(rule)
            for rule in {one.id: one for pack in complaints() for one in planner_knowledge(pack).every_rule()}.values()
            if point.code in words.codes_in(rule)
        ],
        "sources": sources_of(point.sources),
    }


def _class_words(text: str) -> str:
    """``meeting_of:bladder+stomach`` as "meeting of bladder, stomach"."""
    name, _, rest = text.partition(":")
    return f"{name.replace('_', ' ')} {rest.replace('+', ', ').replace('_', ' ')}".strip()


def sources_of(keys: tuple[str, ...]) -> list[Any]:
    known = knowledge_with(key.removeprefix(SOURCE_PREFIX) for key in keys).sources
    return [known[key] for key in keys if key in known]


@lru_cache(maxsize=1)
def ear_page() -> Context:
    knowledge = planner_knowledge()
    groups: dict[str, list[Any]] = {}
    for point in knowledge.ear_points.values():
        groups.setdefault(point.group, []).append(
            {
                "point": point,
                "pregnancy": PREGNANCY[point.pregnancy],
                "methods": ", ".join(method.replace("_", " ") for method in point.methods),
            }
        )
    return {
        "groups": list(groups.items()),
        "methods": [{**dict(method), "id": method.id.replace("_", " ")} for method in knowledge.ear_methods.values()],
    }


@lru_cache(maxsize=16)
def patterns_page(complaint: str = DEFAULT) -> Context:
    """Every pattern of a complaint with its signs and how much each speaks, gate, signs against, codes, principle."""
    intake, planner = load_intake_knowledge(complaint=complaint), planner_knowledge(complaint)
    rows: list[Context] = []
    for place, name in enumerate(intake.pattern_ids):
        pattern = intake.patterns.pattern[name]
        signs = [
            {
                "text": words.fact_words(sign.finding),
                "times": sign.times(place),
                "speaks": as_often(sign.times(place)),
                "with_it": round(100 * sign.alone[place]),
                "ordinary": round(100 * sign.common),
                "source": intake.weights.weights[sign.finding].source,
            }
            for sign in intake.signs
            if place in sign.voters
        ]
        principle = planner.principles.get(name)
        rows.append(
            {
                "id": name,
                "pattern": pattern,
                "signs": sorted(signs, key=lambda sign: (-sign["times"], sign["text"])),
                "gate": [words.fact_words(finding) for finding in pattern.gate],
                "against": [words.fact_words(finding) for finding in pattern.against],
                "codes": [(code, intake.patterns.icd11_titles.get(code, "")) for code in pattern.icd11],
                "principle": principle.text if principle else pattern.principle,
                "sources": principle.sources if principle else (),
            }
        )
    return {
        "branches": [row for row in rows if row["pattern"].role == "branch"],
        "roots": [row for row in rows if row["pattern"].role == "root"],
        "patterns": intake.patterns,
        "chips": chips(complaint),
        "about": complaints()[complaint],
    }


@lru_cache(maxsize=16)
def _rule_rows(complaint: str) -> tuple[tuple[str, str, tuple[Context, ...]], ...]:
    """The rules of a complaint by kind, the common ones among them; `of` names the complaint where they are its own."""
    knowledge, own = planner_knowledge(complaint), own_rules(complaint)
    off = {rule.id for rule in knowledge.switched_off}
    rules = [rule for rule in knowledge.every_rule() if rule.id not in off]
    name = complaints()[complaint].name
    planner = tuple(
        (
            key,
            heading,
            tuple(
                words.rule_row(rule) | {"of": name if rule.id in own else ""} for rule in rules if type(rule) is kind
            ),
        )
        for key, kind, heading in words.KINDS
    )
    return planner + sign_rows(complaint)


def _found(asked: str) -> list[tuple[str, str, list[Context]]]:
    """The rules of every complaint that contain a word, each once."""
    groups: dict[str, tuple[str, dict[str, Context]]] = {}
    for complaint in complaints():
        for key, name, rows in _rule_rows(complaint):
            kept = groups.setdefault(key, (name, {}))[1]
            for row in rows:
                if asked in f"{row['id']} {row['when']} {row['does']} {row['text']}".casefold():
                    kept.setdefault(f"{row['id']} {row['does']}", row)
    return [(key, name, list(kept.values())) for key, (name, kept) in groups.items()]


def rules_page(kind: str, q: str, complaint: str = DEFAULT) -> Context:
    """Rules of one kind for one complaint, or those of every complaint that contain a word; else the kinds."""
    asked = q.strip().casefold()
    of_kind = [row for row in _rule_rows(complaint) if row[0] == kind]
    groups = [(name, rows) for _, name, rows in (_found(asked) if asked else of_kind) if rows]
    return {
        "q": q,
        "kind": kind,
        "kinds": [(key, name, len(rows)) for key, name, rows in _rule_rows(complaint)],
        "groups": [(name, rows, sorted({row["by"] for row in rows})) for name, rows in groups],
        "chips": chips(complaint),
        "about": complaints()[complaint],
        "drafts": [words.rule_row(rule) for rule in planner_knowledge(complaint).draft_rules],
        "sign_drafts": draft_rows(),
        "switched_off": [words.rule_row(rule) for rule in planner_knowledge(complaint).switched_off],
    }


@lru_cache(maxsize=16)
def flags_page(complaint: str = "") -> Context:
    """The red flags of every complaint, or those that are asked about for one; all of them hold for everybody."""
    intake = load_intake_knowledge(complaint=complaint or DEFAULT)
    pack = intake.complaint
    asked = {*pack.required, *(one for group in pack.required_any for one in group), *pack.asked_at_every_visit}
    asked |= {flag.finding for flag in intake.asked_beside} | {one for row in pack.required_if.values() for one in row}
    groups: dict[str, list[Context]] = {}
    for flag in intake.flags.flag:
        if complaint and flag.finding not in asked:
            continue
        groups.setdefault(flag.group, []).append(
            {
                "flag": flag,
                "asked": intake.labels.get(flag.finding, flag.finding),
                "message": intake.flags.messages.get(flag.message, ""),
                "lift": intake.flags.lift.get(flag.message, ""),
            }
        )
    combinations = [
        {
            "rule": rule.row,
            "when": combination_words(rule),
        }
        for rule in intake.rules
    ]
    return {
        "groups": list(groups.items()),
        "combinations": [] if complaint else combinations,
        "chips": chips(complaint),
        "about": pack if complaint else None,
    }


@lru_cache(maxsize=1)
def contraindications_page() -> Context:
    marks: dict[str | None, tuple[str, str]] = {
        None: ("–", "no limit"),
        "caution": ("C", severity.WORDS["caution"]),
        "needs_reason": ("R", severity.WORDS["needs_reason"]),
        "forbidden": ("F", severity.WORDS["forbidden"]),
    }
    rows = [
        {
            "row": row,
            "narrowed": _narrowed(row),
            "cells": [(modality, row.level(modality), *marks[row.level(modality)]) for modality in MODALITIES],
        }
        for row in planner_knowledge().contraindications
    ]
    signed = {f"{row.by}, {row.date}" for row in planner_knowledge().contraindications if row.status == "reviewed"}
    return {
        "rows": rows,
        "modalities": [words.heading for words in MODALITIES.values()],
        "signed": sorted(signed),
    }


def _narrowed(row: Contraindication) -> str:
    """Where a cell counts in one area alone, and which kinds of treatment the row says nothing about."""
    told = [
        f"{MODALITIES[modality].name}: this level {AREA_PLACES[area]} only, elsewhere with care."
        for modality, area in row.only_at.items()
    ]
    if row.spares:
        told.append(
            f"Says nothing about: {', '.join(HOME_CARE.get(kind) or adjunct_name(kind) for kind in row.spares)}."
        )
    return " ".join(told)


@lru_cache(maxsize=1)
def sources_page() -> Context:
    every = {key: source for pack in complaints() for key, source in planner_knowledge(pack).sources.items()}
    return {"sources": list(every.values())}
