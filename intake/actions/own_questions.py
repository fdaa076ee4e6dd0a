"""The clinic's own questions: each change is a new version of all of them. Nothing is ever removed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Clinic, User
from intake import own_form
from intake.models import OwnQuestions
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own import OwnQuestion, asked, token_of
from intake.questionnaire.own_checks import own_faults

MOST = 30  # asked at once (DESIGN)


class NotInOrder(ValueError):
    """The questions would not be in order; ``faults`` say why."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


class ChangedSince(Exception):
    """Someone else has changed this question since the page was opened. ``now``: as it is."""

    def __init__(self, now: OwnQuestion) -> None:
        super().__init__("Someone else has changed this question since you opened it.")
        self.now = now


@transaction.atomic
def keep_question(*, question: OwnQuestion, seen: int, by: User) -> OwnQuestion:
    """Add a question (``number`` 0), or change the one of its number. ``seen``: the version that the page was opened
    with. Raises NotInOrder, ChangedSince. Without a change nothing is written.
    """
    rows = _locked()
    if not question.number:
        question = question.model_copy(update={"number": max((one.number for one in rows), default=0) + 1})
        _write([*rows, question], rows, question, "added", by)
        return question
    now = next(one for one in rows if one.number == question.number)
    question = question.model_copy(update={"retired": now.retired})
    if question == now:
        return now
    opened = own_form.questions_of(OwnQuestions.objects.filter(pk=seen).first())
    if now not in opened:
        raise ChangedSince(now)
    _write([question if one is now else one for one in rows], rows, question, "changed", by)
    return question


@transaction.atomic
def retire(*, number: int, by: User) -> None:
    """Nobody who begins a form from now on is asked. Raises NotInOrder if another question waits for its answer."""
    _set_retired(number, True, by)


@transaction.atomic
def ask_again(*, number: int, by: User) -> None:
    """Raises NotInOrder if what it looks at is gone."""
    _set_retired(number, False, by)


def _set_retired(number: int, is_retired: bool, by: User) -> None:
    rows = _locked()
    now = next((one for one in rows if one.number == number), None)
    if now is None or now.retired is is_retired:
        return
    question = now.model_copy(update={"retired": is_retired})
    others = [one for one in rows if one is not now]
    _write([*others, question], rows, question, "retired" if is_retired else "asked again", by)


@transaction.atomic
def move(*, number: int, up: bool, by: User) -> None:
    """Before or behind its neighbour of the same section. Raises NotInOrder."""
    rows = _locked()
    now = next((one for one in rows if one.number == number), None)
    if now is None:
        return
    beside = [one for one in asked(rows) if (one.part, one.after) == (now.part, now.after)]
    at = beside.index(now) + (-1 if up else 1) if now in beside else -1
    if not 0 <= at < len(beside):
        return
    swapped = {now.number: beside[at], beside[at].number: now}
    _write([swapped.get(one.number, one) for one in rows], rows, now, "moved", by)


def _locked() -> tuple[OwnQuestion, ...]:
    """As they are, until the transaction ends: there may be no row yet, so the clinic's is locked."""
    Clinic.read()
    list(Clinic.objects.select_for_update().filter(pk=1))
    return own_form.questions_of(own_form.newest())


def _write(
    rows: Sequence[OwnQuestion], before: Sequence[OwnQuestion], changed: OwnQuestion, how: str, by: User
) -> None:
    """What was wrong with the others before, after a change of the form, is no reason to refuse."""
    form = load_questionnaire()
    had, has = own_faults(form, before), own_faults(form, rows)
    had.pop(changed.number, None)
    words = {one.number: one.english.label for one in rows}
    faults = [
        fault if number == changed.number else f"“{words[number]}”: {fault}"
        for number, of_it in has.items()
        for fault in of_it
        if fault not in had.get(number, ())
    ]
    if len(asked(rows)) > max(MOST, len(asked(before))):
        faults.append(f"{MOST} questions of your own are the most. Retire one first")
    if faults:
        raise NotInOrder(faults)
    row = OwnQuestions.objects.create(
        questions=[one.model_dump(mode="json") for one in rows], token=token_of(rows), written_by=by
    )
    trail.record("questions.written", by=by, obj=row, detail={"question": changed.number, "how": how}, sealed=True)
