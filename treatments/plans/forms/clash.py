"""A change that came too late, in plain words: "Change BL25: depth from 18 mm"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from treatments.models import TreatmentPlan
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.treatment.alert_key import split_key
from treatments.planner.vocabulary.body import SIDES_LONG
from treatments.plans.forms.fields import FORMS, NAMES, kind_of
from treatments.plans.treatment_edits import EditRefused, item_at, name_of

_WHOLE = {"undo": "Take the last edit back", "seen": "Mark the cautions as read", "sign": "Sign the plan"}


def sent_words(plan: TreatmentPlan, data: QueryDict, action: str) -> str:
    """What someone asked for, next to the plan as it is now. ``action``: last part of the URL."""
    if action == "override":
        stop = split_key(data.get("key", ""))[1] or "a stop"
        reason = reasons_for("override").get(data.get("reason_code", ""), "")
        return ": ".join(part for part in (f"Keep {stop}", reason, data.get("reason", "")) if part)
    if action == "style":
        return f"Choose the plan {data.get('style', '')}"
    if action == "protocol":
        return f"Take the protocol {data.get('protocol', '')}"
    if action != "change":
        return _WHOLE.get(action, "Your change")
    verb, address = data.get("verb", ""), data.get("at", "")
    if verb == "add_point":
        point = (data.get("chosen") or data.get("point", "")).strip()
        where = data.get("where", "").strip()
        return ", ".join(part for part in (f"Add {point}", SIDES_LONG.get(data.get("side", ""), ""), where) if part)
    if verb == "swap":
        return f"Put {data.get('instead', '')} in place of {data.get('was', '')}"
    try:
        kind = kind_of(address)
        item = item_at(plan.treatment, address) if verb != "add" and kind != "principle" else None
    except EditRefused:
        return f"Change {data.get('was') or 'an item that is gone now'}"
    name = data.get("was") or (name_of(item) if kind == "points" and item else NAMES[kind])
    if verb in ("change", "add"):
        now = FORMS[kind].initial_of(item) if item else {}
        if kind == "principle":
            now = {"principle": plan.treatment["principle"]}
        fields = ", ".join(_fields(FORMS[kind](data), now))
        return f"{'Add' if verb == 'add' else 'Change'} {name}{': ' if fields else ''}{fields}"
    return {"remove": f"Remove {name}", "up": f"Move {name} up", "down": f"Move {name} down"}.get(verb, "Your change")


def _fields(form: forms.Form, now: dict[str, Any]) -> list[str]:
    """The fields that differ from the plan, each by its label and the label of its choice."""
    told = []
    for bound in form:
        sent = str(bound.value() or "").strip()
        if sent == _text(now.get(bound.name)):
            continue
        choices = dict(getattr(bound.field, "choices", []))
        told.append(f"{bound.label.lower()} {choices.get(sent, sent) or 'none'}")
    return told


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
