"""`manage.py verify_proposals`: every stored proposal, recomputed from its stored inputs. Exit 1 on a difference."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from intake.assessment import CaseError
from treatments import planning
from treatments.models import Proposal

SHOWN = 12  # differences of one proposal; more are counted


class Command(BaseCommand):
    help = (
        "Makes every stored proposal again from its stored inputs and prints what differs. Proposals of another "
        "version of the knowledge are counted and left. Nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--values", action="store_true", help="also what stood there and stands now (patient data)")

    def handle(self, *args: Any, **options: Any) -> None:
        same = other = different = 0
        for proposal in Proposal.objects.order_by("pk").iterator(chunk_size=200):
            if versions_of(proposal) != planning.versions(proposal.case):
                other += 1
                continue
            found = list(differences_of(proposal))
            same += not found
            different += bool(found)
            for place, (path, before, after) in enumerate(found):
                if place == SHOWN:
                    self.stdout.write(f"proposal {proposal.pk}: and {len(found) - SHOWN} more")
                    break
                values = f": {_short(before)} -> {_short(after)}" if options["values"] else ""
                self.stdout.write(f"proposal {proposal.pk}: {path}{values}")
        now = planning.versions({})
        self.stdout.write(
            f"Knowledge {now[0]}, assessment {now[1]}: {same} the same, {different} different, "
            f"{other} of another version."
        )
        if different:
            sys.exit(1)


def versions_of(proposal: Proposal) -> tuple[str, str]:
    """The versions a stored proposal was made with: of the planner, and of the assessment."""
    assessment = proposal.result.get("assessment") or {}
    return proposal.knowledge_version, str(assessment.get("knowledge_version", ""))


def differences_of(proposal: Proposal) -> Iterator[tuple[str, Any, Any]]:
    """JSON path, stored value, value now; nothing if the proposal comes out the same."""
    try:
        again = planning.propose_again(proposal.case)
    except CaseError as error:
        for fault in error.faults:
            yield f"case.{fault.path}", fault.text, None
        return
    yield from _differences("$", proposal.result, json.loads(json.dumps(again)))


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _differences(f"{path}.{key}", before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{path}[{place}]", one, other)
    elif before != after:
        yield path, before, after


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
