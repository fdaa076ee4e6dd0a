"""What a page weighs over the wire: its files as they are served, compressed as a browser asks for them."""

from __future__ import annotations

import gzip
import posixpath
import re
from functools import cache

import brotli
from django.contrib.staticfiles.finders import get_finders

from clinic.lib.static_files import OURS, Files, lean

HEADERS = 450  # bytes of an answer's headers over HTTP/1.1, at most: of a file 400
LINKED = re.compile(r'(?:href|src)="/static/([^"?]+\.(?:css|js|svg|png|woff2?))[^"]*"')


def zipped(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def linked(html: str) -> set[str]:
    return set(LINKED.findall(html))


@cache
def _files() -> Files:
    every = ((path, storage) for finder in get_finders() for path, storage in finder.list([]))
    return {posixpath.join(getattr(one, "prefix", None) or "", path): (one, path) for path, one in every}


@cache
def size_of(name: str) -> int:
    """Of a static file, by its plain or hashed name."""
    plain = name if name in _files() else re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name)
    assert plain in _files(), f"no such file: {name}"
    if plain.startswith(OURS):
        return len(brotli.compress(lean(plain, _files())))
    storage, path = _files()[plain]
    with storage.open(path) as file:
        return len(brotli.compress(file.read()))
