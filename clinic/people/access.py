"""The one table of who may do what, and which URL requires which permission.

Access is denied by default: a view not listed here answers 403 to everyone, and a test fails on it.
"""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404

from clinic.audit import trail
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, User

Visitor = User | AnonymousUser  # whoever requests a page


class Permission(StrEnum):
    ANYONE = "anyone"  # no account needed: patients' links, sign-in, health
    STAFF = "staff"  # anyone signed in
    MANAGE_CLINIC = "manage clinic"
    READ_AUDIT = "read audit trail"
    FIND_PATIENTS = "find patients"
    EDIT_PATIENTS = "edit patients"
    INVITE = "send intake links"
    READ_CLINICAL = "read clinical record"
    WRITE_CLINICAL = "write clinical record"
    SIGN = "sign clinical record"  # take responsibility for it: then it is locked
    READ_SCHEDULE = "read schedule"
    WRITE_SCHEDULE = "book"
    OWN_ABSENCES = "enter own absences"
    ALL_ABSENCES = "enter anyone's absences"
    READ_KNOWLEDGE = "read knowledge"
    WRITE_KNOWLEDGE = "change own knowledge"


P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    "owner": frozenset({P.STAFF, P.MANAGE_CLINIC, P.READ_AUDIT, P.FIND_PATIENTS, P.READ_SCHEDULE, P.READ_KNOWLEDGE})
    | {P.OWN_ABSENCES, P.ALL_ABSENCES, P.WRITE_KNOWLEDGE},
    "practitioner": frozenset(
        {
            P.STAFF,
            P.FIND_PATIENTS,
            P.EDIT_PATIENTS,
            P.INVITE,
            P.READ_CLINICAL,
            P.WRITE_CLINICAL,
            P.SIGN,
            P.READ_SCHEDULE,
            P.WRITE_SCHEDULE,
            P.OWN_ABSENCES,
            P.READ_KNOWLEDGE,
            P.WRITE_KNOWLEDGE,
        }
    ),
    "front_desk": frozenset({P.STAFF, P.FIND_PATIENTS, P.EDIT_PATIENTS, P.INVITE, P.READ_SCHEDULE, P.WRITE_SCHEDULE})
    | {P.OWN_ABSENCES, P.ALL_ABSENCES},
}

