"""What one browser holds: the links opened in it, and the pages rendered for each of them.

A signed cookie, inaccessible to scripts, lists the links. Each form carries a signed ticket, so that an answer goes to
the intake it was asked for, whatever has since been opened in the same browser (docs/decisions/0010-whose-answers.md).
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from clinic.lib.signed import told_by
from clinic.people.http import ClinicRequest
from intake import fetch
from intake.models import IntakeResponse, Invitation, PhoneCall

COOKIE = "__Host-ashi-intake" if settings.HTTPS else "ashi-intake"
SALT = "intake.link"
TICKET = "of"  # the name under which forms and URLs carry the ticket
BESIDE_MINUTES = 30  # how long an open page keeps working after another link was opened in its browser (DESIGN)
MOST = 4  # links in one browser
TOLD_AFTER_SENDING = dt.timedelta(hours=1)  # after that a page shows nothing of the answers: others use this device

_tickets = signing.Signer(salt="intake.page")


@dataclass(frozen=True)
class Held:
    """One link in this browser. ``response``: the intake whose answers it may see, 0 for none."""

    invitation: int
    response: int = 0
    used: int = field(default_factory=lambda: int(time.time() // 60))  # minutes since 1970


@dataclass(frozen=True)
class Device:
    """``held``: the newest link last; it is open until it expires, the others for BESIDE_MINUTES."""

    id: str = field(default_factory=lambda: secrets.token_hex(4))
    held: tuple[Held, ...] = ()
    call: int = 0  # the number of a call in which staff ask a patient by phone
    kiosk: int = 0  # the number of a handing over, if this is the clinic's tablet

    @property
    def alive(self) -> tuple[Held, ...]:
        since = int(time.time() // 60) - BESIDE_MINUTES
        return tuple(one for one in self.held if one is self.held[-1] or one.used >= since)

    def has_seen(self, response: IntakeResponse) -> bool:
        return any(one.response == response.pk for one in self.alive)

    def with_link(self, invitation: int, response: int = 0) -> Device:
        """The link was just opened here, or allowed to see these answers."""
        others = [one for one in self.alive if one.invitation != invitation and one.response not in (response or -1,)]
        return replace(self, held=(*others, Held(invitation, response))[-MOST:])

    def still_used(self, invitation: int) -> Device:
        """Someone answers in one of several open forms; the newest link stays the newest."""
        minute = int(time.time() // 60)
        return replace(
            self, held=tuple(replace(one, used=minute) if one.invitation == invitation else one for one in self.held)
        )

    def without(self, invitation: int) -> Device:
        """The others stay secondary: none of them becomes the one that opens without its ticket."""
        left = tuple(one for one in self.alive if one.invitation != invitation)
        was_newest = bool(self.held) and self.held[-1].invitation == invitation
        return replace(self, held=(*left, Held(0)) if left and was_newest else left)


@dataclass(frozen=True)
class Whose:
    """What the pages of a request need to know, as ``request.intake``: whose form it is, and by which link here."""

    invitation: Invitation
    held: Held
    needs_ticket: bool  # in URLs: this is not the only form, or not the newest, in this browser
    is_kiosk: bool = False  # on the clinic's tablet
    call: PhoneCall | None = None  # staff ask the patient by phone

    @property
    def ticket(self) -> str:
        """Signed for the pages that have a form; what is saved beside one needs none."""
        return ticket_for(self.held)

    @property
    def words(self) -> str:
        """First name and the initial of the family name: enough to notice a mix-up, useless to a stranger."""
        given, family = self.invitation.patient.given_name.strip(), self.invitation.patient.family_name.strip()
        return f"{given} {family[:1]}.".strip() if family else given


class FormRequest(ClinicRequest):
    """The request of a page of the patient's form: ``intake`` is set once the guards know whose it is."""

    intake: Whose


def device_of(request: HttpRequest) -> Device:
    """Read once for each request."""
    kept: Device | None = vars(request).get("_device")
    if kept is None:
        kept = vars(request)["_device"] = _read(request)
    return kept


def _read(request: HttpRequest) -> Device:
    try:
        value = told_by(request.COOKIES.get(COOKIE, ""), salt=SALT)
        return Device(
            value["id"], tuple(Held(*row) for row in value["held"]), value.get("call", 0), value.get("kiosk", 0)
        )
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return Device()


def remember(answer: HttpResponse, device: Device, invitation: Invitation | None = None) -> None:
    """Write the cookie. It lives as long as the last link opened."""
    if not device.held:
        answer.delete_cookie(COOKIE, samesite="Lax")
        return
    if invitation is None:
        invitation = fetch.invitation_or_none(device.held[-1].invitation)
    left = (invitation.expires_at - timezone.now()).total_seconds() if invitation else BESIDE_MINUTES * 60
    answer.set_cookie(
        COOKIE,
        signing.dumps(
            {
                "id": device.id,
                "held": [(one.invitation, one.response, one.used) for one in device.held],
                **{name: number for name, number in (("call", device.call), ("kiosk", device.kiosk)) if number},
            },
            salt=SALT,
        ),
        max_age=max(0, int(left)),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def newest_of(device: Device, invitation: Invitation) -> Whose:
    """For the pages of the link that was opened last."""
    return Whose(invitation, device.held[-1], needs_ticket=len(device.alive) > 1, is_kiosk=bool(device.kiosk))


def ticket_for(held: Held) -> str:
    """For the pages of a response; while its answers must not be seen here, for those of the link."""
    return _tickets.sign(f"r{held.response}" if held.response else f"i{held.invitation}")


@lru_cache(maxsize=256)
def _told_by_ticket(ticket: str, key: str) -> str:
    """A page sends its ticket with each answer. A forged one raises, and is not kept."""
    return _tickets.unsign(ticket)


def of_ticket(device: Device, ticket: str) -> Held | None:
    """The link that a page was rendered for, if this browser still holds it."""
    try:
        told = _told_by_ticket(ticket, settings.SECRET_KEY)
    except signing.BadSignature:
        return None
    number = int(told[1:])
    if told.startswith("r"):
        return next((one for one in device.alive if one.response == number), None)
    return next((one for one in device.alive if one.invitation == number), None)


def address(request: HttpRequest, name: str, *args: Any, **query: Any) -> str:
    """The URL of a page of this form. It carries the ticket if several forms are open in this browser."""
    page: Whose | None = getattr(request, "intake", None)
    if page is not None and page.needs_ticket:
        query[TICKET] = page.ticket
    asked = urlencode({key: value for key, value in query.items() if value}, safe="/:")
    return reverse(f"intake:{name}", args=args) + (f"?{asked}" if asked else "")


def go_to(request: HttpRequest, name: str, *args: Any, **query: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(address(request, name, *args, **query))
