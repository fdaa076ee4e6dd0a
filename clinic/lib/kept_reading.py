"""What reading a set of files came to, kept beside the code that read it, as Python keeps what it compiled.

It cannot be stale: it stands under a digest of all that decides it (the files' whole text, the code that reads them,
the versions of Python and of the packages) and is another's as soon as one letter differs. It is not trusted: a second
digest is of the content, which is plain data (JSON), never code. What does not fit is made anew; where nothing can be
written, nothing is kept. What has faults is never kept, since making it raises. So for who asks it is pure.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

PINNED = Path(__file__).resolve().parents[2] / "requirements.txt"  # the versions of the packages


def kept(name: str, files: Mapping[str, str], code: Iterable[Path], make: Callable[[], Any]) -> Any:
    """What `make` returns, plain data, or what it returned for the same `files` (name -> text) read by the same `code`
    (the first of which it is kept beside)."""
    code = tuple(code)
    key = _key(files, code)
    place = Path(cache_from_source(str(code[0]))).with_name(f"{name}.json")
    with suppress(OSError, ValueError):
        said, _, content = place.read_bytes().partition(b"\n")
        if said == _head(key, content):
            return json.loads(content)
    made = make()
    if not sys.dont_write_bytecode:
        content = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
        with suppress(OSError):
            _write(place, _head(key, content) + b"\n" + content)
    return made


def _key(files: Mapping[str, str], code: Iterable[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in (PINNED, *code):
        _add(digest, path.name, path.read_bytes())
    for name, text in files.items():
        _add(digest, name, text.encode())
    return digest.hexdigest()


def _add(digest: Any, name: str, content: bytes) -> None:
    digest.update(f"\n{name} {len(content)}\n".encode())  # so that no text can pass for the end of another
    digest.update(content)


def _head(key: str, content: bytes) -> bytes:
    return f"{key} {hashlib.sha256(content).hexdigest()}".encode()


def _write(place: Path, content: bytes) -> None:
    """Another process that writes at the same time writes the same; who reads half of it makes it anew."""
    place.parent.mkdir(exist_ok=True)
    beside = place.with_name(f"{place.name}.new")
    beside.write_bytes(content)
    beside.replace(place)
