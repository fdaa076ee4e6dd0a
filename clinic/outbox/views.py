"""Buttons next to an unsent mail."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from clinic.outbox import actions
from clinic.outbox.models import Message
from clinic.people.access import Permission, can
from clinic.people.http import StaffRequest


def _message(request: StaffRequest, message_id: int) -> Message:
    message = get_object_or_404(Message, pk=message_id)
    is_owner = can(request.user, Permission.MANAGE_CLINIC)
    if not is_owner and (message.kind == "account" or not can(request.user, Permission.INVITE)):
        raise PermissionDenied
    return message


@require_POST
def again(request: StaffRequest, message_id: int) -> HttpResponse:
    if actions.try_again(_message(request, message_id).pk, by=request.user):
        messages.info(request, "Ashi is trying to send it again. The result is shown here in a minute.")
    else:
        messages.warning(request, "This mail cannot be sent again. Make a new link, or call.")
    return redirect("home")


@require_POST
def set_aside(request: StaffRequest, message_id: int) -> HttpResponse:
    actions.set_aside(_message(request, message_id).pk, by=request.user)
    return redirect("home")
