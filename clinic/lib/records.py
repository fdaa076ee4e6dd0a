"""The life cycle of a record, in one place: a draft with a revision, locked while it is changed, signed, then frozen.

Every save sends the revision the page was rendered from. If the record has changed since, the action raises an error
that carries the current record, and each package's views answer it in one place (``answering``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.lib.numbers import whole_number

View = Callable[..., HttpResponse]
Request = TypeVar("Request", bound=HttpRequest)
DIGITS = 9  # of a revision: a longer one was not sent by a page of ours


class Refused(Exception):
    """Nothing was changed. ``record``: as it is stored now."""

    words = "This record cannot be changed so."

    def __init__(self, record: Any, words: str = "") -> None:
        super().__init__(words or self.words)
        self.record = record


class Stale(Refused):
    """Someone else saved first."""

    words = "Someone else has changed this record."


class NotADraft(Refused):
    """Signed, replaced or set aside: it can no longer be edited."""

    words = "This record is not a draft any more."


class NotReady(Refused):
    """It cannot be signed yet, or cannot be changed like this now; ``reasons`` say why, in words."""

    def __init__(self, record: Any, reasons: list[str]) -> None:
        super().__init__(record, " ".join(reasons))
        self.reasons = reasons


class Signable(models.Model):
    """What is a draft until someone signs it. ``status`` is then "signed", and the database locks the row.

    ``revision`` grows with every change: of two people on one draft, the second gets a conflict.
    """

    revision = models.PositiveIntegerField(default=1)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    DRAFT, SIGNED, SUPERSEDED = "draft", "signed", "superseded"  # as in each model's own ``Status``

    class Meta:
        abstract = True

    @property
    def is_draft(self) -> bool:
        return bool(self.status == self.DRAFT)

    def mark_signed(self, *, by: Any) -> None:
        """The caller saves it and writes the audit row."""
        self.status = self.SIGNED
        self.signed_by, self.signed_at = by, timezone.now()
        self.revision += 1


R = TypeVar("R", bound=Signable)


def held(rows: models.QuerySet[R], pk: int) -> R:
    """The record, locked until the transaction ends."""
    return rows.select_for_update(of=("self",)).get(pk=pk)


def held_draft(rows: models.QuerySet[R], pk: int) -> R:
    """As ``held``. Raises NotADraft."""
    record = held(rows, pk)
    if not record.is_draft:
        raise NotADraft(record)
    return record


def draft_at(rows: models.QuerySet[R], pk: int, revision: int | None) -> R:
    """The locked draft that the page was rendered from. Raises NotADraft or Stale."""
    return still_draft(held(rows, pk), revision)


def still_draft(record: R, revision: int | None) -> R:
    """Of a locked record: raises NotADraft or Stale."""
    if not record.is_draft:
        raise NotADraft(record)
    require_revision(record, revision)
    return record


def require_revision(record: Any, revision: int | None, *, field: str = "revision") -> None:
    """Raises Stale if the record has changed since the page was rendered, or the page did not state its revision."""
    if getattr(record, field) != revision:
        raise Stale(record)


def read_revision(text: str) -> int | None:
    """A revision as a form sends it; None if it is invalid."""
    return whole_number(text, digits=DIGITS)


def revision_of(sent: Mapping[str, str], *names: str) -> int | None:
    """The revision a posted form was rendered from: the first non-empty one of the fields ``names``."""
    said = (sent.get(name, "") for name in names or ("revision",))
    return read_revision(next((text for text in said if text), ""))


class RevisionField(forms.Field):
    """The same, as a Django form field. Refused as missing if it is not a revision."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> int | None:
        return read_revision(str(value or ""))


def answering(
    *,
    stale: Callable[[Request, Stale], HttpResponse],
    locked: Callable[[Request, NotADraft], HttpResponse] | None = None,
) -> Callable[[View], View]:
    """A decorator for the views of one kind of record: how they answer a conflict.

    ``stale``: someone else saved first: 409 with what is stored now next to what was sent, in place with htmx and as
    a whole page without. ``locked``: it has since been signed or set aside.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except Stale as clash:
                return stale(request, clash)
            except NotADraft as shut:
                if locked is None:
                    raise
                return locked(request, shut)

        return answered

    return decorate
