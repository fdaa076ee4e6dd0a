"""What to do with the demo clinic: accounts, and one open intake link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from clinic.lib.tokens import hash_of
from clinic.people.actions.patients import add_patient
from clinic.people.models import Patient, User
from intake.actions.invitations import invite
from intake.models import Invitation
from treatments.demo.clinic import PASSWORD, STAFF

NAME = {"given_name": "Robin", "family_name": "Newcomer"}


class Command(BaseCommand):
    help = "Prints the demo accounts and one open intake link."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--base", default="http://127.0.0.1:8000", help="address of the server")

    def handle(self, *args: Any, **options: Any) -> None:
        base = options["base"].rstrip("/")
        write = self.stdout.write
        write(f"\nAshi is on {base}/")
        if not settings.ASHI_DEMO or not User.objects.filter(email=STAFF[0][0]).exists():
            return
        write(f"\nDemo accounts, password {PASSWORD}:")
        for email, name, _, roles, _ in STAFF:
            write(f"  {email:<26} {name:<14} {', '.join(roles).replace('_', ' ')}")
        write(f"\nA patient's open intake link:\n  {base}{_open_link()}\n\nStop with Ctrl+C.\n")


def _open_link() -> str:
    """The link kept from last time while it is open, else a new one. Only its hash is in the database."""
    kept = settings.VAR_DIR / "demo-intake-link"
    token = kept.read_text(encoding="ascii").strip() if kept.exists() else ""
    invitation = Invitation.objects.filter(token_hash=hash_of(token)).first() if token else None
    if invitation is None or not invitation.is_open:
        patient = Patient.objects.filter(**NAME).order_by("id").first()
        if patient is None or invitation is not None:
            patient = add_patient(by=None, **NAME)
        token = invite(patient=patient, by=User.objects.get(email="desk@demo.ashi")).token
        kept.write_text(token, encoding="ascii")
        kept.chmod(0o600)
    return reverse("intake:entry", args=[token])
