"""Letters and pictures: added to a draft, removed while it is not sent, then kept."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.audit import trail
from clinic.people.words import clean_name
from intake.actions.drafts import locked_draft
from intake.models import Attachment, IntakeResponse

LARGEST = 1_900_000  # bytes; the page makes a larger picture smaller before it sends it
MOST = 5
SIGNATURES = {
    b"\xff\xd8\xff": Attachment.Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Attachment.Kind.PNG,
    b"%PDF-": Attachment.Kind.PDF,
}


class NotTaken(Exception):
    """The file is not kept; the sentence says why and what to do."""


def kind_of(data: bytes) -> Attachment.Kind | None:
    """By its first bytes: what a browser says about a file is not believed."""
    return next((kind for start, kind in SIGNATURES.items() if data.startswith(start)), None)


@transaction.atomic
def add_attachment(response_id: int, *, name: str, data: bytes) -> Attachment:
    """Keep a file with the draft; the same file again changes nothing. Raises NotTaken, LinkNotOpen."""
    response = locked_draft(response_id)
    if not data:
        raise NotTaken(_("The file is empty. Please choose another one."))
    if len(data) > LARGEST:
        raise NotTaken(_("The file is too large: 1.9 MB is the most. A photo of the page is smaller."))
    kind = kind_of(data)
    if kind is None:
        raise NotTaken(_("This kind of file cannot be taken. Please choose a photo (JPG or PNG) or a PDF."))
    digest = hashlib.sha256(data).hexdigest()
    held = Attachment.objects.filter(response=response)
    if (same := held.filter(digest=digest).first()) is not None:
        return same
    if held.count() >= MOST:
        raise NotTaken(_("Five files are the most. Please remove one first, or bring the others along."))
    kept = Attachment.objects.create(
        response=response, kind=kind, name=clean_name(name)[:120], size=len(data), digest=digest, data=data
    )
    trail.record(
        "attachment.added",
        by=trail.patient_actor(response.patient),
        patient=response.patient,
        obj=kept,
        detail={"kind": kind, "size": len(data), "sha256": digest},
    )
    return kept


@transaction.atomic
def remove_attachment(response_id: int, *, attachment_id: int) -> None:
    """Take a file back while the form is not sent. Gone already: nothing happens. Raises LinkNotOpen."""
    response = locked_draft(response_id)
    found = Attachment.objects.filter(response=response, pk=attachment_id).only("id", "digest").first()
    if found is None:
        return
    trail.record(
        "attachment.removed",
        by=trail.patient_actor(response.patient),
        patient=response.patient,
        obj=found,
        detail={"sha256": found.digest},
    )
    found.delete()


def keep_attachments(response: IntakeResponse) -> None:
    """The intake is sent: its files are part of the record from now on."""
    Attachment.objects.filter(response=response).update(sent_at=response.submitted_at)
