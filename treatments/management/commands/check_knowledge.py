"""`manage.py check_knowledge`: every fault of the knowledge files, and what the rules cover. Exit 1 on faults."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from clinic.lib.complaints import complaints
from clinic.lib.file_words import languages
from clinic.lib.knowledge_files import KnowledgeError
from intake.checks import knowledge_faults
from intake.questionnaire.load import DIRECTORY
from treatments.clinic_knowledge import own_file
from treatments.planner.checking.knowledge import Coverage, check_knowledge, coverage
from treatments.planner.knowledge.load import FOLDER, load_planner_knowledge
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.plans.presenters.figure import figure_faults
from treatments.plans.spoken import language_faults


class Command(BaseCommand):
    help = "Checks the knowledge files and prints every fault with file and key, and the coverage of pattern by site."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help="another treatments knowledge folder")
        parser.add_argument("--own", type=Path, help="the clinic's own file (usual: ASHI_KNOWLEDGE)")
        parser.add_argument("--quiet", action="store_true", help="without the table")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        own: Path | None = options["own"] or own_file()
        faults = [*knowledge_faults(), *check_knowledge(folder, own), *figure_faults(folder)]
        faults += [fault for code in languages(DIRECTORY) for fault in language_faults(code)]
        for fault in faults:
            self.stderr.write(str(fault))
        try:
            for complaint in complaints().values():
                knowledge = load_planner_knowledge(folder, own, complaint.id)
                if not options["quiet"]:
                    self.stdout.write(f"{complaint.name}: candidates by pattern and site, local/distal/root")
                    self._write_coverage(coverage(knowledge))
                self._write_counts(knowledge, len(faults))
        except KnowledgeError:
            pass  # told above
        if faults:
            sys.exit(1)

    def _write_counts(self, knowledge: PlannerKnowledge, faults: int) -> None:
        self.stdout.write(
            f"Knowledge {knowledge.version}: {len(knowledge.every_rule())} rules, {len(knowledge.points)} points, "
            f"{len(knowledge.contraindications)} contraindications, {faults} faults."
        )
        if knowledge.drafts:
            self.stdout.write("Drafts (inert): " + ", ".join(knowledge.drafts))
        if knowledge.switched_off:
            self.stdout.write("Switched off: " + ", ".join(rule.id for rule in knowledge.switched_off))

    def _write_coverage(self, rows: list[Coverage]) -> None:
        """Candidates as local/distal/root, one line per pattern."""
        sites = tuple(dict.fromkeys(row.site for row in rows))
        by_pattern: dict[str, dict[str, Coverage]] = {}
        for row in rows:
            by_pattern.setdefault(row.pattern, {})[row.site] = row
        self.stdout.write(f"{'':24}" + "".join(f"{site:>13}" for site in sites))
        for pattern, cells in by_pattern.items():
            texts = (f"{cells[site].local}/{cells[site].distal}/{cells[site].root}" for site in sites)
            self.stdout.write(f"{pattern:24}" + "".join(f"{text:>13}" for text in texts))
