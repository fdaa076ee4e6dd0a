"""One view for all jobs: signed in, rows by hand, as many audit rows as Ashi writes, as many bytes as Ashi sends."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tests.bench.floor.database import audit, rows
from tests.bench.floor.reads import READS, Rows
from tests.bench.floor.writes import WRITES


@functools.cache
def answer_of(name: str) -> str:
    """What Ashi answered to the same job."""
    path = Path(os.environ["FLOOR_BODIES"]) / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def healthz(request: HttpRequest) -> HttpResponse:
    rows("SELECT 1")
    return HttpResponse("ok")


@csrf_exempt
def job(request: HttpRequest, job: str) -> HttpResponse:
    given = {**request.GET.dict(), **request.POST.dict()}
    user = request.user.pk or 0
    if not user and not _holds_a_link(request):
        return HttpResponse("sign in", status=403)
    rows("SELECT name, time_zone, phone, email, address FROM people_clinic")  # every page bears its name
    if request.method == "POST":
        WRITES[job](given, user)
        return HttpResponse(answer_of(given["body"]))
    found = READS[job](given, user)
    if "named" in given:
        audit(user, f"{job}.read", [int(one) for one in given["named"].split(",") if one])
    return HttpResponse(_drawn(found, answer_of(given["body"])))


def _holds_a_link(request: HttpRequest) -> bool:
    """A patient's phone signs in with the cookie that Ashi gave it."""
    try:
        return bool(signing.loads(request.COOKIES.get("ashi-intake", ""), salt="intake.link")["held"])
    except signing.BadSignature:
        return False


def _drawn(found: list[Rows], whole: str) -> str:
    """The rows as a plain table; the rest of the page as it was sent, so that as much is sent and compressed."""
    table = "".join(
        "<tr>" + "".join(f"<td>{str(cell)[:80]}</td>" for cell in row) + "</tr>" for part in found for row in part
    )
    return table[: len(whole)] + whole[len(table) :]
