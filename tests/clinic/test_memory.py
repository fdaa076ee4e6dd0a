"""What a worker does not hold: modules that no request uses, and the same value many times."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from clinic import NOT_AT_START
from clinic.people.apps import PASSKEYS
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.signs import Sign

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("fido2", "cryptography", "typst", "icalendar", "unittest", "pydantic.v1")
AT_START = f"""
import sys, clinic.wsgi
print([name for name in {HEAVY!r} if name in sys.modules])
print([name for name in {(*NOT_AT_START, PASSKEYS)!r} if "_module" in vars(sys.modules[name])])
print([type(sys.modules[name]).__name__ for name in {(*NOT_AT_START, PASSKEYS)!r}])
"""


def test_a_server_starts_without_what_few_requests_need() -> None:
    done = subprocess.run([sys.executable, "-c", AT_START], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    heavy, imported, kinds = done.stdout.splitlines()[-3:]
    assert heavy == imported == "[]"
    assert kinds == str(["_Later"] * (len(NOT_AT_START) + 1))


@pytest.mark.parametrize(("url", "threads"), [("", 2), ("sqlite:////tmp/one", 2), ("postgres://ashi@db/ashi", 4)])
def test_on_sqlite_a_worker_has_fewer_threads_and_so_fewer_connections(url: str, threads: int) -> None:
    told = "import runpy; print(runpy.run_path('gunicorn.conf.py')['threads'])"
    environment = {**os.environ, "DATABASE_URL": url, "ASHI_ENV_FILE": ""}
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    assert int(done.stdout) == threads


def test_equal_numbers_of_signs_are_one_object() -> None:
    signs = load_intake_knowledge().signs
    assert len(signs) > 100
    vectors = [value for sign in signs for name in Sign.__slots__ if isinstance(value := getattr(sign, name), tuple)]
    numbers = [one for one in chain.from_iterable(vectors) if isinstance(one, float)]
    assert len({id(one) for one in numbers}) == len(set(numbers)) < len(numbers) / 10
    of_numbers = [vector for vector in vectors if vector and isinstance(vector[0], float)]
    assert len({id(vector) for vector in of_numbers}) == len(set(of_numbers))
