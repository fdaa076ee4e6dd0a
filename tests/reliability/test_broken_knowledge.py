"""A broken knowledge file: the server does not start and says file and key. The port is taken: said in words."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

# a server and a database of its own: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has a database of its own"
)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the program (knowledge copied, the rest linked) whose knowledge may be broken."""
    for name in ("clinic", "intake", "treatments"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("templates", "static", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("manage.py", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(house: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ASHI_VAR": str(house / "var"), "ASHI_HTTPS": "0", "PYTHONPATH": str(house)}
    environment["DATABASE_URL"] = f"sqlite:///{house / 'var' / 'ashi.sqlite3'}"
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return done


def broken(house: Path, file: str, before: str, after: str) -> None:
    path = house / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def test_the_server_does_not_start_and_says_where(house: Path) -> None:
    broken(house, "treatments/knowledge/points/bladder.toml", "depth", "deepth")
    broken(house, "intake/knowledge/consent.toml", "version =", "vershun =")
    checked = run(house, sys.executable, "manage.py", "check")
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    served = run(house, gunicorn, "clinic.wsgi", "--bind", "127.0.0.1:0", "--workers", "1")
    for done in (checked, served):
        assert done.returncode != 0
        said = done.stdout + done.stderr
        assert "bladder.toml" in said and "deepth" in said, said[-3000:]
        assert "consent.toml" in said and "vershun" in said, said[-3000:]


def test_a_taken_port_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        script = ["bash", "scripts/run", "127.0.0.1", str(port)]
        done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith(f"Port {port} on 127.0.0.1 is taken") and "PORT=" in done.stderr
