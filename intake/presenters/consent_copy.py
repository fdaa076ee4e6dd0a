"""The patient's copy of the consent: the text as it was read, with what was ticked, as a PDF."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from intake.models import IntakeResponse

SOURCE = Path(settings.BASE_DIR) / "templates" / "papers" / "consent.typ"


def copy_of(response: IntakeResponse, *, clinic: str) -> bytes:
    """The PDF, in the language in which it was read. Raises ValueError where no text was kept with the signature."""
    given = response.consent_given
    if given is None or response.consent_at is None:
        raise ValueError("No text was kept with this signature.")
    with override(given["language"]):
        who = response.consent_name
        if response.consent_guardian:
            who = _("%(guardian)s (%(relation)s) for %(child)s") % {
                "guardian": response.consent_guardian,
                "relation": response.consent_relation,
                "child": who,
            }
        at = timezone.localtime(response.consent_at)
        paper = {
            **given,
            "clinic": clinic,
            "words": {"agreed": _("Yes"), "not_agreed": _("No")},
            "signed_by": _("Signed by") + " " + who,
            "signed_at": date_format(at, _("j F Y, H:i")),
            "footer": _("Text %(version)s. To change or withdraw it, tell the clinic at any time.")
            % {"version": response.consent_text_version},
        }
    return _pdf(json.dumps(paper))


@lru_cache(maxsize=1)
def _source() -> bytes:
    return SOURCE.read_bytes()


def _pdf(paper: str) -> bytes:
    import typst  # large, and few processes ever make a paper

    made = typst.compile(_source(), sys_inputs={"paper": paper})
    assert isinstance(made, bytes)
    return made


def as_file(made: bytes, name: str) -> HttpResponse:
    """A paper to keep: never shown inside a page of ours, never kept by a cache."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(made, content_type="application/pdf", headers=headers)
