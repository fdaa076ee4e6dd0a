"""`manage.py check_summaries`: what is kept for the lists, recounted from the records. Exit 1 on a difference."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from clinic.scheduling import kept
from clinic.scheduling.locking import lock_schedule
from intake.models.kept import links_that_differ, mend_links
from treatments.models.kept import mend_reviews, reviews_that_differ


class Command(BaseCommand):
    help = (
        "Counts again what intake links, planned visits, courses and booked visits keep for the lists, and says how "
        "many differ. Only a write past the program's own actions can make one differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="write what was counted")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with transaction.atomic():
            lock_schedule()
            links, reviews = links_that_differ(), reviews_that_differ()
            courses, visits = kept.courses_that_differ(now), kept.visits_that_differ(now)
            found = {
                "intake links": links.count(),
                "planned visits": reviews.count(),
                "courses": len(courses),
                "booked visits": len(visits),
            }
            if options["mend"]:
                mend_links(links)
                mend_reviews(reviews)
                kept.mend_courses(courses)
                kept.mend_visits(visits)
        for name, count in found.items():
            self.stdout.write(f"{name}: {count} {'differed, mended' if options['mend'] else 'differ'}")
        if any(found.values()) and not options["mend"]:
            sys.exit(1)