# view name -> permission. "namespace:*" covers a whole third-party namespace.
ADDRESSES: dict[str, Permission] = {
    "healthz": P.ANYONE,
    "admin:*": P.MANAGE_CLINIC,
    # sign-in (allauth)
    "account_login": P.ANYONE,
    "account_logout": P.ANYONE,
    "account_reauthenticate": P.STAFF,
    "account_change_password": P.STAFF,
    "account_reset_password": P.ANYONE,
    "account_reset_password_done": P.ANYONE,
    "account_reset_password_from_key": P.ANYONE,
    "account_reset_password_from_key_done": P.ANYONE,
    "mfa_index": P.STAFF,
    "mfa_authenticate": P.ANYONE,
    "mfa_reauthenticate": P.STAFF,
    "mfa_activate_totp": P.STAFF,
    "mfa_deactivate_totp": P.STAFF,
    "mfa_view_recovery_codes": P.STAFF,
    "mfa_generate_recovery_codes": P.STAFF,
    "mfa_download_recovery_codes": P.STAFF,
    "mfa_list_webauthn": P.STAFF,
    "mfa_add_webauthn": P.STAFF,
    "mfa_edit_webauthn": P.STAFF,
    "mfa_remove_webauthn": P.STAFF,
    "mfa_reauthenticate_webauthn": P.STAFF,
    "mfa_login_webauthn": P.ANYONE,
    # home, people
    "home": P.STAFF,
    "chart": P.FIND_PATIENTS,  # its clinical parts require READ_CLINICAL
    "people:clinic": P.MANAGE_CLINIC,
    "people:patients": P.FIND_PATIENTS,
    "people:patient_search": P.FIND_PATIENTS,
    "people:patient_add": P.EDIT_PATIENTS,
    "people:patient_edit": P.EDIT_PATIENTS,
    "people:contact_told": P.EDIT_PATIENTS,
    "people:keys": P.STAFF,
    # unsent mail; sign-in mails only for those who manage the clinic
    "outbox:again": P.STAFF,
    "outbox:set_aside": P.STAFF,
    "people:session": P.STAFF,
    "people:session_back": P.STAFF,
    # treatments: plans
    "plans:propose": P.WRITE_CLINICAL,
    "plans:safety": P.READ_CLINICAL,  # adding requires WRITE_CLINICAL
    "plans:safety_end": P.WRITE_CLINICAL,
    "plans:safety_confirm": P.WRITE_CLINICAL,
    "plans:safety_consent": P.WRITE_CLINICAL,
    "plans:episode_open": P.WRITE_CLINICAL,
    "plans:episode_close": P.WRITE_CLINICAL,
    "plans:episode_open_again": P.WRITE_CLINICAL,
    "plans:proposal": P.READ_CLINICAL,
    "plans:by_hand": P.WRITE_CLINICAL,
    "plans:points": P.READ_CLINICAL,
    "plans:plan": P.READ_CLINICAL,
    "plans:item": P.WRITE_CLINICAL,
    "plans:change": P.WRITE_CLINICAL,
    "plans:undo": P.WRITE_CLINICAL,
    "plans:override": P.WRITE_CLINICAL,
    "plans:seen": P.WRITE_CLINICAL,
    "plans:sign": P.SIGN,
    "plans:reopen": P.WRITE_CLINICAL,
    "plans:set_aside": P.WRITE_CLINICAL,
    "plans:home_care": P.READ_CLINICAL,
    "plans:what_if": P.READ_CLINICAL,
    "plans:closer": P.READ_CLINICAL,
    "plans:proposal_closer": P.READ_CLINICAL,
    "plans:swap": P.WRITE_CLINICAL,
    "plans:style": P.WRITE_CLINICAL,
    "plans:save_protocol": P.WRITE_CLINICAL,
    "plans:take_protocol": P.WRITE_CLINICAL,
    "plans:findings": P.READ_CLINICAL,
    # intake: the practitioner's assessment
    "intake:assess": P.READ_CLINICAL,
    "intake:assessment": P.READ_CLINICAL,
    "intake:assessment_answers": P.READ_CLINICAL,
    "intake:assessment_save": P.WRITE_CLINICAL,
    "intake:assessment_sign": P.SIGN,
    "intake:assessment_set_aside": P.WRITE_CLINICAL,
    "intake:assessment_clear": P.WRITE_CLINICAL,
    "intake:assessment_withdraw": P.WRITE_CLINICAL,
    # audit
    "audit:trail": P.READ_AUDIT,
    # scheduling: only logistics, so the front desk may do all of it
    "scheduling:calendar": P.READ_SCHEDULE,
    "scheduling:feed": P.READ_SCHEDULE,
    "scheduling:today": P.READ_SCHEDULE,
    "scheduling:absences": P.OWN_ABSENCES,  # those of others require ALL_ABSENCES
    "scheduling:absence_remove": P.OWN_ABSENCES,
    "scheduling:to_move": P.READ_SCHEDULE,
    "scheduling:move_some": P.WRITE_SCHEDULE,
    "scheduling:undo_some": P.WRITE_SCHEDULE,
    "scheduling:appointment": P.READ_SCHEDULE,
    "scheduling:new": P.WRITE_SCHEDULE,
    "scheduling:free": P.WRITE_SCHEDULE,
    "scheduling:patient_options": P.WRITE_SCHEDULE,
    "scheduling:move": P.WRITE_SCHEDULE,
    "scheduling:status": P.WRITE_SCHEDULE,
    "scheduling:share": P.WRITE_SCHEDULE,
    "scheduling:link": P.WRITE_SCHEDULE,
    "scheduling:link_stop": P.WRITE_SCHEDULE,
    "scheduling:undo": P.WRITE_SCHEDULE,
    "scheduling:move_seen": P.READ_SCHEDULE,  # only one's own notices
    "scheduling:followups": P.WRITE_SCHEDULE,
    "scheduling:course": P.WRITE_SCHEDULE,
    "scheduling:check": P.WRITE_SCHEDULE,
    "scheduling:close": P.WRITE_SCHEDULE,
    "scheduling:undo_course": P.WRITE_SCHEDULE,
    "scheduling:align": P.WRITE_SCHEDULE,
    "scheduling:cancel_extras": P.WRITE_SCHEDULE,
    "scheduling:undo_align": P.WRITE_SCHEDULE,
    "scheduling:patient_appointments": P.ANYONE,
    # treatments: visits, outcomes, knowledge
    "visits:start": P.WRITE_CLINICAL,
    "visits:visit": P.READ_CLINICAL,
    "visits:clock": P.STAFF,
    "visits:note": P.READ_CLINICAL,
    "visits:save": P.WRITE_CLINICAL,
    "visits:all_done": P.WRITE_CLINICAL,
    "visits:undo_all_done": P.WRITE_CLINICAL,
    "visits:add_point": P.WRITE_CLINICAL,
    "visits:add_item": P.WRITE_CLINICAL,
    "visits:remove_point": P.WRITE_CLINICAL,
    "visits:reason": P.WRITE_CLINICAL,
    "visits:given": P.WRITE_CLINICAL,
    "visits:take_plan": P.WRITE_CLINICAL,
    "visits:sign": P.SIGN,
    "visits:set_aside": P.WRITE_CLINICAL,
    "visits:amend": P.WRITE_CLINICAL,
    "visits:clearance": P.WRITE_CLINICAL,
    "visits:adverse_event": P.WRITE_CLINICAL,
    "visits:event_review": P.WRITE_CLINICAL,
    "visits:incident": P.WRITE_CLINICAL,
    "outcomes:patient": P.WRITE_CLINICAL,  # the same page accepts the scores of a review
    "knowledge:home": P.READ_KNOWLEDGE,
    "knowledge:points": P.READ_KNOWLEDGE,
    "knowledge:point": P.READ_KNOWLEDGE,
    "knowledge:ear": P.READ_KNOWLEDGE,
    "knowledge:complaints": P.READ_KNOWLEDGE,
    "knowledge:complaint": P.READ_KNOWLEDGE,
    "knowledge:patterns": P.READ_KNOWLEDGE,
    "knowledge:rules": P.READ_KNOWLEDGE,
    "knowledge:red_flags": P.READ_KNOWLEDGE,
    "knowledge:contraindications": P.READ_KNOWLEDGE,
    "knowledge:sources": P.READ_KNOWLEDGE,
    "knowledge:own": P.READ_KNOWLEDGE,
    "knowledge:own_snippet": P.WRITE_CLINICAL,
    "knowledge:own_add": P.WRITE_KNOWLEDGE,
    "knowledge:own_point_add": P.WRITE_KNOWLEDGE,
    "knowledge:own_point": P.WRITE_KNOWLEDGE,
    "knowledge:own_point_retire": P.WRITE_KNOWLEDGE,
    "knowledge:own_edit": P.WRITE_KNOWLEDGE,
    "knowledge:own_remove": P.WRITE_KNOWLEDGE,
    "knowledge:own_rule_off": P.WRITE_KNOWLEDGE,
    "knowledge:own_rule_on": P.WRITE_KNOWLEDGE,
    # intake: the patient's form has no account, its link is its key
    "intake:entry": P.ANYONE,
    "intake:welcome": P.ANYONE,
    "intake:start": P.ANYONE,
    "intake:birth": P.ANYONE,
    "intake:code": P.ANYONE,
    "intake:leave": P.ANYONE,
    "intake:language": P.ANYONE,
    "intake:second": P.ANYONE,
    "intake:kiosk_here": P.ANYONE,
    "intake:kiosk_back": P.ANYONE,
    "intake:kiosk_over": P.ANYONE,
    "intake:step": P.ANYONE,
    "intake:save": P.ANYONE,
    "intake:asked": P.ANYONE,
    "intake:alert": P.ANYONE,
    "intake:consent": P.ANYONE,
    "intake:consent_copy": P.ANYONE,
    "intake:agree_copy": P.ANYONE,
    "intake:agree": P.ANYONE,
    "intake:letters": P.ANYONE,
    "intake:letter_remove": P.ANYONE,
    "intake:check": P.ANYONE,
    "intake:send": P.ANYONE,
    "intake:sent": P.ANYONE,
    "intake:inbox": P.INVITE,  # the state of each intake; answers require READ_CLINICAL
    "intake:own_consent": P.MANAGE_CLINIC,
    "intake:own_questions": P.MANAGE_CLINIC,
    "intake:own_question_add": P.MANAGE_CLINIC,
    "intake:own_question": P.MANAGE_CLINIC,
    "intake:own_question_change": P.MANAGE_CLINIC,
    "intake:consent_alone_paper": P.READ_CLINICAL,
    "intake:finishing": P.MANAGE_CLINIC,  # counts only
    "intake:invite": P.INVITE,
    "intake:kiosk": P.INVITE,  # hands the tablet over and signs out in this browser
    "intake:by_phone": P.WRITE_CLINICAL,  # the form is asked and written down: medical answers
    "intake:revoke": P.INVITE,
    "intake:response": P.READ_CLINICAL,
    "intake:consent_paper": P.READ_CLINICAL,
    "intake:attachment": P.READ_CLINICAL,
    "intake:acknowledge": P.WRITE_CLINICAL,
}


