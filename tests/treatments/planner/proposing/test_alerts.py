"""What a proposal tells the practitioner first: each thing once."""

from __future__ import annotations

from tests.support.rows import each_row
from tests.support.worked_cases import Worked, load_cases, proposal_of


def test_a_child_is_told_of_once(proposed) -> None:
    proposal = proposed(age=14)
    assert [alert["code"] for alert in proposal["alerts"] if "Under 16" in alert["text"]] == ["child"]


def test_frail_and_over_75_are_told_in_one_alert(proposed, accident) -> None:
    proposal = proposed((*accident, "condition.frail"), age=80)
    assert len([alert for alert in proposal["alerts"] if "frail" in alert["text"]]) == 1


@each_row("worked", load_cases())
def test_no_alert_is_told_twice(worked: Worked) -> None:
    alerts = proposal_of(worked.data)["alerts"]
    assert len({alert["code"] for alert in alerts}) == len(alerts) == len({alert["text"] for alert in alerts})
