"""A plan in words: stages as tables, the dose in everyday words, safety, what was withheld and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import dateformat, timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.loose import Context
from treatments import planning
from treatments.models import TreatmentPlan
from treatments.models.proposal import said
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.treatment.by_hand import is_by_hand
from treatments.planner.treatment.shapes import (
    AdjunctJson,
    DoseJson,
    EarJson,
    ElectroJson,
    PointJson,
    PointRefJson,
    ProtocolJson,
    StageJson,
    TreatmentJson,
    WithheldJson,
)
from treatments.planner.treatment.written import depth_text, levels_text, needle_words
from treatments.planner.vocabulary import severity
from treatments.planner.vocabulary.body import POSITIONS, SIDES_SHORT
from treatments.planner.vocabulary.modalities import adjunct_name, ear_method_name
from treatments.plans.actions import drafts, signing
from treatments.plans.presenters import planned_visits, point_map
from treatments.plans.presenters.at_home import dose_words
from treatments.plans.presenters.proposal import NO_RULES, asks_of, because_words
from treatments.plans.treatment_edits import name_of

POSITION_ICONS = {
    "prone": "arrow-down-square",
    "supine": "arrow-up-square",
    "side_lying": "layout-split",
    "seated": "person",
}
MARKS = {  # severity -> colour and icon
    "forbidden": ("danger", "slash-circle"),
    "needs_reason": ("danger", "exclamation-octagon"),
    "caution": ("caution", "exclamation-triangle"),
    "note": ("", "info-circle"),
}


def review_words(dose: DoseJson) -> str:
    """ "Review at visits 5 and 10" """
    numbers = [str(n) for n in dose.get("review_at", [])]
    if not numbers:
        return "No review planned"
    text = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"Review at visit{'' if len(numbers) == 1 else 's'} {text}"


def page_of(plan: TreatmentPlan) -> Context:
    """Everything the plan page shows."""
    treatment = plan.treatment
    alerts = _alerts(plan)
    waiting = [alert for alert in alerts if alert["level"] != "caution" and not alert["passed"]]
    new_cautions = [alert for alert in alerts if alert["level"] == "caution" and not alert["is_seen"]]
    result = said(plan)
    shown = [alert["text"] for alert in waiting + new_cautions]
    clinical_alerts = _not_said(result.alerts, shown, lambda alert: alert["text"])
    shown += [alert["text"] for alert in clinical_alerts]
    reasons = reasons_for("override")
    own = [alert for alert in alerts if not _is_of_every_point(alert, treatment)]
    return {
        "plan": plan,
        "patient": plan.patient,
        "is_draft": plan.is_draft,
        "no_rules": NO_RULES if plan.is_by_hand else "",
        "principle": treatment["principle"],
        "needles": treatment.get("needles"),
        "dose": {
            "words": "A single visit, without a course" if plan.is_single else dose_words(treatment["dose"]),
            "review": review_words(treatment["dose"]),
            "because": treatment["dose"].get("because", []),
        },
        "minutes": signing.minutes_needed(treatment),
        "stages": (stages := _stages(treatment["stages"], "stages", own)),
        "maps": [
            {"number": told["number"], "position_words": told["position_words"], "map": drawing}
            for told, stage in zip(stages, treatment["stages"], strict=True)
            if (drawing := point_map.of_stage(stage))
        ],
        "protocols": [
            {
                "name": protocol["name"],
                "address": f"protocols.{i}.",
                "when": protocol_words(protocol),
                "because": protocol["because"],
                "stages": _stages(protocol["stages"], f"protocols.{i}.stages", own),
            }
            for i, protocol in enumerate(treatment.get("protocols", []))
        ],
        "visits": planned_visits.visits_of(plan, now=timezone.now()),
        "adjuncts": [_adjunct(item, i, alerts) for i, item in enumerate(treatment.get("adjuncts", []))],
        "ear": [_ear(item, i) for i, item in enumerate(treatment.get("ear", []))],
        "home_care": [
            {**item, "name": name_of(item), "address": f"home_care.{i}", "points_words": _refs(item.get("points"))}
            for i, item in enumerate(treatment.get("home_care", []))
        ],
        "cautions": _not_said(treatment.get("cautions", []), shown, lambda text: text),
        "alerts": alerts,
        "waiting": waiting,
        "new_cautions": new_cautions,
        "passed": [{**one, "reason_words": reasons.get(one["reason_code"], "")} for one in plan.overrides],
        "open_points": signing.open_points(plan) if plan.is_draft else [],
        "clinical_alerts": clinical_alerts,
        "withheld": _withheld(result.withheld),
        "ask": asks_of(result.ask, is_by_hand=plan.is_by_hand),
        "merge": plan.review.get("merge"),
        "compared": _compared(plan),
        "edits": [{**e, "when": _when(e["at"])} for e in reversed(plan.edits[-30:])],
        "can_undo": plan.is_draft and _has_earlier(plan),
        "reasons": reasons,
        "assessment": plan.proposal.assessment,
    }


def _when(at: str) -> str:
    return dateformat.format(timezone.localtime(dt.datetime.fromisoformat(at)), "j M H:i")


def _has_earlier(plan: TreatmentPlan) -> bool:
    """``plan_for`` only asks whether there is anything to undo, without loading it."""
    return bool(plan.has_earlier if hasattr(plan, "has_earlier") else plan.undo_steps.exists())


def _compared(plan: TreatmentPlan) -> Context | None:
    """A draft compared with the plan in force: what signing it would change."""
    if not plan.is_draft:
        return None
    force = next(iter(_in_force(plan.episode_id)), None)
    if force is None:
        return None
    return {"plan": force, "changes": planning.compared(force.treatment, plan.treatment)}


@KeptQuery
def _in_force(episode: int) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(episode=episode, status=TreatmentPlan.Status.SIGNED)
    return rows.only("version", "treatment")


def split_name(name: str) -> tuple[str, str]:
    """ "Dachangshu 大肠俞" as pinyin and characters."""
    pinyin = " ".join(word for word in name.split() if word.isascii() or not _is_han(word))
    hanzi = " ".join(word for word in name.split() if _is_han(word))
    return pinyin, hanzi


def _is_han(word: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in word)


def _alerts(plan: TreatmentPlan) -> list[Context]:
    seen = set(plan.review.get("seen", []))
    rows = []
    for found in drafts.alerts_of(plan):
        alert = found.as_json()
        kind, icon = MARKS[alert["level"]]
        rows.append(
            {
                **alert,
                "kind": kind,
                "icon": icon,
                "word": severity.WORDS[alert["level"]],
                "because_words": because_words(alert["because"]),
                "name": "" if alert["text"].casefold().startswith(alert["item"].casefold()) else alert["item"],
                "is_seen": found.stamp in seen,
                "passed": found.passed_by(plan.overrides),
                "anchor": "alert-" + "".join(c if c.isalnum() else "-" for c in alert["key"]),
            }
        )
    return rows


def _not_said(notes: list[Any], said: list[str], words: Callable[[Any], str]) -> list[Any]:
    """The notes not contained in anything already said: each caution appears once on a page."""
    return [note for note in notes if not any(words(note).rstrip(".") in text for text in said)]


def _is_of_every_point(alert: Context, treatment: TreatmentJson) -> bool:
    """A caution on all points is shown once above them; on every row it would mark nothing."""
    points = {
        f"stages.{i}.points.{j}" for i, stage in enumerate(treatment["stages"]) for j in range(len(stage["points"]))
    }
    return alert["level"] == "caution" and len(points) > 1 and points <= set(alert.get("places", []))


def _of_item(alerts: list[Context], address: str) -> list[Context]:
    return [a for a in alerts if any(p == address or p.startswith(f"{address}.") for p in a.get("places", []))]


def protocol_words(protocol: ProtocolJson) -> str:
    """ "Every second visit from visit 3 on, once the pain is 3 or less" """
    often = "Every second visit from" if protocol["every"] == 2 else "From"
    eased = protocol.get("pain_at_most")
    return f"{often} visit {protocol['from_visit']} on" + (
        "" if eased is None else f", once the pain is {eased} or less"
    )


def _stages(rows: list[StageJson], address: str, alerts: list[Context]) -> list[Context]:
    stages = []
    for i, stage in enumerate(rows):
        at = f"{address}.{i}"
        count = len(stage["points"])
        stages.append(
            {
                **stage,
                "address": at,
                "key": str(i + 1) if address == "stages" else at.replace(".", "-"),  # of its fields: once on the page
                "electro_list": f"{at}.electro",
                "number": i + 1,
                "position_words": POSITIONS.get(stage["position"], stage["position"]),
                "points": [
                    _point(point, f"{at}.points.{j}", alerts, is_first=j == 0, is_last=j == count - 1)
                    for j, point in enumerate(stage["points"])
                ],
                "electro": [
                    _electro(item, f"{at}.electro.{j}", alerts) for j, item in enumerate(stage.get("electro", []))
                ],
            }
        )
    return stages


def _point(point: PointJson, address: str, alerts: list[Context], *, is_first: bool, is_last: bool) -> Context:
    pinyin, hanzi = split_name(point.get("name", ""))
    low, high = point["depth_mm"]
    return {
        **point,
        "item_name": name_of(point),
        "address": address,
        "pinyin": pinyin,
        "hanzi": hanzi,
        "side_words": SIDES_SHORT.get(point["side"], point["side"]),
        "needle_words": needle_words(point["needle"]),
        "depth_words": depth_text(low, high),
        "levels_words": levels_text(point.get("levels")),
        "alerts": _of_item(alerts, address),
        "is_first": is_first,
        "is_last": is_last,
        "is_by_hand": is_by_hand(point.get("because", [])),
    }


def _electro(item: ElectroJson, address: str, alerts: list[Context]) -> Context:
    levels = item.get("lead_levels") or [["", ""]] * len(item["leads"])
    leads = [
        " – ".join(f"{code} {level}".strip() for code, level in zip(pair, of_pair, strict=False))
        for pair, of_pair in zip(item["leads"], levels, strict=False)
    ]
    return {
        **item,
        "name": name_of(item),
        "address": address,
        "leads_words": leads or [" – ".join(pair) for pair in item["leads"]],
        "side_words": SIDES_SHORT.get(item["side"], item["side"]),
        "wave_words": str(item["wave"]).replace("_", "-"),
        "alerts": _of_item(alerts, address),
    }


def _adjunct(item: AdjunctJson, index: int, alerts: list[Context]) -> Context:
    kind = item["kind"]
    return {
        **item,
        "name": name_of(item),
        "address": f"adjuncts.{index}",
        "kind_words": adjunct_name(kind),
        "points_words": _refs(item.get("points")),
        "alerts": _of_item(alerts, f"adjuncts.{index}"),
    }


def _ear(item: EarJson, index: int) -> Context:
    return {
        **item,
        "name": name_of(item),
        "address": f"ear.{index}",
        "method_words": "needles in the visit" if item["method"] == "needles" else ear_method_name(item["method"]),
        "points_words": ", ".join(f"{p['code']} {p['name']}".strip() for p in item["points"]),
    }


def _refs(points: Iterable[PointRefJson] | None) -> str:
    return ", ".join(f"{p['code']} {SIDES_SHORT.get(p.get('side', ''), '')}".strip() for p in points or [])


def _withheld(withheld: Iterable[WithheldJson]) -> list[Context]:
    rows = []
    for item in withheld:
        level = severity.OF_WITHHELD[item["level"]]
        rows.append(
            {
                **item,
                "because_words": because_words(item["because"]),
                "kind": "danger" if level == "forbidden" else "caution",
                "word": severity.WORDS[level],
            }
        )
    return rows
