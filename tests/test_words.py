"""None of the words that docs/glossary.md bans is left, each where its row says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
PROGRAM, SCREEN = ("clinic", "intake", "treatments"), ("templates", "static/js", "static/css")
READ = ("questionnaire.toml", "consent.toml", "body_chart.toml")  # patients' own sentences (texts/) are theirs
IN_CODE = (".py", ".js", ".html", ".css")
COMMENTS = {
    ".js": re.compile(r"(?m)(?<!:)//.*$|/\*(?s:.*?)\*/"),
    ".html": re.compile(r"{#.*?#}|{% comment(?s:.*?)endcomment %}"),
    ".toml": re.compile(r"(?m)#.*$"),
}


def banned(table: str) -> Iterator[tuple[str, str]]:
    """Each banned word with where it is banned: page, code or everywhere."""
    for line in table.split("## Banned words")[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[1] in ("page", "code", "everywhere"):
            yield from ((word, cells[1]) for word in re.sub(r" \([^)]*\)", "", cells[0]).split(", "))


def pattern(words: Iterable[str], source: str) -> re.Pattern[str] | None:
    """Finds the words as words of a sentence or parts of a name, over line breaks too; ``name()`` is a call of it.

    Only of the words that can be in the source at all: quick where there are none.
    """
    lowered = source.lower()
    parts = [
        re.escape(word[:-2]) + r"(?=\()" if word.endswith("()") else r"\s+".join(map(re.escape, word.split()))
        for word in words
        if all(part in lowered for part in word.lower().removesuffix("()").split())
    ]
    return re.compile(rf"(?<![a-z])(?:{'|'.join(parts)})(?![a-z])", re.IGNORECASE) if parts else None


def sources() -> dict[str, str]:
    """Every file with words that people write: the program, its pages, its tests."""
    rooms = (*PROGRAM, *SCREEN, "tests")
    files = [p for room in rooms for p in (ROOT / room).rglob("*") if p.suffix in (*IN_CODE, ".txt")]
    files = [p for p in files if p.parent.name != "texts"]  # weights of patients' words
    files += [ROOT / "intake" / "knowledge" / name for name in READ]
    return {str(p.relative_to(ROOT)): p.read_text("utf-8") for p in files if "migrations" not in p.parts}


def strings(source: str) -> Iterator[tuple[int, str]]:
    """The texts of a Python file that are neither docstrings nor ids (those of stored data stay), with their lines."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings or re.fullmatch(r"[a-z0-9_.:-]*", node.value):
                continue
            yield node.lineno, node.value


def page_texts(name: str, source: str) -> Iterator[tuple[int, str]]:
    """What of a file can be read on a page."""
    if name.startswith("tests/") or name.endswith(".css"):
        return
    if name.endswith(".py"):
        yield from strings(source)
        return
    comments = COMMENTS.get(Path(name).suffix)
    yield 1, comments.sub(lambda m: "\n" * m[0].count("\n"), source) if comments else source


def hits(found: re.Pattern[str], name: str, texts: Iterable[tuple[int, str]]) -> Iterator[str]:
    for line, text in texts:
        for match in found.finditer(text):
            yield f"{name}:{line + text[: match.start()].count(chr(10))}: {match[0]!r}"


OF_DJANGO = re.compile(r"\b(?:related_)?klass_infos?\b")  # its names are its own


def faults(table: str, files: dict[str, str]) -> list[str]:
    rows = list(banned(table))
    found: list[str] = []
    for name, text in files.items():
        source = OF_DJANGO.sub("x", text)
        if on_page := pattern((word for word, where in rows if where != "code"), source):
            found += hits(on_page, name, page_texts(name, source))
        if name.endswith(IN_CODE) and (in_code := pattern((word for word, where in rows if where != "page"), source)):
            found += hits(in_code, name, [(1, source)])
    return found


def test_no_banned_word_is_left() -> None:
    assert faults(GLOSSARY.read_text("utf-8"), sources()) == []


TABLE = """## Banned words
| old word, elder (of a page) | page | new |
| oldname | code | x |
| worst | everywhere | y |
| call() | code | z |
"""


@pytest.mark.parametrize(
    ("name", "source", "count"),
    [
        ("templates/a.html", "<p>An Old\n  word</p>", 1),
        ("templates/a.html", "{# old word #}<p>{{ a.oldname }}</p>", 1),
        ("clinic/a.py", '"""Old word."""\n# elder\nx = _("the elder")', 1),
        ("clinic/a.py", '"""The worst."""', 1),
        ("clinic/a.py", "an_oldname_too = 1\noldnames = 2\ncall = call(1)", 2),
        ("static/js/a.js", '// old word\nx = "old word";', 1),
        ("intake/knowledge/consent.toml", 'a = "old word"  # elder', 1),
        ("tests/test_a.py", 'assert "old word" not in page', 0),
    ],
)
def test_a_banned_word_is_found_where_its_row_says(name: str, source: str, count: int) -> None:
    assert len(faults(TABLE, {name: source})) == count
