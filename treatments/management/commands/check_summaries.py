"""`manage.py check_summaries`: what is kept for the lists, recounted from the records. Exit 1 on a difference."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from intake.models.kept import links_that_differ, mend_links
from treatments.models.kept import mend_reviews, reviews_that_differ


class Command(BaseCommand):
    help = (
        "Counts again what intake links and planned visits keep for the home page and the inbox, and says how many "
        "differ. Only a write past the program's own actions can make one differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="write what was counted")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            links, reviews = links_that_differ(), reviews_that_differ()
            found = {"intake links": links.count(), "planned visits": reviews.count()}
            if options["mend"]:
                mend_links(links)
                mend_reviews(reviews)
        for name, count in found.items():
            self.stdout.write(f"{name}: {count} {'differed, mended' if options['mend'] else 'differ'}")
        if any(found.values()) and not options["mend"]:
            sys.exit(1)
