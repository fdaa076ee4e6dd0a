"""The body chart of ``knowledge/body_chart.toml`` as a question has it: its places, and how it feels there. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clinic.lib.knowledge_files import Fault
from intake.questionnaire import schema
from intake.questionnaire.values import PainKind, Region, Unsettled

FILE = "body_chart.toml"


def chart_faults(chart: schema.ChartFile, findings: Collection[str]) -> list[Fault]:
    """What is named and does not exist, and ids given twice."""
    return [Fault(FILE, key, text) for key, text in _faults(chart, findings)]


def _faults(chart: schema.ChartFile, findings: Collection[str]) -> Iterator[tuple[str, str]]:
    tabs, views = {tab.id for tab in chart.tab}, {view.id for view in chart.view}
    places = {region.id for region in chart.region}
    for kind, rows in (("view", chart.view), ("region", chart.region), ("kind", chart.kind), ("tab", chart.tab)):
        ids = [row.id for row in rows]
        yield from ((one, f"two with this id: {kind}") for one in sorted({one for one in ids if ids.count(one) > 1}))
    for view in chart.view:
        if view.tab not in tabs:
            yield view.id, f"no such tab: {view.tab}"
    for region in chart.region:
        if region.view not in views:
            yield region.id, f"no such view: {region.view}"
    told = [(row.id, row.findings) for row in chart.kind] + [(row.id, row.findings) for row in chart.region]
    for name, named in told:
        yield from ((name, f"no such finding: {one}") for one in named if one not in findings)
    for one in chart.unsettled:
        if one.finding not in findings:
            yield "unsettled", f"no such finding: {one.finding}"
        yield from (("unsettled", f"no such region: {place}") for place in one.regions if place not in places)


def drawing_of(chart: schema.ChartFile, words: schema.Words) -> dict[str, Any]:
    """What a question with the body chart has of it."""
    sides = {view.id: view.sides for view in chart.view}
    return {
        "regions": tuple(r for region in chart.region for r in _regions(region, sides.get(region.view, ()), words)),
        "kinds": tuple(PainKind(one.id, one.label, tuple(one.findings), one.numb) for one in chart.kind),
        "unsettles": tuple(Unsettled(u.finding, frozenset(u.regions), u.both_sides) for u in chart.unsettled),
    }


def _regions(region: schema.Region, sides: Sequence[str], words: schema.Words) -> list[Region]:
    if not region.mirrored:
        return [Region(region.id, region.view, region.label, region.path, False, tuple(region.findings), region.id)]
    return [
        Region(
            f"{region.id}_{side}",
            region.view,
            f"{region.label}, {getattr(words, side)}",
            region.path,
            place == 1,
            (*region.findings, f"side.{side}"),
            region.id,
        )
        for place, side in enumerate(sides)
    ]
