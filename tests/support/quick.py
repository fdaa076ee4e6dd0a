"""What `make quick` leaves to `make test`: rows of long tables, tests marked ``thorough``, files with nothing for it.

Asked for by ``-m "(pure or quick) and not thorough"``, see scripts/quick. Whoever runs a file by itself gets all of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

ASKED = "(pure or quick) and not thorough"
ROWS = 6
T = TypeVar("T")
# every test of such a file touches a database, and none is marked to run all the same
ON_A_DATABASE = re.compile(r"^pytestmark = pytest\.mark\.django_db", re.MULTILINE)
ALL_THE_SAME = re.compile(r"mark\.(quick|pure)\b")


def is_asked_for(config: pytest.Config) -> bool:
    return bool(config.getoption("markexpr") == ASKED)


def sample(rows: Sequence[T], of: str) -> list[T]:
    """The same ones each time, in their order."""
    if len(rows) <= ROWS:
        return list(rows)
    return [rows[place] for place in sorted(random.Random(of).sample(range(len(rows)), ROWS))]


def has_nothing(file: Path) -> bool:
    text = file.read_text(encoding="utf-8")
    return bool(ON_A_DATABASE.search(text)) and not ALL_THE_SAME.search(text)
