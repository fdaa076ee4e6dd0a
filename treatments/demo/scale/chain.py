"""Events appended to the audit trail by the thousand, each with the digest the trail requires."""

from __future__ import annotations

from clinic.audit.chain import SCHEME, digest, start_of
from clinic.audit.models import AuditEvent, NamedPatient
from treatments.demo.scale import moments
from treatments.demo.scale.bulk import Bulk, concrete
from treatments.demo.scale.events import Written

# the order of the columns in a row
EVENT = ["id", "chain", "at", "actor_kind", "actor_id", "actor_name", "address", "action", "patient_id", "object_type",
         "object_id", "detail", "outcome", "scheme", "previous", "digest"]  # fmt: skip
NAMED = ["id", "event_id", "patient_id"]


class Chain:
    def __init__(self, bulk: Bulk) -> None:
        self.bulk, self.last = bulk, dict[int, str]()
        assert [field.attname for field in concrete(AuditEvent)] == EVENT
        assert [field.attname for field in concrete(NamedPatient)] == NAMED

    def add(self, event: Written) -> None:
        pk, chain = self.bulk.new_id(AuditEvent), event.chain
        previous = self.last.get(chain) or self._end_of(chain)
        self.last[chain] = now = digest(previous, event.tail)
        self.bulk.add(
            AuditEvent,
            (
                pk, chain, moments.stamp(event.at), *event.actor, event.address, event.action, event.patient,
                event.object_type, event.object_id, event.detail, event.outcome, SCHEME, previous, now,
            ),
        )  # fmt: skip
        if event.patient is not None:
            self.bulk.add(NamedPatient, (self.bulk.new_id(NamedPatient), pk, event.patient))

    def _end_of(self, chain: int) -> str:
        self.bulk.settle()
        newest = AuditEvent.objects.filter(chain=chain).order_by("-id")
        return newest.values_list("digest", flat=True).first() or start_of(chain)
