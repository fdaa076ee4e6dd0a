"""Compares one proposal with what its case file expects. Every fault is a sentence a clinician can act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .worked_case_reading import Reading, is_adjunct, is_withheld
from .worked_cases import May, Must, MustNot, WorkedCase, planner

DEQI = ("none", "mild", "clear")


def faults(worked: WorkedCase, proposal: dict[str, Any]) -> list[str]:
    """Everything that differs from the file; empty when the proposal is as the clinician wants it."""
    reading = Reading(proposal)
    return [
        *_must(worked.must, reading),
        *_may(worked.must, worked.may, reading),
        *_must_not(worked.must_not, reading),
        *_unsignable(reading),
    ]


def _must(must: Must, r: Reading) -> Iterator[str]:
    p, judged = r.proposal, r.proposal["assessment"]
    yield from _one_of("action", p["action"], must.action)
    yield from _one_of("class", judged["class"], must.class_)
    yield from _one_of("branch", judged["branch"] or "none", must.branch)
    yield from _one_of("root", judged["root"] or "none", must.root)
    yield from _all("patterns", must.patterns, [row["id"] for row in judged["patterns"]])
    yield from _all("causes", must.causes, judged["causes"])
    yield from _all("channels", must.channels, judged["channels"])
    found = [frozenset(row["findings"]) for row in judged["contradictions"]]
    for pair in must.contradictions:
        if frozenset(pair) not in found:
            yield f"must.contradictions: {' and '.join(pair)} is not shown"
    positions = [stage["position"] for stage in r.stages]
    if must.positions is not None and positions != list(must.positions):
        yield f"must.positions: {list(must.positions)}, but it is {positions}"
    if must.side_up is not None and must.side_up not in [stage["side_up"] for stage in r.stages]:
        yield f"must.side_up: {must.side_up} is not up"
    yield from _between("needles", must.needles, len(r.needles))
    yield from _between("retention", must.retention, max((s["retention_min"] for s in r.stages), default=0))
    for wanted in must.points:
        if not r.has_needle(wanted):
            yield f"must.points: {wanted} is not needled"
    for role, least in must.roles.items():
        number = sum(needle.role == role for needle in r.needles)
        if number < least:
            yield f"must.roles: {role} has {number} needles, should have {least}"
    for code, technique in must.techniques.items():
        used = {needle.row["technique"] for needle in r.needles if needle.code == code}
        if used != {technique}:
            yield f"must.techniques: {code} is {sorted(used) or 'not needled'}, not {technique}"
    if must.deqi_at_most is not None:
        for needle in r.needles:
            if DEQI.index(needle.row["deqi"]) > DEQI.index(must.deqi_at_most):
                yield f"must.deqi_at_most: {needle.code} has {needle.row['deqi']}"
    for code, most in must.depth_at_most.items():
        for needle in r.needles:
            if needle.code == code and needle.row["depth_mm"][1] > most:
                yield f"must.depth_at_most: {code} goes to {needle.row['depth_mm'][1]} mm"
    for wanted in must.adjuncts:
        if not r.has_adjunct(wanted):
            yield f"must.adjuncts: no {wanted}"
    yield from _all("electro", must.electro, r.pairs)
    if must.electro_from_visit is not None and {c["from_visit"] for c in r.currents} != {must.electro_from_visit}:
        yield f"must.electro_from_visit: it is {sorted({c['from_visit'] for c in r.currents})}"
    if must.electro_hz and not {c["frequency_hz"] for c in r.currents} <= set(must.electro_hz):
        yield f"must.electro_hz: it is {sorted({c['frequency_hz'] for c in r.currents})}"
    for current in r.currents:
        yield from _between("electro_minutes", must.electro_minutes, current["minutes"])
    yield from _all("ear", must.ear, r.zones)
    yield from _all("ear_methods", must.ear_methods, [item["method"] for item in r.ear])
    yield from _all("home", must.home, [item["kind"] for item in r.home])
    yield from _all("home_points", must.home_points, [point["code"] for item in r.home for point in item["points"]])
    if must.sessions or must.per_week or must.review_at:
        if r.plan is None:
            yield "must.sessions, per_week, review_at: there is no plan"
        else:
            yield from _between("sessions", must.sessions, r.plan["dose"]["sessions"])
            yield from _between("per_week", must.per_week, r.plan["dose"]["per_week"])
            yield from _all("review_at", must.review_at, r.plan["dose"]["review_at"])
    for wanted in must.alerts:
        if not r.has_alert(wanted):
            yield f"must.alerts: no {wanted}"
    yield from _all("ask", must.ask, [question["finding"] for question in p["ask"]])
    for wanted in must.withheld:
        if not r.has_withheld(wanted):
            yield f"must.withheld: nothing says {wanted}"
    for text in must.words:
        if text.lower() not in r.words:
            yield f"must.words: nowhere is “{text}”"


def _may(must: Must, may: May, r: Reading) -> Iterator[str]:
    """A list written in [may] is closed: together with [must] it names all that is wanted."""
    if may.points is not None:
        allowed = [one for entry in (*must.points, *may.points) for one in entry.split(" or ")]
        for needle in r.needles:
            if not any(needle.fits(one, r.both) for one in allowed):
                yield f"may.points: {needle.code} {needle.level} {needle.side} is needled and not in the list"
    if may.adjuncts is not None:
        allowed = [one for entry in (*must.adjuncts, *may.adjuncts) for one in entry.split(" or ")]
        for item in r.adjuncts:
            if not any(is_adjunct(item, one) for one in allowed):
                yield f"may.adjuncts: {item['kind']} ({item['detail']}) is not in the list"
    yield from _closed("electro", must.electro, may.electro, r.pairs)
    yield from _closed("ear", must.ear, may.ear, r.zones)
    yield from _closed("home", must.home, may.home, [item["kind"] for item in r.home])
    yield from _closed("ask", must.ask, may.ask, [question["finding"] for question in r.proposal["ask"]])
    if may.alerts is not None:
        told = [a for a in r.proposal["alerts"] if a["level"] != "note"]
        expected = [entry.split()[0] for entry in (*must.alerts, *may.alerts)]
        for alert in told:
            if alert["code"] not in expected:
                yield f"may.alerts: {alert['level']} {alert['code']} cries wolf: {alert['text']}"
    if may.withheld is not None:
        for item in r.proposal["withheld"]:
            if not any(is_withheld(item, entry) for entry in (*must.withheld, *may.withheld)):
                yield f"may.withheld: {item['item']} ({item['level']}, {item['because']}) is not in the list"


def _must_not(no: MustNot, r: Reading) -> Iterator[str]:
    p, judged = r.proposal, r.proposal["assessment"]
    if p["action"] in no.action:
        yield f"must_not.action: it is {p['action']}"
    for key in ("branch", "root"):
        if judged[key] in getattr(no, key):
            yield f"must_not.{key}: it is {judged[key]}"
    for wanted in no.points:
        if r.has_needle(wanted):
            yield f"must_not.points: {wanted} is needled"
    points = planner().points
    for needle in r.needles:
        region = points[needle.code].region
        if region in no.regions:
            yield f"must_not.regions: {needle.code} lies in {region}"
    for limb in no.limbs:
        side, part = limb.split()
        yield from _on_limb(part, side, r)
    for stage in r.stages:
        if stage["position"] in no.positions:
            yield f"must_not.positions: {stage['position']}"
    for modality in no.modalities:
        if r.uses(modality):
            yield f"must_not.modalities: {modality} is proposed"
    for wanted in no.adjuncts:
        if r.has_adjunct(wanted):
            yield f"must_not.adjuncts: {wanted} is proposed"
    for pair in no.electro:
        if any(pair == found or pair == found.split()[0] for found in r.pairs):
            yield f"must_not.electro: {pair} is proposed"
    for code, techniques in no.techniques.items():
        for needle in r.needles:
            if needle.code == code and needle.row["technique"] in techniques:
                yield f"must_not.techniques: {code} is {needle.row['technique']}"
    for zone in no.ear:
        if zone in r.zones:
            yield f"must_not.ear: {zone} is proposed"
    for wanted in no.alerts:
        if r.has_alert(wanted):
            yield f"must_not.alerts: {wanted} is raised"
    for finding in no.ask:
        if any(question["finding"] == finding for question in p["ask"]):
            yield f"must_not.ask: {finding} is asked"
    for wanted in no.withheld:
        if r.has_withheld(wanted):
            yield f"must_not.withheld: {wanted} is withheld"
    for text in no.words:
        if text.lower() in r.words:
            yield f"must_not.words: “{text}” stands somewhere"


def _on_limb(limb: str, side: str, r: Reading) -> Iterator[str]:
    points = planner().points
    for needle in r.needles:
        if points[needle.code].limb == limb and needle.side == side:
            yield f"must_not.limbs: {needle.code} is needled on the {side} {limb}"
        if needle.row["side"] == "both" and points[needle.code].limb == limb:
            yield f"must_not.limbs: {needle.code} is written both, sides must be told one by one"
    for item in (*r.adjuncts, *r.home):
        for point in item["points"]:
            if points[point["code"]].limb == limb and point["side"] in (side, "both") and item["kind"] != "acupressure":
                yield f"must_not.limbs: {item['kind']} at {point['code']} {point['side']}"
    for current in r.currents:
        for pair in current["leads"]:
            if current["side"] == side and any(points[code].limb == limb for code in pair):
                yield f"must_not.limbs: current {'-'.join(pair)} on the {side}"


def _unsignable(r: Reading) -> Iterator[str]:
    """What no careful practitioner would sign, whatever the file says."""
    stopped = r.proposal["action"] in ("emergency", "refer_before_treating", "need_information")
    if stopped != (r.plan is None):
        yield f"a plan with action {r.proposal['action']}" if stopped else f"no plan with action {r.proposal['action']}"
    seen: set[tuple[str, str, str, str]] = set()
    for needle in r.needles:
        place = (needle.code, needle.level, needle.side, needle.row.get("where", ""))
        if place in seen:
            yield f"{needle.code} {needle.level} {needle.side} is needled twice"
        seen.add(place)
    barred = any(item["item"] == "ASHI" for item in r.proposal["withheld"])  # the painful place itself is left alone
    barred = barred or not r.proposal["assessment"]["sites"]  # bad sleep is no place: nothing local, nothing tender
    if len(r.needles) >= 8 and not barred:
        serves = {needle.role for needle in r.needles}
        for role in ("local", "distal"):
            if role not in serves:
                yield f"eight needles or more and none of them {role}"
    if len(r.needles) >= 6 and not barred and not any(needle.code == "ASHI" for needle in r.needles):
        yield "six needles or more and no tender point"
    for item in (*(row for s in r.stages for row in (*s["points"], *s["electro"])), *r.adjuncts, *r.ear, *r.home):
        if not item["because"] or not all(reason["sources"] for reason in item["because"]):
            yield f"no reason or source for {item.get('code') or item.get('kind') or item.get('method') or 'current'}"


def _one_of(key: str, value: str, wanted: str | tuple[str, ...] | None) -> Iterator[str]:
    allowed = (wanted,) if isinstance(wanted, str) else wanted
    if allowed is not None and value not in allowed:
        yield f"must.{key}: {' or '.join(allowed)}, but it is {value}"


def _all(key: str, wanted: Iterable[Any], found: Iterable[Any]) -> Iterator[str]:
    there = list(found)
    for one in wanted:
        choices = one.split(" or ") if isinstance(one, str) else [one]
        if not any(choice in there for choice in choices):
            yield f"must.{key}: {one} is missing ({', '.join(map(str, there)) or 'nothing'} is there)"


def _closed(key: str, must: tuple[str, ...], may: tuple[str, ...] | None, found: Iterable[str]) -> Iterator[str]:
    if may is None:
        return
    allowed = {one for entry in (*must, *may) for one in entry.split(" or ")}
    for one in found:
        if one not in allowed:
            yield f"may.{key}: {one} is not in the list"


def _between(key: str, wanted: tuple[int, int] | None, value: int) -> Iterator[str]:
    if wanted is not None and not wanted[0] <= value <= wanted[1]:
        yield f"must.{key}: {wanted[0]} to {wanted[1]}, but it is {value}"
