"""National lines for someone in a crisis or unsafe at home, by country: what a clinic shows until it sets its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Lines:
    crisis: str = ""
    violence: str = ""


# KNOWN, as published by the services; a clinic checks its own in the settings.
LINES = {
    "AU": Lines("13 11 14", "1800 737 732"),
    "CA": Lines("988"),
    "DE": Lines("0800 111 0 111", "116 016"),
    "ES": Lines("024", "016"),
    "FR": Lines("3114", "3919"),
    "GB": Lines("116 123", "0808 2000 247"),
    "IE": Lines("116 123", "1800 341 900"),
    "US": Lines("988", "1-800-799-7233"),
}


def national_lines() -> Lines:
    """Those of the country whose format phone numbers are read in (``ASHI_PHONE_REGION``)."""
    return LINES.get(settings.PHONENUMBER_DEFAULT_REGION, Lines())
