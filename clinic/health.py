"""/healthz: can this server serve requests and store data?"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.outbox.models import Heartbeat
from clinic.outbox.presenters import is_mail_late

NEARLY_FULL = 20 * 1024 * 1024  # bytes free on the disk of var/: too little to keep working for a day (DESIGN)
WRITE_EVERY = 5  # seconds: asking more often causes no extra disk writes
_written_at = -WRITE_EVERY * 2.0


def healthz(request: HttpRequest) -> HttpResponse:
    """200 if the database responds and accepts a write. 503 if it is away, a standby, or "degraded", and why."""
    try:
        is_standby = _is_standby()
    except Error:
        return _say("database away", status=503)
    if is_standby:
        return _say("standby: this database only repeats another one, send nobody here", status=503)
    try:
        _try_a_write()
        late = is_mail_late()
    except Error:
        return _say("degraded: the database takes no writes", status=503)
    if shutil.disk_usage(settings.VAR_DIR).free < NEARLY_FULL:
        return _say("degraded: the disk is nearly full", status=503)
    return _say("ok, but mail is late" if late else "ok")


def _is_standby() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()" if connection.vendor == "postgresql" else "SELECT 0")
        return bool(cursor.fetchone()[0])


def _try_a_write() -> None:
    global _written_at
    if time.monotonic() - _written_at < WRITE_EVERY:
        return
    with _soon():
        beat = {"at": timezone.now()}
        if not Heartbeat.objects.filter(name="healthz").update(**beat):
            Heartbeat.objects.update_or_create(name="healthz", defaults=beat)
    _written_at = time.monotonic()


@contextmanager
def _soon() -> Iterator[None]:
    """A writer that holds the database makes a page wait twenty seconds; here three are enough to know."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 3000")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {settings.DATABASES['default']['OPTIONS']['timeout'] * 1000}")


def _say(words: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")
