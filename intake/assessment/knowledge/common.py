"""What every complaint shares of the knowledge of the intake, read once for all packs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from clinic.lib.complaints import Complaint, beside
from clinic.lib.knowledge_files import Fault, Reader
from intake.assessment.knowledge import schema

_ADDED = ("findings", "said", "was")  # what a pack adds to a group of the common file


class CommonFiles(NamedTuple):
    """None where a file has faults."""

    version: schema.VersionFile | None
    patterns: schema.PatternsFile | None
    flags: schema.FlagsFile | None
    rules: schema.FlagRulesFile | None
    passing: schema.PassingFile | None


@dataclass(frozen=True, slots=True)
class Common:
    """The common files with what every pack adds to them; and which pack adds what, by the file of the pack."""

    files: CommonFiles
    faults: tuple[Fault, ...]
    labels: Mapping[str, str]
    said: Mapping[str, str]
    was: Mapping[str, str]
    groups: Mapping[str, str]
    asked_of: Mapping[str, str]
    order: Mapping[str, int]
    findings_beside: Mapping[str, frozenset[str]]
    flags: frozenset[str]  # of the common file alone
    flags_beside: Mapping[str, frozenset[str]]

    def findings_of_others(self, about: str) -> frozenset[str]:
        """The findings that belong to other complaints than this."""
        return _of_others(self.findings_beside, about)

    def asked_beside(self, flags: schema.FlagsFile, complaint: Complaint) -> tuple[schema.Flag, ...]:
        """The red flags of the complaint, and those that it names of the common ones and of other complaints: nobody
        with a sore knee is asked about the seat, and a sign that two complaints share stands with one of them."""
        others = _of_others(self.flags_beside, complaint.id)
        if complaint.asked_beside is not None:
            others = (others | self.flags) - {*complaint.asked_beside}
        return tuple(flag for flag in flags.flag if flag.finding not in others)


@lru_cache(maxsize=4)
def read_common(directory: Path, where: tuple[Path, ...]) -> Common:
    """`where`: the folders of the packs. Faults are kept: they are told with those of a pack."""
    read = Reader(directory)
    files = CommonFiles(
        version=read.whole("version.toml", schema.VersionFile),
        patterns=read.whole("patterns.toml", schema.PatternsFile, beside("patterns.toml")),
        flags=read.whole("redflags.toml", schema.FlagsFile, beside("redflags.toml")),
        rules=read.whole("redflag_rules.toml", schema.FlagRulesFile, beside("redflag_rules.toml")),
        passing=read.whole("passing.toml", schema.PassingFile),
    )
    groups, findings_beside = _read_groups(read)
    labels = {f"{g}.{k}": text for g, group in groups.items() for k, text in group.findings.items()}
    return Common(
        files=files,
        faults=tuple(read.faults),
        labels=labels,
        said={f"{g}.{k}": text for g, group in groups.items() for k, text in group.said.items()},
        was={f"{g}.{k}": now for g, group in groups.items() for k, now in group.was.items()},
        groups={name: group.label for name, group in groups.items()},
        asked_of={f"{g}.{k}": group.by for g, group in groups.items() for k in group.findings},
        order={finding: place for place, finding in enumerate(labels)},
        findings_beside=findings_beside,
        flags=_flags_in("redflags.toml", read),
        flags_beside={name: _flags_in(name, read) for name, _ in beside("redflags.toml")},
    )


def _flags_in(name: str, read: Reader) -> frozenset[str]:
    rows = read.file(name).get("flag", ())
    return frozenset(row["finding"] for row in rows if isinstance(row, dict) and "finding" in row)


def _of_others(beside_by_file: Mapping[str, frozenset[str]], about: str) -> frozenset[str]:
    """What the files of other complaints than this add."""
    others = (added for name, added in beside_by_file.items() if not name.startswith(f"complaints/{about}/"))
    return frozenset[str]().union(*others)


def _read_groups(read: Reader) -> tuple[dict[str, schema.FindingGroup], dict[str, frozenset[str]]]:
    """The findings of every complaint by group, and those that the file of each pack adds."""
    tables = dict(read.file("findings.toml"))
    findings_beside: dict[str, frozenset[str]] = {}
    for name, path in beside("findings.toml"):
        for group, table in read.file(read.add(name, path)).items():
            have = tables.get(group)
            added = table.get("findings", {}) if isinstance(table, dict) else {}
            if have is None:
                tables[group] = table
            elif {*table} - {*_ADDED} or have["findings"].keys() & added.keys():
                read.faults.append(Fault(name, group, "a group that is there already takes new findings, nothing else"))
            else:
                more = {key: {**have.get(key, {}), **table.get(key, {})} for key in _ADDED}
                tables[group] = {**have, **more}
            mine = frozenset(f"{group}.{key}" for key in added)
            findings_beside[name] = findings_beside.get(name, frozenset()) | mine
    groups = {group: read.table("findings.toml", group, schema.FindingGroup, table) for group, table in tables.items()}
    return {name: group for name, group in groups.items() if group is not None}, findings_beside
