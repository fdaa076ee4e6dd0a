"""`cp .env.example .env; make serve`, really: what it needs it says, and then it serves."""

from __future__ import annotations

import http.client
import os
import re
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import dotenv
import pytest
from django.conf import settings

from tests.support.plain_server import ROOT, free_port

# a server and a database of its own: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has a database of its own"
)
EXAMPLE = ROOT / ".env.example"


def copied(folder: Path, **filled_in: str) -> Path:
    """The example, with some of its lines filled in."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, value in filled_in.items():
        text, found = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert found == 1, f"{name} is not in .env.example"
    copy = folder / ".env"
    copy.write_text(text, encoding="utf-8")
    return copy


def clean_environment(file: Path) -> dict[str, str]:
    """Nothing of this test run's own settings: as in a fresh shell."""
    ours = ("ASHI_", "DJANGO_", "EMAIL_", "DATABASE_URL", "WEB_", "PYTEST", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "ASHI_VAR": str(file.parent / "var"), "ASHI_ENV_FILE": str(file)}


def test_a_shell_and_python_read_the_same_from_the_example(tmp_path: Path) -> None:
    file = copied(tmp_path)
    shell = subprocess.run(
        ["bash", "-euc", 'set -a; . "$0"; set +a; env -0', str(file)], capture_output=True, text=True, check=True
    )
    said = dict(line.split("=", 1) for line in shell.stdout.split("\0") if "=" in line)
    ours = dotenv.dotenv_values(file, interpolate=False)
    assert ours["ASHI_FROM_EMAIL"] == "Ashi <no-reply@clinic.example.org>"
    assert {name: said[name] for name in ours} == ours


def test_without_mail_settings_it_says_what_is_missing_and_does_not_start(tmp_path: Path) -> None:
    file = copied(tmp_path)
    done = subprocess.run(
        ["bash", "scripts/serve", "127.0.0.1", str(free_port())],
        cwd=ROOT, env=clean_environment(file), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "No mail server is set" in done.stderr and "EMAIL_HOST" in done.stderr and "ASHI_NO_MAIL=1" in done.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """(folder, port) of what `make serve` makes of the example with a mail server filled in."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    file = copied(folder, EMAIL_HOST="mail.example.org")
    words = ["bash", "scripts/serve", "127.0.0.1", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, cwd=ROOT, env=clean_environment(file), stdout=log, stderr=log)
    try:
        assert _health(port, server) == 200, (folder / "log").read_text(encoding="utf-8")
        yield folder, port
    finally:
        server.terminate()
        server.wait(timeout=60)


def test_what_it_keeps_is_readable_by_nobody_else(served: tuple[Path, int]) -> None:
    folder, _ = served
    var = folder / "var"
    files = [folder / ".env", var, *(path for path in var.rglob("*") if "static" not in path.parts)]
    assert not [str(path) for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert var / "ashi.sqlite3" in files


def test_the_proxys_word_on_https_reaches_the_application(served: tuple[Path, int]) -> None:
    """Without it every page of a clinic behind a proxy would redirect to itself for ever."""
    _, port = served
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    seen = []
    for said in ("http", "https"):
        headers = {"Host": "clinic.example.org", "X-Forwarded-Proto": said, "X-Forwarded-For": "192.0.2.7"}
        asked.request("GET", "/accounts/login/", headers=headers)
        answer = asked.getresponse()
        answer.read()
        seen.append(answer.status)
        assert answer.headers["Server"] is None
    asked.close()
    assert seen == [301, 200]


SENT = {
    "nothing": b"",
    "half a header": b"POST /accounts/login/ HTTP/1.1\r\nHost: clinic.example.org\r\nX-Slow: ",
    "half a body": b"POST /accounts/login/ HTTP/1.1\r\nHost: clinic.example.org\r\nContent-Length: 900\r\n\r\nlogin=",
}


@pytest.mark.parametrize("what", SENT)
def test_many_who_connect_and_fall_silent_stop_nobody_else(served: tuple[Path, int], what: str) -> None:
    """More of them than there are threads, three times over."""
    _, port = served
    with ExitStack() as open_sockets:
        for _ in range(40):
            silent = open_sockets.enter_context(socket.create_connection(("127.0.0.1", port)))
            silent.sendall(SENT[what])
        assert [_health(port) for _ in range(3)] == [200, 200, 200]


def test_a_huge_upload_is_refused_before_it_is_sent(served: tuple[Path, int]) -> None:
    _, port = served
    with socket.create_connection(("127.0.0.1", port), timeout=60) as anybody:
        anybody.sendall(
            b"POST /accounts/login/ HTTP/1.1\r\nHost: clinic.example.org\r\nContent-Length: 300000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        assert anybody.recv(200).startswith(b"HTTP/1.1 413 ")


def _health(port: int, server: subprocess.Popen[bytes] | None = None) -> int:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": "clinic.example.org"})
    until = time.monotonic() + (600 if server else 15)
    while time.monotonic() < until and (server is None or server.poll() is None):
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            time.sleep(0.2)
    return 0
