"""The body chart to look at: its pictures by tab, each with its places, and how it feels at those that are marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from intake.questionnaire.schema import ChartFile
from intake.questionnaire.values import Question, Region, kind_at


def pictures(chart: ChartFile, regions: Sequence[Region]) -> list[dict[str, Any]]:
    """The tabs in order: ``id``, ``label``, ``views``, of which each is a ``view`` and its ``regions``."""
    return [
        {
            "id": tab.id,
            "label": tab.label,
            "views": [
                {"view": view, "regions": [region for region in regions if region.view == view.id]}
                for view in chart.view
                if view.tab == tab.id
            ],
        }
        for tab in chart.tab
    ]


def feelings(question: Question, ticked: Collection[str]) -> list[dict[str, Any]]:
    """A row for each place marked: ``region``, and its ``kinds`` to tick."""
    return [
        {
            "region": region,
            "kinds": [
                {"value": kind_at(region, kind), "label": kind.label, "is_on": kind_at(region, kind) in ticked}
                for kind in question.kinds
            ],
        }
        for region in question.regions
        if region.id in ticked
    ]


def still(chart: ChartFile, question: Question, ticked: Collection[str]) -> dict[str, Any]:
    """For whoever reads it. ``views``: the whole body, and what else is marked; ``marks``: each place in words."""
    marked = [region for region in question.regions if region.id in ticked]
    touched = {region.view for region in marked}
    marks: list[dict[str, Any]] = [
        {"region": region, "kind": _main(question, region, ticked), "words": words_at(question, region, ticked)}
        for region in marked
    ]
    return {
        "views": [
            {
                "view": view,
                "all": [region for region in question.regions if region.view == view.id],
                "regions": [mark for mark in marks if mark["region"].view == view.id],
            }
            for view in chart.view
            if view.outline or view.id in touched
        ],
        "marks": marks,
    }


def words_at(question: Question, region: Region, ticked: Collection[str]) -> str:
    """A place, and how it feels there: "Lower back, left: burning, numb"."""
    kinds = question.kinds_at(region, ticked)
    return ": ".join(filter(None, (region.label, ", ".join(kind.label.lower() for kind in kinds))))


def _main(question: Question, region: Region, ticked: Collection[str]) -> str:
    """The kind that colours a place: where feeling is lost, that; else the first."""
    kinds = question.kinds_at(region, ticked)
    numb = [kind for kind in kinds if kind.numb]
    return (numb or [*kinds])[0].id if kinds else ""
