"""Fill the demo clinic: staff, rooms, and some sixty invented patients at every stage, dated from today back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clinic.people.models import Clinic, Patient, User
from treatments.demo.clinic import set_up
from treatments.demo.people import cast
from treatments.demo.walk import Walk, fill_calendar, keep_coming, run_today


class Command(BaseCommand):
    help = "Fills an empty database with the demo clinic. Everyone in it is invented."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is staff already")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There is data already. The demo goes into an empty database only.")
        if not settings.ASHI_DEMO:
            raise CommandError("The demo is off. Set ASHI_DEMO=1, and never in a clinic's own installation.")
        self.stdout.write("Filling the demo clinic …")
        now = timezone.now()
        with transaction.atomic():
            clinic = set_up()
            turns: Counter[str] = Counter()
            unbooked: list[Patient] = []
            regulars: list[Patient] = []
            with timezone.override(Clinic.current().zone):
                for number, role in enumerate(cast()):
                    walk = Walk(role, clinic, now=now, turn=turns[role.stage], number=number)
                    turns[role.stage] += 1
                    patient = walk.go()
                    if role.stage in ("submitted", "assessed", "proposed", "invited", "half"):
                        unbooked.append(patient)
                    elif role.stage in ("finished", "overdue"):
                        regulars.append(patient)
                booked = fill_calendar(clinic, unbooked, now=now)
                booked += keep_coming(clinic, regulars, now=now)
                run_today(clinic, now=now)
        people = ", ".join(f"{count} {stage.replace('_', ' ')}" for stage, count in turns.items())
        self.stdout.write(f"{sum(turns.values())} patients ({people}); {booked} more visits booked.")
