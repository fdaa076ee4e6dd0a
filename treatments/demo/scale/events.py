"""The audit events of what was copied, with what the digest of each covers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from clinic.audit.chain import SCHEME, Draft, canonical
from treatments.demo.scale import moments
from treatments.demo.scale.copying import Copier, Copy

# keys under which an event's detail names other rows
DETAIL_KEYS = {"plan": "treatmentplan", "proposal": "proposal", "assessment": "assessment", "invitation": "invitation"}


_MARK = re.compile(r'"@@(\w+)@@"')


class Written(NamedTuple):
    """An event, but for its place in the chain. ``tail``: what its digest covers after the previous one."""

    at: int
    tail: str
    chain: int
    actor: tuple[str, str, str]  # kind, id, name
    address: str
    action: str
    patient: int | None
    object_type: str
    object_id: str
    detail: str
    outcome: str


@dataclass(slots=True)
class Told:
    """An event of a template."""

    event: Draft
    number: int | None  # of the visit
    at: int
    middle: str  # of the tail: what stands between the actor and the patient
    end: str  # and after the detail
    place: int | None  # of the row it is about
    detail: list[str]  # pieces between what each copy has its own of
    own: list[tuple[str, Any]]  # key and the template's value of each of these


class Teller:
    """Tells a copy's events."""

    def __init__(self, copier: Copier) -> None:
        self.copier, self.template = copier, copier.template
        self.of_name = {model._meta.model_name: model for model in copier.models}
        self.told = [self._told(event, number) for event, number in self.template.events]

    def _told(self, event: Draft, number: int | None) -> Told:
        kind, old, place = event.object_type, event.object_id, None
        assert "patients" not in event.detail, event.action
        if kind not in ("patient", "appointment") and old:
            place = self.copier.places[self.of_name[kind], int(old)]
        detail, own = self._detail(event.detail)
        end = f",{canonical([event.outcome, SCHEME, event.address])[1:]}"
        return Told(event, number, moments.seconds(event.at), f",{canonical(event.action)},", end, place, detail, own)

    def of(self, copy: Copy, wanted: Callable[[Told], bool], latest: int = 9999) -> Iterator[Written]:
        """For the booking of visits up to the number ``latest``."""
        person, own = copy.person, self.template.patient.pk
        actors = {
            ("staff", str(self.template.practitioner.pk)): _actor(
                "staff", str(copy.practitioner.pk), copy.practitioner.name
            ),
            "patient": _actor("patient", str(person.pk), str(person)),
        }
        for one in self.told:
            event, number = one.event, one.number
            kind, object_id = event.object_type, event.object_id
            if number is not None and (number > latest or (kind != "appointment" and number not in copy.written)):
                continue
            if not wanted(one):
                continue
            if kind == "appointment":
                object_id = str(copy.appointments[number or 1])
            elif kind == "patient":
                object_id = str(person.pk)
            elif one.place is not None:
                object_id = str(copy.ids.get(one.place, ""))
            at = one.at + (copy.before if number is None else copy.moves[number])
            found = actors.get("patient" if event.actor_kind == "patient" else (event.actor_kind, event.actor_id))
            who, actor = found or _actor(event.actor_kind, event.actor_id, event.actor_name)
            patient = person.pk if event.patient_id == own else event.patient_id
            detail = self._own(one, copy) if one.own else one.detail[0]
            tail = (
                f'"{moments.iso(at)}",{who}{one.middle}{"null" if patient is None else patient},"{kind}","{object_id}",'
                f"{detail}{one.end}"
            )
            yield Written(
                at, tail, event.chain, actor, event.address, event.action, patient, kind, object_id, detail,
                event.outcome,
            )  # fmt: skip

    def _detail(self, detail: dict[str, Any]) -> tuple[list[str], list[tuple[str, Any]]]:
        """The pieces, and what stands between them."""
        practitioner = self.template.practitioner.pk
        marked = {
            key: {**value, "sha256": f"@@{key}@@"} if key == "seal" else f"@@{key}@@"
            for key, value in detail.items()
            if key in DETAIL_KEYS
            or key in ("appointments", "seal")
            or (key == "practitioner" and value == practitioner)
        }
        pieces = _MARK.split(canonical({**detail, **marked}))
        assert sorted(pieces[1::2]) == sorted(marked)
        return pieces[::2], [(key, detail[key]) for key in pieces[1::2]]

    def _own(self, one: Told, copy: Copy) -> str:
        text = one.detail[0]
        for place, (key, value) in enumerate(one.own, start=1):
            if key == "seal":
                assert one.place is not None
                own = f'"{copy.seals[one.place]}"'
            elif key == "appointments":  # all that the copy has: its course may be shorter
                own = f"[{','.join(map(str, copy.appointments.values()))}]"
            elif key == "practitioner":
                own = str(copy.practitioner.pk)
            else:
                row = self.copier.places[self.of_name[DETAIL_KEYS[key]], value]
                own = str(copy.ids.get(row, value))
            text += own + one.detail[place]
        return text


def _actor(kind: str, pk: str, name: str) -> tuple[str, tuple[str, str, str]]:
    """As in the digest, as stored."""
    return canonical([kind, pk, name])[1:-1], (kind, pk, name)
