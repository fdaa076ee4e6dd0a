"""Events added to the end of the audit trail by the thousand, each with the digest that the trail asks for."""

from __future__ import annotations

import json
from typing import cast

from django.db import connection

from clinic.audit import checking, trail
from clinic.audit.models import AuditEvent, NamedPatient
from treatments.demo.scale.bulk import Bulk
from treatments.demo.scale.copying import Event, stamp


class Chain:
    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self.last = checking.head()[1]
        self.is_false = False if connection.vendor == "postgresql" else 0

    def add(self, event: Event) -> None:
        event.previous = self.last
        self.last = trail.digest_of(cast(AuditEvent, event), event.at)  # it has every field that is asked for
        pk = self.bulk.new_id(AuditEvent)
        told = {**{name: getattr(event, name) for name in Event.__slots__}, "id": pk, "digest": self.last}
        told["at"], told["detail"] = stamp(event.at), json.dumps(event.detail)
        self.bulk.add(AuditEvent, [told[field.attname] for field in AuditEvent._meta.concrete_fields])
        people = {*(event.detail.get("patients") or ()), *([event.patient_id] if event.patient_id else ())}
        for patient in sorted(people):
            self.bulk.add(NamedPatient, [self.bulk.new_id(NamedPatient), pk, patient])
