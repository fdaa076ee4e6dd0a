"""Starts Ashi in one process: checks the settings, updates database and static files, serves.

``make serve`` and ``make run`` (``--demo``) come here. Python, Django and the knowledge files are loaded once for all
of it; gunicorn forks its workers from this process. Nothing is done twice: the database is asked which migrations it
has, static files are collected if one of them has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from clinic import environment

ROOT = Path(__file__).resolve().parent.parent
ONE_AT_A_TIME = 314_159_265  # any fixed number: the advisory lock of whoever migrates


def main(words: list[str]) -> None:
    """Serve on ``HOST:PORT`` until stopped. Exits with 1 and a reason if it must not start."""
    asked = argparse.ArgumentParser(prog="python -m clinic.start")
    asked.add_argument("address", metavar="HOST:PORT")
    asked.add_argument("--demo", action="store_true", help="the demo clinic, filled the first time")
    said = asked.parse_args(words)
    environment.private()
    environment.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import OperationalError

    try:
        django.setup()
        if not said.demo:
            call_command("check", deploy=True, databases=["default"], fail_level="WARNING")
        bring_database_up_to_date()
        gather_static_files()
        if said.demo:
            call_command("seed_demo", if_empty=True)
            call_command("demo_welcome", base=f"http://{said.address}")
    except (CommandError, ImproperlyConfigured) as refusal:
        sys.exit(str(refusal))
    except OperationalError as error:
        sys.exit(f"Ashi does not start: its database does not answer. {error}")
    sys.stdout.flush()  # otherwise each worker would inherit unprinted output
    subprocess.Popen(["bash", str(ROOT / "scripts" / "worker"), str(os.getpid())])
    serve(said.address, *(["--log-level", "warning"] if said.demo else []))


def bring_database_up_to_date() -> None:
    """Apply missing migrations; of several servers starting at once one does it and the others wait."""
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.db import connection

    from clinic.audit import guards
    from clinic.lib import database_checks

    if not _lacking():
        guards.keep_standing(connection)
        return
    if settings.PGBOUNCER:
        raise CommandError(
            f"The database lacks {len(_lacking())} migrations. Behind PgBouncer they are applied once, past it:\n"
            "  ASHI_PGBOUNCER=0 ASHI_STATEMENT_SECONDS=0 DATABASE_URL=postgres://... .venv/bin/python manage.py migrate"
        )
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # a table with twenty years of data may take longer than a page may
                for limit in database_checks.LIMITS:
                    cursor.execute(f"SET {limit} = 0")
                cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()  # releases the lock, and drops the longer timeouts
    if lacking := _lacking():
        raise CommandError(f"The database still lacks {', '.join(lacking)}.")


def _lacking() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def gather_static_files() -> None:
    """As ``collectstatic``, if a file, or what its name depends on, has changed since last time."""
    from django.conf import settings
    from django.core.management import call_command

    mark = settings.VAR_DIR / "static-gathered"
    now = _fingerprint()
    if mark.is_file() and mark.read_text("ascii") == now and settings.STATIC_ROOT.is_dir():
        return
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(now, "ascii")


def _fingerprint() -> str:
    from importlib.metadata import version

    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    parts = [version("django"), version("whitenoise"), str(settings.STORAGES), str(settings.STATIC_ROOT)]
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = os.stat(storage.path(path))
            parts.append(f"{path} {file.st_size} {file.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def serve(address: str, *more: str) -> None:
    """gunicorn, in this process; it reads gunicorn.conf.py."""
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = [str(Path(sys.executable).with_name("gunicorn")), "clinic.wsgi", "--bind", address, *more]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()


if __name__ == "__main__":
    main(sys.argv[1:])
