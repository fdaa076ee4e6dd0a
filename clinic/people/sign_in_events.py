"""Sign-ins, failed sign-ins, sign-outs, changed passwords and second factors: each leaves an event. See apps.py."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from clinic.audit import trail
from clinic.audit.models import AuditEvent
from clinic.people.models import User


def note_failed(request: HttpRequest | None, email: str, *, slowed: bool = False) -> None:
    """A wrong password, or one not even checked because there were too many before.

    The address typed is not kept: people type passwords there.
    """
    known = User.objects.filter(email__iexact=email).first() if email else None
    person = getattr(request, "user", None)
    again = bool(person is not None and person.is_authenticated)  # re-authentication before something sensitive
    trail.record(
        "staff.sign_in_slowed" if slowed else "staff.password_refused" if again else "staff.sign_in_failed",
        by=person if again else trail.NOBODY,
        obj=known,
        detail={"account": "known" if known else "unknown"},
        outcome=AuditEvent.Outcome.REFUSED,
    )


def note_reset_asked(user: User | None, by: User | None = None) -> None:
    """``by``: the owner who sends someone the link."""
    action = "staff.link_sent" if by is not None else "staff.reset_asked"
    trail.record(action, by=by or trail.NOBODY, obj=user, detail={"account": "known" if user else "unknown"})


def _signed_out(request: HttpRequest, user: User, **_: Any) -> None:
    if user is not None:
        idle = {"idle": True} if getattr(request, "was_idle", False) else {}
        trail.record("staff.signed_out", by=user, detail=idle)


def _password(verb: str) -> Any:
    def note(request: HttpRequest, user: User, **_: Any) -> None:
        trail.record(f"staff.password_{verb}", by=user, obj=user)

    return note


def _factor(verb: str) -> Any:
    def note(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
        trail.record(f"staff.factor_{verb}", by=user, obj=user, detail={"factor": authenticator.type})

    return note


def _factor_failed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    trail.record(
        "staff.factor_refused",
        by=request.user if request.user.is_authenticated else trail.NOBODY,
        obj=user,
        detail={"factor": authenticator.type},
        outcome=AuditEvent.Outcome.REFUSED,
    )


def note_factor_slowed(request: HttpRequest, user: User) -> None:
    """A code not even checked, because there were too many before."""
    by = request.user if request.user.is_authenticated else trail.NOBODY
    trail.record("staff.factor_slowed", by=by, obj=user, outcome=AuditEvent.Outcome.REFUSED)


def connect() -> None:
    """Called once, when the app is ready."""
    once: dict[Any, Any] = {
        user_logged_out: _signed_out,
        account.password_set: _password("set"),
        account.password_changed: _password("changed"),
        account.password_reset: _password("reset"),
        mfa.authenticator_added: _factor("added"),
        mfa.authenticator_removed: _factor("removed"),
        mfa.authenticator_reset: _factor("renewed"),
        mfa.authenticator_used: _factor("used"),
        mfa.authentication_failed: _factor_failed,
    }
    for signal, receiver in once.items():
        signal.connect(receiver, weak=False, dispatch_uid=f"trail:{id(signal)}")
