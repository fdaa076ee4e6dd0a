"""A request behind our middleware: it knows its clinic, and where an account is needed, who is signed in."""

from __future__ import annotations

from clinic.lib.http import HtmxHttpRequest
from clinic.people.models import Clinic, User


class ClinicRequest(HtmxHttpRequest):
    clinic: Clinic


class StaffRequest(ClinicRequest):
    """Of an address that access.py opens to staff only: someone is signed in."""

    user: User
