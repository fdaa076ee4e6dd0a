"""Events appended to the audit trail by the thousand, each with the digest the trail requires."""

from __future__ import annotations

import json

from django.conf import settings

from clinic.audit.chain import SCHEME, Draft, digest, start_of
from clinic.audit.models import AuditEvent, NamedPatient
from treatments.demo.scale.bulk import Bulk, concrete
from treatments.demo.scale.copying import stamp


class Chain:
    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        newest = AuditEvent.objects.filter(chain=settings.AUDIT_CHAIN).order_by("-id")
        self.last = newest.values_list("digest", flat=True).first() or start_of(settings.AUDIT_CHAIN)
        self.columns = [field.attname for field in concrete(AuditEvent)]

    def add(self, event: Draft) -> None:
        pk, previous, self.last = self.bulk.new_id(AuditEvent), self.last, digest(self.last, event.tail)
        told = {
            "id": pk, "chain": event.chain, "at": stamp(event.at), "actor_kind": event.actor_kind,
            "actor_id": event.actor_id, "actor_name": event.actor_name, "address": event.address,
            "action": event.action, "patient_id": event.patient_id, "object_type": event.object_type,
            "object_id": event.object_id, "detail": json.dumps(event.detail) if event.detail else "{}",
            "outcome": event.outcome, "scheme": SCHEME, "previous": previous, "digest": self.last,
        }  # fmt: skip
        self.bulk.add(AuditEvent, [told[name] for name in self.columns])
        for patient in event.patients:
            self.bulk.add(NamedPatient, [self.bulk.new_id(NamedPatient), pk, patient])
