"""What a patient comes for, and that there are rules for: one folder each (a pack), ours and those a clinic adds.

`complaint.toml` says what the pack is about; the other files of the folder add to the common knowledge and are read by
those who own it. The folders in use are set once, when the process starts; adding a pack is adding a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Fault, KnowledgeError, Reader, Reviewed, Strict, Text

SHIPPED = Path(__file__).resolve().parents[2] / "treatments" / "knowledge" / "complaints"
DEFAULT = "back"  # where a case does not say what it is about
FILE = "complaint.toml"
FILES = frozenset(
    {
        FILE, "findings.toml", "weights.toml", "patterns.toml", "channels.toml", "contradictions.toml", "redflags.toml",
        "redflag_rules.toml", "contraindications.toml", "sources.toml", "sites.toml", "principles.toml",
        "rules/local.toml", "rules/distal.toml", "rules/pattern.toml", "stimulation.toml", "electro.toml",
        "adjuncts.toml", "ear.toml", "home_care.toml", "dose.toml", "questions.toml",
    }
)  # fmt: skip


class Measure(Strict):
    """A score that is taken for this complaint; one that may not be used is named with the reason."""

    id: Text
    use: Literal["yes", "ask_first", "no"]
    licence: Text
    source: Text


class Complaint(Reviewed):
    """One pack. `status` draft: no clinician has read it, and every proposal says so."""

    id: Text
    folder: Path
    name: Text
    rank: int  # where several are listed, and of several in one patient
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$", max_length=10)]
    says: Text  # what is known of how well it works, in one or two sentences
    sites: tuple[str, ...]  # of the vocabulary; none: it is not a place, and none is asked for
    site_parts: dict[str, str] = {}  # finding that names a part of a place -> the place
    site_asked: str = ""  # asked for where no place is known; "": the first
    position: Text = "prone"  # the patient lies so where no place says otherwise
    branches: Annotated[tuple[str, ...], Field(min_length=1)]
    roots: Annotated[tuple[str, ...], Field(min_length=1)]
    required: tuple[str, ...]  # no plan before these are known
    required_any: tuple[tuple[str, ...], ...] = ()  # of a group one answer "no" is enough
    required_if: dict[str, tuple[str, ...]] = {}  # fact -> required as well where it holds; an unknown age counts as it
    required_of: dict[str, tuple[str, ...]] = {}  # finding that says it is no place of the chart -> required instead
    asked_beside: tuple[str, ...] | None = None  # common red flags asked beside a plan; None: all of them
    asked_at_every_visit: tuple[str, ...]
    measures: tuple[Measure, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns told apart, branches first."""
        return self.branches + self.roots

    @property
    def finding(self) -> str:
        """The finding that says that this is what the patient comes for."""
        return f"complaint.{self.id}"


_folders: tuple[Path, ...] = (SHIPPED,)


def use_folder(own: Path | None) -> None:
    """Packs of a clinic beside ours, or (None) ours alone. Called once, when the process starts."""
    global _folders  # a process has one set of packs, like one set of files that we ship
    _folders = (SHIPPED,) if own is None else (SHIPPED, own)


def folders() -> tuple[Path, ...]:
    """Where packs are looked for; what is kept of them is kept under this."""
    return _folders


def complaints() -> Mapping[str, Complaint]:
    """The packs by id, in their order. Raises KnowledgeError with every fault of every `complaint.toml`."""
    return _complaints(_folders)


@lru_cache(maxsize=16)
def _complaints(where: tuple[Path, ...]) -> Mapping[str, Complaint]:
    found: dict[str, Complaint] = {}
    faults: list[Fault] = []
    for folder in where:
        for path in sorted(folder.glob(f"*/{FILE}")):
            if path.parent.name in found:
                faults.append(Fault(f"complaints/{path.parent.name}", "", "there is a pack of this name already"))
            elif (pack := _read(path.parent, faults)) is not None:
                found[pack.id] = pack
    if faults:
        raise KnowledgeError(faults)
    return MappingProxyType({pack.id: pack for pack in sorted(found.values(), key=lambda one: (one.rank, one.id))})


def _read(folder: Path, faults: list[Fault]) -> Complaint | None:
    read = Reader(folder)
    label = f"complaints/{folder.name}/{FILE}"
    data = read.file(FILE)
    review = data.get("review")
    rest = {key: value for key, value in data.items() if key != "review"}
    given = {"id": folder.name, "folder": folder, **(review if isinstance(review, dict) else {})}
    faults += [Fault(label, key, "is given by the folder") for key in rest if key in ("id", "folder")]
    pack = None if read.faults else read.table(label, "", Complaint, {**rest, **given})
    faults += read.faults
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        if name not in FILES and not name.startswith(("cases/", "languages/")):
            faults.append(Fault(f"complaints/{folder.name}/{name}", "", "no file of a pack has this name"))
    return pack


def beside(name: str, *, complaint: str | None = None) -> list[tuple[str, Path]]:
    """(name for faults, path) of the packs' files of one name: of every pack, or of one."""
    return [
        (f"complaints/{pack.id}/{name}", pack.folder / name)
        for pack in complaints().values()
        if complaint in (None, pack.id) and (pack.folder / name).is_file()
    ]
