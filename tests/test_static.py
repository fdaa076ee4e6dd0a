"""What the browser gets: three widths, one scale of type and space, one meaning for each class, strict scripts."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from clinic.people.templatetags.icons import drawn

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SHEETS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "static" / "css").glob("*.css"))}
# admin.css lies over Django's own back office, which has its own widths and class names
BOOTSTRAP = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.css"
BUILT = ROOT / "node_modules" / ".ashi" / "bootstrap.css"  # by scripts/install, of scripts/bootstrap.scss
OURS = {name: text for name, text in SHEETS.items() if name not in ("tokens", "admin")}
BREAKPOINTS = {"640px", "991px", "1199px"}
SPACED = re.compile(r"[\s;{]((?:padding|margin|gap|row-gap|column-gap)[a-z-]*): ([^;{}]+);")
PACKAGES = ("htmx-", "ec", "invalid-feedback")  # written into the page by htmx, the calendar, crispy forms
RAW = re.compile(r"(?<![\w.-])-?[0-9.]+(?:px|rem|pt)\b")


def rules(text: str) -> Iterator[str]:
    """Each selector of a sheet, those inside @media too."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for found in re.findall(r"([^{};]+)\{", plain):
        if not found.strip().startswith("@"):
            yield from (one.strip() for one in re.split(r",(?![^(]*\))", found))


def classes(selector: str) -> list[str]:
    return re.findall(r"\.([a-zA-Z][\w-]*)", selector)


def test_three_breakpoints() -> None:
    """They are written down in tokens.css; scripts that ask for the width ask for one of them."""
    widths = {
        (name, width)
        for name, text in [*OURS.items(), *((path.name, path.read_text(encoding="utf-8")) for path in SCRIPTS)]
        for width in re.findall(r"(?:max|min)-width: ?([\d.]+px)\)", text)
    }
    assert {width for _, width in widths} == BREAKPOINTS, widths
    assert all(f"max-width: {width} " in SHEETS["tokens"] for width in BREAKPOINTS)


def test_type_and_space_come_from_the_tokens() -> None:
    wrong = [
        f"{name}.css: font-size: {size}"
        for name, text in SHEETS.items()
        for size in re.findall(r"font-size: ([^;]+);", text)
        if not re.fullmatch(r"var\(--(t\d|t-paper|d\d)\)|inherit", size)
    ]
    wrong += [
        f"{name}.css: {prop}: {value}"
        for name, text in SHEETS.items()
        for prop, value in SPACED.findall(text)
        if any(raw != "-1px" for raw in RAW.findall(value))  # a pixel back: two borders on one line
    ]
    assert not wrong, "\n".join(wrong)


def test_every_token_that_is_used_exists() -> None:
    given = {name for text in SHEETS.values() for name in re.findall(r"(--[\w-]+):", text)}
    used = {name for text in SHEETS.values() for name in re.findall(r"var\((--[\w-]+)", text)}
    assert used <= given | {name for name in used if name.startswith("--bs-")}, used - given


def test_a_class_is_defined_in_one_file() -> None:
    """Another file may only place it inside something of its own: ``.assess .panel``."""
    files: dict[str, set[str]] = defaultdict(set)
    for name, text in OURS.items():
        for selector in rules(text):
            for one in classes(selector):
                files[one].add(name)
    homes: dict[str, set[str]] = defaultdict(set)
    for name, text in OURS.items():
        for selector in rules(text):
            roots = [*classes(re.split(r"[\s>+~]", selector)[0]), *re.findall(r"#[\w-]+", selector)]
            is_inside_its_own = any(root.startswith("#") or len(files[root]) == 1 for root in roots)
            for one in classes(selector):
                if len(files[one]) > 1 and not is_inside_its_own:
                    homes[one].add(name)
    assert not {one: sorted(names) for one, names in homes.items() if len(names) > 1}


def test_no_class_is_styled_that_no_page_has() -> None:
    """Rules for what is gone go, too. Of ``kind-{{ q.kind }}`` the beginning counts."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    said = pages + "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    for path in (ROOT / "clinic", ROOT / "intake", ROOT / "treatments"):
        said += "".join(one.read_text(encoding="utf-8") for one in path.rglob("*.py"))
    words = set(re.findall(r"[\w-]+", said))
    starts = tuple(set(re.findall(r"([a-z]\w*[-_])(?:\{|\$\{|[\"]\|add:)", said)))
    dead = {
        f"{name}.css: .{one}"
        for name, text in OURS.items()
        for selector in rules(text)
        for one in classes(selector)
        if one not in words and not one.startswith((*starts, *PACKAGES))
    }
    assert not dead


def test_scripts_are_checked_and_write_no_html() -> None:
    writes_html = r"\.(innerHTML|outerHTML) ?=[^=]|insertAdjacentHTML|\beval\(|new Function"
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("// @ts-check\n"), path.name
        assert not re.search(writes_html, text), path.name


def test_one_place_for_the_locale() -> None:
    homes = [path.name for path in SCRIPTS if re.search(r"\ben-[A-Z]{2}\b", path.read_text(encoding="utf-8"))]
    assert homes == ["ashi.js"]


def test_every_class_of_bootstrap_that_a_page_has_is_built() -> None:
    """scripts/bootstrap.scss names the parts; whoever uses a class of another part adds it there."""
    whole = set(re.findall(r"\.([a-zA-Z][\w-]*)", BOOTSTRAP.read_text(encoding="utf-8")))
    built = set(re.findall(r"\.([a-zA-Z][\w-]*)", BUILT.read_text(encoding="utf-8")))
    used: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for found in re.findall(r"\w*(?:class|css)=(\"[^\"]*\"|'[^']*')", path.read_text(encoding="utf-8")):
            used |= set(re.findall(r"[\w-]+", re.sub(r"{%.*?%}|{{.*?}}", " ", found)))
    for one in python_strings():
        if re.search(r"\b(btn|form)-", one):
            used |= set(one.split())
    assert {"btn", "form-control", "visually-hidden"} <= used & built
    assert not used & whole - built - {word for text in OURS.values() for rule in rules(text) for word in classes(rule)}


def python_strings() -> Iterator[str]:
    for room in (ROOT / "clinic", ROOT / "intake", ROOT / "treatments"):
        for path in room.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_icon_is_one_of_bootstraps() -> None:
    """Those with their name in the template fail when it is read; here are those that a presenter names."""
    named: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r'icon(?:=| )"([^"]+)"', path.read_text(encoding="utf-8")))
    for room in (ROOT / "clinic", ROOT / "intake", ROOT / "treatments"):
        for path in room.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                named |= set(icons_of(node))
    assert len(named) > 40
    for name in named:
        assert drawn(name).startswith("<svg")


def icons_of(node: ast.AST) -> Iterator[str]:
    """Of a dictionary: what stands under "icon", and the second of (kind of pill, icon, words)."""
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "icon":
            yield from (
                str(one.value) for one in ast.walk(value) if isinstance(one, ast.Constant) and "-" in str(one.value)
            )
        if isinstance(value, ast.Tuple) and len(value.elts) in (2, 3):
            kind, icon = (one.value if isinstance(one, ast.Constant) else None for one in value.elts[:2])
            if kind in ("good", "wait", "caution", "danger") and re.fullmatch(r"[a-z0-9-]+", str(icon)):
                yield str(icon)
