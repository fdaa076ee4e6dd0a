"""Two people on one visit: what a page sends is merged field by field with what has been stored since.

A page carries what its fields showed when they were last in sync (``base``). A field left alone here takes what a
colleague saved; one that only this page changed is kept; changed on both sides, to different values, it clashes and
none of it is written until someone picks one: ``pick-<field>`` "mine" or "theirs", with ``seen-<field>``, the stored
value that was shown next to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.visits.forms.parts import VisitForms


@dataclass(frozen=True)
class Clash:
    """One field that two people changed to different values."""

    name: str
    label: str
    theirs: str
    mine: str


@dataclass
class Merged:
    """``to_keep``: what to store. ``show``: the same, with clashing fields as typed here. ``base``: for the page's next
    save. ``taken``: (label, value) saved by others since. ``changes``: name -> (shown, stored) to update on the page.
    """

    to_keep: dict[str, Any]
    show: dict[str, Any]
    base: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


def merge(record: VisitRecord, posted: Mapping[str, Any], *, is_current: bool) -> Merged:
    """``is_current``: whether the page shows the stored revision; then a page without a base is in sync."""
    sent = {name: posted[name] for name in posted}
    merged = Merged(to_keep=dict(sent), show=dict(sent))
    base = _base_of(posted)
    forms = VisitForms(record)
    for form, uid in forms.parts():
        if f"{form.prefix}-here" not in sent:
            continue
        for field_name, value in form.stored():
            name, stored = form.add_prefix(field_name), text_of(value)
            mine = text_of(sent.get(name))
            was = base.get(name, stored if is_current else None)
            if mine == stored or was == stored:  # in sync, or changed only here
                merged.base[name] = stored
                continue
            pick = sent.get(f"pick-{name}") if text_of(sent.get(f"seen-{name}")) == stored else None
            if was == mine or pick == "theirs":
                _take(merged, name, mine, stored)
                if was == mine:
                    merged.taken.append((label_of(forms, uid, form[field_name]), stored))
                    merged.base[name] = mine
            elif pick == "mine":
                merged.base[name] = stored
            else:
                merged.clashes.append(Clash(name, label_of(forms, uid, form[field_name]), stored, mine))
                merged.to_keep[name] = stored
                if was is not None:
                    merged.base[name] = was
    return merged


def _take(merged: Merged, name: str, mine: str, stored: str) -> None:
    merged.to_keep[name] = merged.show[name] = merged.base[name] = stored
    merged.changes[name] = (mine, stored)


def in_step(merged: Merged, forms: VisitForms) -> str:
    """The base for the page after the record of ``forms`` was stored: what was typed here is now stored, if it was
    valid."""
    kept = set(merged.changes) | {clash.name for clash in merged.clashes}
    now = {name: text for name, text in _stored(forms) if name in merged.base and name not in kept}
    return json.dumps({**merged.base, **now}, ensure_ascii=False)


def base_of_page(forms: VisitForms) -> str:
    """What each field of a fresh page shows."""
    return json.dumps(dict(_stored(forms)), ensure_ascii=False)


def _stored(forms: VisitForms) -> Iterator[tuple[str, str]]:
    """What the record of these forms has, by the name of the field."""
    for form, _ in forms.parts():
        for name, value in form.stored():
            yield form.add_prefix(name), text_of(value)


def _base_of(posted: Mapping[str, Any]) -> dict[str, str]:
    try:
        base = json.loads(posted.get("base") or "{}")
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in base.items() if isinstance(value, str)} if isinstance(base, dict) else {}


def text_of(value: Any) -> str:
    """As a browser sends it back."""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def label_of(forms: VisitForms, uid: str, bound: Any) -> str:
    return f"{forms.name_of(uid)}: {bound.label.lower()}".removeprefix(": ")
