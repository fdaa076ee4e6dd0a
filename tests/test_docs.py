"""The pages for the people who carry on: every path they name exists, every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from clinic.lib.database_checks import LIMITS
from tests.support.cluster import ROLE_LIMITS

pytestmark = [pytest.mark.pure, pytest.mark.thorough]  # the program that is started is git
ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# outside of the repository, or come about by use: databases and keys, what is installed, another language
ARISES = re.compile(r"^(var/|\.venv/|locale/|intake/knowledge/languages/|case\.json$|\.\./|.*[<>])", re.IGNORECASE)
QUOTED = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"[\w.*<>-]+(/[\w.*<>-]*)+|[\w*-]+\.(py|toml|md|html|js|css|txt|in|json|po)")
# an unpublished paper: nobody who reads the repository can open it
UNREADABLE = re.compile(
    r"(safety )?review, sections? \d|shared clinical notes|\.\./shared|reviews/\w+\.md", re.IGNORECASE
)


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the repository and every folder, as `/a/b.py` and `/a/`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    files = [Path(name) for name in listed if (ROOT / name).exists()]
    folders = {f"/{folder}/" for file in files for folder in file.parents if folder.name}
    return (*(f"/{file}" for file in files), *folders)


def paths_named(page: str) -> Iterator[str]:
    """What stands in code quotes and reads as a path of the repository; addresses of pages begin with a slash."""
    for quoted in QUOTED.findall(FENCED.sub("", page)):
        for word in quoted.replace('"', " ").replace("=", " ").split():
            if FILE.fullmatch(word) and not ARISES.match(word):
                yield word


def exists(path: str) -> bool:
    """Whole, or as the end of a path (`access.py`); `*` stands for anything but a slash."""
    pattern = re.compile(f".*/{re.escape(path.rstrip('/')).replace(re.escape('*'), '[^/]*')}/?")
    return any(map(pattern.fullmatch, tracked()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    gone = [path for path in paths_named(text) if not exists(path)]
    links = [link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"[a-z]+:|#", link)]
    assert not gone
    assert not [link for link in links if not (page.parent / link).exists()]


def test_growing_says_the_limits_that_the_tests_use() -> None:
    page = (ROOT / "docs/growing.md").read_text("utf-8")
    assert all(f"ALTER ROLE ashi SET {limit};" in page for limit in ROLE_LIMITS)
    assert all(f"SET {name} " in page for name in LIMITS), "the start asks for these"


def test_paths_are_found() -> None:
    page = "`a/b.py` and `c.toml`, [d](e.md), `/visits/<id>/`, `pytest tests/x -k y`, `var/key`, `a word`, `locale/xx/`"
    assert list(paths_named(page)) == ["a/b.py", "c.toml", "tests/x"]
    assert exists("clinic/people/access.py") and exists("access.py") and exists("tests/cases/*.toml")
    assert not exists("ccess.py") and not exists("clinic/people/no_such.py")


def test_nothing_cites_a_paper_that_nobody_can_open() -> None:
    cited = []
    for name in tracked():
        if name.endswith((".py", ".toml", ".html", ".md", ".js", ".css")) and name != "/tests/test_docs.py":
            found = UNREADABLE.search((ROOT / name[1:]).read_text("utf-8"))
            cited += [f"{name[1:]}: {found[0]}"] if found else []
    assert not cited
