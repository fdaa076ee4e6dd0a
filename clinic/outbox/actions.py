"""What someone can do about an unsent mail: try again, or set it aside."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.outbox.models import Message
from clinic.outbox.post import wake_after_commit
from clinic.people.models import User


@transaction.atomic
def try_again(message_id: int, *, by: User) -> bool:
    """Start over with the first attempt. False if there is nothing left to send: it went out, or its text is gone."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.status not in (Message.Status.FAILED, Message.Status.QUEUED) or not message.body:
        return False
    message.status, message.attempts, message.next_try_at = Message.Status.QUEUED, 0, timezone.now()
    message.save(update_fields=["status", "attempts", "next_try_at"])
    trail.record("message.tried_again", by=by, patient=message.patient, obj=message)
    wake_after_commit()
    return True


@transaction.atomic
def set_aside(message_id: int, *, by: User) -> None:
    """Someone has seen that it was not sent, and contacts the person another way. It is not sent later."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.set_aside_at is not None or message.status in (Message.Status.SENT, Message.Status.WITHDRAWN):
        return
    message.set_aside_by, message.set_aside_at = by, timezone.now()
    if message.status == Message.Status.QUEUED:
        message.status = Message.Status.WITHDRAWN
    message.body = "" if message.status != Message.Status.SENDING else message.body
    message.save(update_fields=["set_aside_by", "set_aside_at", "status", "body"])
    trail.record("message.set_aside", by=by, patient=message.patient, obj=message)
