"""A ``manage.py`` that stays: starting Django anew for each command takes two seconds of a processor.

Run as a program it reads one command a line, a JSON list of words, and answers each with [what it printed, its fault].
"""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Manager:
    """Starts with its first command; ``stop`` it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**environment, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
        self.process: subprocess.Popen[str] | None = None

    def run(self, *words: str) -> str:
        """What the command printed; AssertionError with its fault."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.stays"],
                cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{json.dumps(words)}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"manage.py {' '.join(words)} ended with {self.process.wait()}"
        printed, fault = json.loads(answer)
        assert not fault, f"manage.py {' '.join(words)} failed:\n{printed}\n{fault}"
        return str(printed)

    def stop(self) -> None:
        if self.process is not None:
            self.process.communicate()
            self.process = None


def _serve() -> None:
    import django

    from clinic import environment

    environment.private()
    environment.load()
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    for line in sys.stdin:
        printed, fault = StringIO(), ""
        try:
            with redirect_stdout(printed):
                call_command(*json.loads(line))
        except (Exception, SystemExit):
            fault = traceback.format_exc()
        connections.close_all()
        sys.stdout.write(f"{json.dumps([printed.getvalue(), fault])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
