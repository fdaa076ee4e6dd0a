"""A request after our middleware: it knows its clinic and, if an account is needed, who is signed in."""

from __future__ import annotations

from clinic.lib.http import HtmxHttpRequest
from clinic.people.models import Clinic, User


class ClinicRequest(HtmxHttpRequest):
    clinic: Clinic


class StaffRequest(ClinicRequest):
    """For a view that access.py opens only to staff: someone is signed in."""

    user: User
