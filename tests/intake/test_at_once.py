"""Several at once, on real connections: one submit, no answer lost, one link open, one alert."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from clinic.audit import checking
from intake.actions import answers as actions
from intake.actions import limits
from intake.actions.invitations import LinkNotOpen, invite
from intake.models import Clash, IntakeResponse, Invitation, OpenedPage, RateCount, RedFlagAlert, Score
from intake.questionnaire.merging import Opened
from tests.factories.intake import ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.support.on_disk import on_disk

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


@pytest.fixture(autouse=True)
def _real_file(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    with on_disk(tmp_path):
        yield


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Run ``work(0)`` to ``work(MANY - 1)`` together, each on its own connection."""
    gate = Barrier(MANY)

    def one(number: int) -> Any:
        try:
            gate.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_many_sends_are_one() -> None:
    response = ResponseFactory(complete=True)
    sent = at_once(lambda _: actions.submit(response.pk))
    assert len({row.submitted_at for row in sent}) == 1
    assert Score.objects.filter(measure="rmdq").count() == 1
    assert list(checking.faults()) == []


def test_answers_of_many_devices_all_stay() -> None:
    response = ResponseFactory()
    at_once(lambda n: actions.save_answers(response.pk, values={f"q{n}": n}))
    assert IntakeResponse.objects.get().answers == {f"q{n}": n for n in range(MANY)}


def test_what_pages_read_before_others_saved_takes_nothing_back() -> None:
    """Each has read the same draft; what others have saved since is kept, and a question with six answers is asked."""
    draft = ResponseFactory()
    own = ({"pain_average": 0}, {"pain_worst": 1})
    seen = [IntakeResponse.objects.select_related("patient", "invitation").get() for _ in range(MANY)]

    def save(n: int) -> IntakeResponse:
        page = Opened(page=f"page{n}", seq=1)
        values = {"pain_now": n, **(own[n] if n < len(own) else {})}
        limit = limits.Limit(f"save:{draft.pk}", MANY)
        return actions.save_answers(draft.pk, values=values, opened=page, seen=seen[n], limit=limit)

    at_once(save)
    kept = IntakeResponse.objects.get()
    assert kept.answers.items() >= {"pain_average": 0, "pain_worst": 1}.items()
    others = Clash.objects.get(question="pain_now").others
    assert sorted([kept.answers["pain_now"], *others]) == list(range(MANY))
    assert OpenedPage.objects.count() == MANY
    with pytest.raises(limits.TooMany):
        save(0)
    assert IntakeResponse.objects.get().answers == kept.answers


@pytest.mark.parametrize("ends", [{"revoked_at": timezone.now()}, {"failed_birth_checks": 5}])
def test_a_link_that_closed_since_the_page_read_it_saves_nothing(ends: dict[str, Any]) -> None:
    draft = ResponseFactory()
    seen = IntakeResponse.objects.select_related("patient", "invitation").get()
    Invitation.objects.filter(pk=draft.invitation_id).update(**ends)
    with pytest.raises(LinkNotOpen):
        actions.save_answers(draft.pk, values={"pain_now": 3}, seen=seen, limit=limits.Limit("save", 9))
    assert IntakeResponse.objects.get().answers == {}


def test_one_alert_from_many_saves() -> None:
    response = ResponseFactory()
    at_once(lambda _: actions.save_answers(response.pk, values={"saddle_numbness": "yes"}))
    assert RedFlagAlert.objects.count() == 1


def test_many_desks_leave_one_open_link() -> None:
    patient, desk = PatientFactory(), UserFactory(desk=True)
    at_once(lambda n: invite(patient=patient, by=desk))
    assert Invitation.objects.count() == MANY
    assert sum(i.is_open for i in Invitation.objects.select_related("response")) == 1


def test_counting_misses_nobody() -> None:
    counts = at_once(lambda _: limits.increment("bad-link:test", minutes=10))
    assert max(counts) == sum(RateCount.objects.values_list("count", flat=True)) == MANY
