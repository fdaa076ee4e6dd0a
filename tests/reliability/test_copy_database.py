"""A clinic outgrows its file: everything is in PostgreSQL afterwards, and the audit trail is whole there."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from tests.support.many_servers import FURNISH
from tests.support.plain_server import ROOT, PlainServer
from tests.support.postgres import server_in

# both databases are its own: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has databases of its own"
)
MORE = """
from clinic.audit import trail
from clinic.people.models import Patient
for number in range(40):
    trail.record("chart.read", by=petra, patient=patients[number], detail={"über": [number, 0.1, None]})
"""
CHECK = """
import django; django.setup()
from django.core.management import call_command
call_command("verify_audit")
from clinic.audit import trail
from clinic.audit.models import AuditEvent
from clinic.people.models import Patient
newest = Patient.objects.create(given_name="Ana", family_name="After")
assert newest.pk == Patient.objects.count(), "numbers go on where they were"
trail.record("chart.read", by=None, patient=newest)
call_command("verify_audit")
"""


def copy(server: PlainServer, target: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "copy_database", target]
    return subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False)


def test_a_clinic_moves_from_its_file_to_postgresql(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        postgres = server_in(folder, cleanup_mode="delete")
        try:
            _move(tmp_path, postgres.get_uri())
        finally:
            postgres.cleanup()


def _move(folder: Path, uri: str) -> None:
    here = PlainServer(folder, f"sqlite:///{folder}/ashi.sqlite3")
    there = PlainServer(folder, uri)
    here.python(FURNISH + MORE)
    refused = copy(here, uri)
    assert refused.returncode == 1 and "not of the same version" in refused.stderr, refused.stderr
    there.python(
        "import django; django.setup()\nfrom django.core.management import call_command\ncall_command('migrate')"
    )
    done = copy(here, uri)
    assert done.returncode == 0, done.stderr
    assert "41 audit.AuditEvent" in done.stdout and "51 people.Patient" in done.stdout, done.stdout
    assert "42 events, chain whole" in there.python(CHECK)
    with psycopg2.connect(uri) as kept, kept.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_patientword")
        (words,) = cursor.fetchone() or (0,)
        cursor.execute("SELECT count(*) FROM audit_auditevent WHERE date_trunc('milliseconds', at) <> at")
        (exact,) = cursor.fetchone() or (0,)
    kept.close()
    assert words > 100 and exact > 30, "times to the microsecond: the chain covers them"
    again = copy(here, uri)
    assert again.returncode == 1 and "TARGET is not empty" in again.stderr
