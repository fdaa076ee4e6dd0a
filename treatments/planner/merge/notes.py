"""What a merge did, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinic.lib.loose import Json
from treatments.planner.merge.three_way import MISSING, Difference, Verb

_FIELDS = {
    "@stage": "position",
    "depth_mm": "depth",
    "retention_min": "retention",
    "side_up": "side that lies up",
    "frequency_hz": "frequency",
    "felt_strength": "felt strength",
    "from_visit": "first visit of it",
    "keep_days": "days to keep",
    "per_week": "visits a week",
    "review_at": "reviews",
    "with_movement": "movement while needled",
    "because": "reasons",
}
MERGED = {
    ("kept", "added"): "{item} stays: added by hand.",
    ("kept", "removed"): "{item} stays out: removed by hand, though proposed again.",
    ("taken", ""): "{item} is added by the new proposal.",
    ("taken", "left out"): "{item} is removed: no longer proposed.",
    ("conflict", "left out"): "{item} stays because it was edited; the new proposal leaves it out.",
    ("conflict", "stage removed"): "{item} is proposed for a position that was removed by hand: left out.",
    ("conflict", "not needled"): "{item} is proposed, but a point of it was removed by hand: left out.",
}
COMPARED = {**MERGED, ("taken", ""): "{item}: new.", ("taken", "left out"): "{item}: left out."}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the merge did. `item`: as a practitioner names it, "" is the whole plan. `field`: "" is the whole
    item. `mine`, `proposed`: the two values, None where there is none."""

    verb: Verb
    item: str
    field: str
    text: str
    mine: Any = None
    proposed: Any = None

    def as_json(self) -> Json:
        return {
            "verb": self.verb,
            "item": self.item,
            "field": self.field,
            "text": self.text,
            "mine": self.mine,
            "proposed": self.proposed,
        }


def note(item: str, difference: Difference) -> Note:
    """The note on one changed field; `field` "" is a group of rows that cannot be distinguished."""
    field = difference.field
    name = _FIELDS.get(field, field.replace("_", " "))
    subject = ": ".join(part for part in (item, name) if part)
    mine, new = _words(field, difference.mine), _words(field, difference.new)
    if difference.verb == "taken":
        text = f"{subject} now {new} (was {mine})."
    elif difference.verb == "kept":
        text = f"{subject} stays {mine}, as edited."
    else:
        text = f"{subject} stays {mine}, as edited; the new proposal says {new}."
    text = text[:1].upper() + text[1:]
    return Note(difference.verb, item, field.lstrip("@"), text, _plain(difference.mine), _plain(difference.new))


def note_item(item: str, verb: Verb, how: str, words: Mapping[tuple[str, str], str] = MERGED) -> Note:
    """The note on a whole item that came, went, stayed or was left out."""
    text = words[verb, how].format(item=item)
    return Note(verb, item, "", text[:1].upper() + text[1:])


def _plain(value: Any) -> Any:
    if value is MISSING:
        return None
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items() if not name.startswith("@")}
    return value


def _words(field: str, value: Any) -> str:
    """A value in words."""
    if value is MISSING or value is None or value in ("", [], ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field == "@stage":
        return str(value[0])
    if field == "depth_mm" and isinstance(value, list | tuple):
        return " to ".join(f"{end:g}" for end in value) + " mm"
    if field == "needle" and isinstance(value, dict):
        return f"{value.get('diameter_mm')} × {value.get('length_mm')} mm"
    if field == "course" and isinstance(value, dict):
        phases = [f"{p.get('per_week')} a week for {p.get('weeks')} weeks" for p in value.get("phases") or ()]
        return ", then ".join(phases) or f"{value.get('sessions')} visits"
    if isinstance(value, list | tuple):
        return ", ".join(_entry(entry) for entry in value)
    if isinstance(value, dict):
        return _entry(value)
    if field in ("retention_min", "minutes"):
        return f"{value} min"
    return str(value).replace("_", " ").rstrip(".")


def _entry(entry: Any) -> str:
    """One row of a list: its text, code or name with the side, a pair of leads, or itself."""
    if isinstance(entry, list | tuple):
        return "–".join(str(end) for end in entry)
    if not isinstance(entry, dict):
        return str(entry)
    shown = entry.get("text") or entry.get("code") or entry.get("name") or entry.get("kind") or entry.get("method")
    words = [str(shown or "one entry")]
    words += [str(entry[name]) for name in ("side", "where") if entry.get(name)]
    return " ".join(words)
