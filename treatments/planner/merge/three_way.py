"""Three-way merge of values, of lists of objects and of their order; knows nothing about treatments.

`base` is the last proposal, `mine` the edited plan, `new` the new proposal. What was edited always wins.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]
Key = tuple[Hashable, ...]
Verb = Literal["kept", "taken", "conflict"]


class _Missing:
    """No such value: not in this version."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
# lists of reasons: both sides' sentences are useful, and none contradicts another
JOINED = frozenset({"because", "cautions"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the three versions differ. MISSING: not in that version."""

    verb: Verb
    field: str  # "" is the whole item
    base: Any
    mine: Any
    new: Any


def merge_value(base: Any, mine: Any, new: Any, field: str) -> tuple[Any, Difference | None]:
    """The resulting value, and what to say about it."""
    if same(mine, new):
        return mine, None
    if same(mine, base):
        return new, Difference("taken", field, base, mine, new)
    if same(new, base):
        return mine, Difference("kept", field, base, mine, new)
    if field in JOINED and isinstance(mine, list) and isinstance(new, list):
        before = base if isinstance(base, list) else []
        added = [entry for entry in new if entry not in mine and entry not in before]
        return [*mine, *added], Difference("kept", field, base, mine, new)
    return mine, Difference("conflict", field, base, mine, new)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: True is not 1."""
    if one is MISSING or other is MISSING:
        return one is other
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def merge_fields(
    base: Row, mine: Row, new: Row, skip: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], list[Difference]]:
    """Field by field. The order of the fields is that of `mine`, then what only `new` has."""
    merged: dict[str, Any] = {}
    differences: list[Difference] = []
    for field in ordered_union(mine, new, base):
        if field in skip:
            continue
        values = (base.get(field, MISSING), mine.get(field, MISSING), new.get(field, MISSING))
        value, difference = merge_value(*values, field)
        if value is not MISSING:
            merged[field] = value
        if difference is not None:
            differences.append(difference)
    return merged, differences


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one identity in the three versions, usually one in each. `key` is their identity."""

    key: Key
    base: tuple[Row, ...]
    mine: tuple[Row, ...]
    new: tuple[Row, ...]

    @property
    def is_single(self) -> bool:
        return max(len(self.base), len(self.mine), len(self.new)) == 1


def groups(
    base: Sequence[Row], mine: Sequence[Row], new: Sequence[Row], identities: Sequence[Callable[[Row], Key]]
) -> tuple[list[Group], Callable[[Row], Key]]:
    """Rows that mean the same item, and the key of each row.

    The first identity that is unique in every version counts; rows that no identity distinguishes stay together as one
    group, which is merged as a whole.
    """
    versions = (base, mine, new)
    keys: dict[int, Key] = {}

    def settle(rows: Sequence[Sequence[Row]], level: int, prefix: Key) -> None:
        if level == len(identities):
            keys.update({id(row): prefix for version in rows for row in version})
            return
        kinds: dict[Key, tuple[list[Row], list[Row], list[Row]]] = {}
        for place, version in enumerate(rows):
            for row in version:
                kinds.setdefault(identities[level](row), ([], [], []))[place].append(row)
        for kind, members in kinds.items():
            key = (*prefix, *kind)
            if max(map(len, members)) <= 1:
                keys.update({id(row): key for version in members for row in version})
            else:
                settle(members, level + 1, key)

    settle(versions, 0, ())

    def key_of(row: Row) -> Key:
        return keys[id(row)]

    found: dict[Key, tuple[list[Row], list[Row], list[Row]]] = {}
    for place in (1, 2, 0):
        for row in versions[place]:
            found.setdefault(key_of(row), ([], [], []))[place].append(row)
    return [Group(key, *map(tuple, members)) for key, members in found.items()], key_of


def merge_order(base: Sequence[Key], mine: Sequence[Key], new: Sequence[Key], kept: Iterable[Key]) -> list[Key]:
    """The resulting order: as edited where the editor changed it, else as newly proposed; the others keep
    their place after the one that preceded them."""
    kept = list(kept)
    standing = set(kept)
    mine_changed = not agree(base, mine)
    lead, other = (mine, new) if mine_changed else (new, mine)
    order = [key for key in ordered_union(lead) if key in standing]
    for source in (other, kept):
        before: Key | None = None
        for key in ordered_union(source):
            if key not in standing:
                continue
            if key not in order:
                order.insert(0 if before is None else order.index(before) + 1, key)
            before = key
    return order


def agree(one: Sequence[Key], other: Sequence[Key]) -> bool:
    """Whether what both have is in the same order in both."""
    common = set(one) & set(other)
    return [key for key in ordered_union(one) if key in common] == [
        key for key in ordered_union(other) if key in common
    ]


def ordered_union(*sources: Iterable[Any]) -> list[Any]:
    """Every value once, in order of first appearance."""
    return list(dict.fromkeys(value for source in sources for value in source))
