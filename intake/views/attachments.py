"""Letters and pictures: the patient adds them, those who read records open them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.people.http import StaffRequest
from intake import fetch
from intake.actions import attachments as actions
from intake.models import Attachment, IntakeResponse
from intake.views.device import FormRequest, go_to
from intake.views.guards import with_response


@require_http_methods(["GET", "POST"])
@with_response
def letters(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    """What was added so far; POST adds one."""
    if request.intake.is_kiosk or request.intake.call is not None:  # files are the patient's own, from their own device
        return go_to(request, "check")
    fault = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            actions.add_attachment(
                response.pk, name=(file.name or "") if file else "", data=file.read() if file else b""
            )
        except actions.NotTaken as not_taken:
            fault = str(not_taken)
        else:
            return go_to(request, "letters")
    context = {
        "response": response,
        "held": fetch.attachments_of(response),
        "most": actions.MOST,
        "largest": actions.LARGEST,
        "fault": fault,
    }
    return render(request, "intake/letters.html", context, status=422 if fault else 200)


@require_POST
@with_response
def remove(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    number = request.POST.get("attachment", "")
    if number.isascii() and number.isdigit():
        actions.remove_attachment(response.pk, attachment_id=int(number[:18]))
    return go_to(request, "letters")


@require_GET
def download(request: StaffRequest, attachment_id: int) -> HttpResponse:
    """A patient's file, as nothing but a file: it runs no script, sees no cookie and is not guessed at."""
    found = fetch.attachment_for(request.user, attachment_id)
    ending = {Attachment.Kind.JPEG: "jpg", Attachment.Kind.PNG: "png", Attachment.Kind.PDF: "pdf"}[
        Attachment.Kind(found.kind)
    ]
    headers = {
        "Content-Disposition": f'attachment; filename="intake-{found.response_id}-{found.pk}.{ending}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(bytes(found.data), content_type=found.kind, headers=headers)
