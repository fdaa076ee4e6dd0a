"""The rows of a chart's clinical part, and what follows from them alone."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clinic.people.models import Patient
from intake.case_building import CaseRows, Fact, newest_facts
from intake.models import Assessment, Episode, IntakeResponse, Invitation
from treatments.front.presenters.chart_rows import Told, VisitRow
from treatments.models import TreatmentPlan


@dataclass(frozen=True)
class ClinicalRows:
    """What the clinical part reads."""

    patient: Patient
    links: list[Invitation]
    plans: list[TreatmentPlan]
    assessments: list[Assessment]
    visits: list[VisitRow]
    told: list[Told]

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Told]]:
        found: defaultdict[str, list[Told]] = defaultdict(list)
        for row in self.told:
            found[row.kind].append(row)
        return found

    def of_kind(self, kind: str) -> Sequence[Told]:
        return self._by_kind.get(kind, ())

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """Complaints, as they were opened; with who closed them, by name."""
        closed = {row.pk: row for row in self.of_kind("closed")}
        found = []
        for row in reversed(self.of_kind("episode")):
            one = Episode(
                pk=row.pk, patient=self.patient, complaint=row.code, words=row.text, opened_at=row.at,
                opened_by_id=row.other,
            )  # fmt: skip
            if (end := closed.get(row.pk)) is not None:
                one.closed_at, one.closed_code, one.closed_note = end.at, end.code, end.text
            found.append(one)
        return tuple(found)

    def closed_by(self, episode: Episode) -> str:
        return next((row.more or "" for row in self.of_kind("closed") if row.pk == episode.pk), "")

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return newest_facts(Fact(row.code, row.yes, row.text, row.at) for row in self.of_kind("fact"))

    @cached_property
    def answered(self) -> list[IntakeResponse]:
        """The submitted intakes, first and second parts."""
        begun = (link.response for link in self.links if getattr(link, "response", None) is not None)
        return [response for response in begun if response.submitted_at]

    @cached_property
    def sent(self) -> tuple[tuple[int, dt.datetime], ...]:
        """(response, when) of the submitted intakes."""
        return tuple((response.pk, response.submitted_at) for response in self.answered if response.submitted_at)

    def for_case(self, episode: Episode | None) -> CaseRows:
        """What the case of one complaint is built from: its assessments aside, those of the other open ones count."""
        standing = tuple((row.code, row.at) for row in self.of_kind("clearance") if not row.yes)
        is_open = {one.pk for one in self.episodes if one.is_open and (episode is None or one.pk != episode.pk)}
        beside = tuple(
            one for one in self.assessments if one.episode_id in is_open and one.status in ("draft", "signed")
        )
        return CaseRows(self.facts, standing, beside, self.sent)

    def serious_events(self) -> list[Told]:
        """As ``AdverseEvent.objects.open_serious``."""
        events = self.of_kind("event")
        followed = {row.other for row in events}
        return [row for row in events if row.yes and row.other is None and row.pk not in followed]
