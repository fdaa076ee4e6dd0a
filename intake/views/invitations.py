"""Links for staff: make, send, show once, revoke; and the inbox of all intakes."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit import trail
from clinic.outbox.presenters import state_words
from clinic.people import access
from clinic.people.http import StaffRequest
from intake import consent_text
from intake.actions import invitations as actions
from intake.fetch import newest_invitation
from intake.forms.invitation import AcknowledgeForm, InvitationForm
from intake.models import Invitation
from intake.presenters import inbox as presenter


@require_http_methods(["GET", "POST"])
def invite(request: StaffRequest, patient_id: int) -> HttpResponse:
    """Make a link, and mail it or show it once: only its hash is kept, so it cannot be shown again."""
    patient = access.patient_for(request.user, patient_id, what="invitation", permission=access.Permission.INVITE)
    newest = newest_invitation(patient)
    number = newest.pk if newest else None
    form = InvitationForm(request.POST or None, initial={"email": patient.email, "newest": number})
    is_open = consent_text.is_consent_open(patient)
    context = {"patient": patient, "form": form, "newest": newest, "consent_open": is_open}
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["newest"] != number:  # a double click, or a colleague was faster
            messages.warning(request, "A link was made a moment ago. Make another only if that one did not arrive.")
            return redirect("intake:invite", patient.pk)
        send_to = form.cleaned_data["email"] if request.POST.get("how") == "email" else ""
        if request.POST.get("how") == "email" and not send_to:
            form.add_error("email", "Please write the address, or choose “Show the link only”.")
            return render(request, "intake/invite.html", context, status=422)
        issued = actions.invite(
            patient=patient,
            by=request.user,
            send_to=send_to,
            purpose=Invitation.Purpose.CONSENT if request.POST.get("what") == "consent" else Invitation.Purpose.FORM,
        )
        context["issued"] = issued
        if issued.invitation.mail:  # then nobody here sees the link: it goes only to the patient
            context["mail_state"] = state_words(issued.invitation.mail)
        else:  # drawn here as an image in the page: no third party sees the link
            import segno  # loaded by the first link that is shown here

            context["qr"] = segno.make(issued.url, error="m").svg_data_uri(scale=5, border=2)
        return render(request, "intake/invited.html", context)
    return render(request, "intake/invite.html", context, status=422 if form.is_bound else 200)


@require_POST
def revoke(request: StaffRequest, invitation_id: int) -> HttpResponse:
    get_object_or_404(Invitation, pk=invitation_id)
    actions.revoke(invitation_id, by=request.user)
    messages.success(request, "The link is closed. Nothing that was answered is lost.")
    return redirect("intake:inbox")


@require_GET
def inbox(request: StaffRequest) -> HttpResponse:
    """Who was invited, who has not finished, what was submitted. The front desk sees the state, never an answer."""
    is_clinical = access.can(request.user, access.Permission.READ_CLINICAL)
    page = presenter.inbox(request.GET, is_clinical=is_clinical)
    with transaction.atomic():
        trail.record("intakes.listed", by=request.user, detail={"patients": page.patient_ids})
    context = {"page": page, "is_clinical": is_clinical, "note_form": AcknowledgeForm()}
    return render(request, "intake/inbox.html", context)
