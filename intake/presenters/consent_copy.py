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

from intake.models import ConsentSigned, IntakeResponse

SOURCE = Path(settings.BASE_DIR) / "templates" / "papers" / "consent.typ"


def copy_of(response: IntakeResponse | ConsentSigned, *, clinic: str) -> bytes:
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
            **_typeset(given["language"]),
            "clinic": clinic,
            "words": {"agreed": _("Yes"), "not_agreed": _("No")},
            "signed_by": _("Signed by") + " " + who,
            "signed_at": date_format(at, _("j F Y, H:i")),
            "footer": _("Text %(version)s. To change or withdraw it, tell the clinic at any time.")
            % {"version": response.consent_text_version},
        }
    return _pdf(json.dumps(paper))


def _typeset(language: str) -> dict[str, str]:
    """How typst names a language. China's and Taiwan's characters have shapes of their own."""
    name, _, script = language.partition("-")
    return {"lang": name, "region": {"hans": "CN", "hant": "TW"}.get(script, script.upper()[:2] or "US")}


@lru_cache(maxsize=1)
def _source() -> bytes:
    return SOURCE.read_bytes()


def _pdf(paper: str) -> bytes:
    import typst  # large, and few processes ever make a paper
    from noto_cjk_sans_jp_regular import FONT_PATH

    # the fonts that came with typst and the one for Chinese, and no others: the same paper on every machine
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(Path(str(FONT_PATH)).parent)])
    made = typst.compile(_source(), sys_inputs={"paper": paper}, font_paths=fonts)
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
