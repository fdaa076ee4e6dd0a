"""Static files as they are served: without comments and blanks, a sheet together with those it imports.

Only our own; what packages bring is small already. The files under their plain names stay as they are written.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

Files = dict[str, tuple[Storage, str]]  # the name of a file -> where it lies
IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
OURS = ("css/", "js/")


class LeanStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def post_process(self, paths: Files, *args: Any, **options: Any) -> Iterator[tuple[str, str | None, Any]]:
        lean_ones = {name: (_Lean(name, paths), path) for name, (_, path) in paths.items() if name.startswith(OURS)}
        yield from super().post_process({**paths, **lean_ones}, *args, **options)

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """What pages ask for by its hashed name. Under the plain name only a page without a database asks for one."""
        yield from super().compress_files(set(paths).difference(self.hashed_files))


def lean(name: str, files: Files) -> bytes:
    """A file of ours as it is served."""
    text = _read(name, files)
    if name.endswith(".css"):
        folder = posixpath.dirname(name)
        whole = IMPORT.sub(lambda found: _read(posixpath.normpath(posixpath.join(folder, found[1])), files), text)
        return str(cssmin(whole)).encode()
    return str(jsmin(text)).encode() if name.endswith(".js") else text.encode()


class _Lean(Storage):
    """One file, for Django to hash and to copy."""

    def __init__(self, name: str, files: Files) -> None:
        self.name, self.files = name, files

    def open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        return ContentFile(lean(self.name, self.files))


def _read(name: str, files: Files) -> str:
    storage, path = files[name]
    with storage.open(path) as file:
        return bytes(file.read()).decode("utf-8-sig")  # sass marks the byte order, which only a file's start may have