def permissions_of(user: Visitor) -> frozenset[Permission]:
    """All that a user may do; nothing for someone not signed in or no longer allowed to sign in."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return frozenset()
    held = [ROLES[role] for role in ROLES if getattr(user, f"is_{role}")]
    return frozenset({P.STAFF}).union(*held)


def can(user: Visitor, permission: Permission) -> bool:
    return permission is P.ANYONE or permission in permissions_of(user)


def permission_for(view_name: str | None) -> Permission | None:
    """What a view requires, or None if it is not listed (then access is denied)."""
    if not view_name:
        return None
    if view_name in ADDRESSES:
        return ADDRESSES[view_name]
    namespace = view_name.rpartition(":")[0]
    return ADDRESSES.get(f"{namespace}:*") if namespace else None


@KeptQuery
def _patient(pk: int) -> models.QuerySet[Patient]:
    return Patient.objects.filter(pk=pk).order_by()


def patient_for(user: Visitor, patient_id: int, *, what: str, permission: Permission = P.READ_CLINICAL) -> Patient:
    """Fetch and check access in one step, and record the read in the audit trail.

    ``what``: the part of the record read, such as "chart". Raises Http404 or PermissionDenied.
    """
    if not can(user, permission):
        raise PermissionDenied
    with transaction.atomic():
        patient = next(iter(_patient(patient_id)), None)
        if patient is None:
            raise Http404("There is no such patient.")
        trail.record(f"{what}.read", by=user, patient=patient)
    return patient


def note_read(user: Visitor, patient: Patient, *, what: str, obj: models.Model | None = None) -> None:
    """Record a read of a patient's record in the audit trail, for objects fetched another way."""
    trail.record(f"{what}.read", by=user, patient=patient, obj=obj)
