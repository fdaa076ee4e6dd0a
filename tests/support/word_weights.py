"""``python -m tests.support.word_weights`` makes ``intake/knowledge/texts/net_en.txt`` from the labelled sentences.

English. Those never used for repair (``unseen*.toml``, ``sealed.toml``, ``held_out.toml``, ``untouched``) are not read.
The same sentences make the same file: a logistic regression over words and pairs of neighbours, in plain Python.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import exp, log, sqrt
from pathlib import Path
from typing import NamedTuple

from intake.assessment.text.lexicon import lexicon_files
from intake.assessment.text.net import FILE, features
from intake.assessment.text.schema import LexiconFile, entries
from intake.assessment.text.words import split

HERE = Path(__file__).parents[1] / "intake" / "assessment" / "text"
LEAST = 2  # sentences that a word must be in
ROUNDS, RATE, DECAY = 30, 0.5, 0.003
KINDS = 3  # findings kept of each word
SMALLEST = 0.3  # a lighter word is left out
ASKS_FROM, CONFIRMS_FROM = -0.5, 1.8


class Told(NamedTuple):
    finding: str  # "" if harmless, "?" if grave and not said which
    text: str


def labelled() -> list[Told]:
    told: dict[str, str] = {}
    for name, text in lexicon_files().items():
        if name.startswith("en/"):
            part = LexiconFile.model_validate(tomllib.loads(text))
            for sign in part.sign:
                finding = sign.finding if sign.finding.startswith(("flag.", "condition.")) else ""
                for sentence in entries(sign.says):
                    told[sentence] = told.get(sentence) or finding
            for where in (part, *part.sign):
                for sentence in entries(where.does_not_say):
                    told.setdefault(sentence, "")
    development = tomllib.loads((HERE / "development.toml").read_text("utf-8"))
    repaired = tomllib.loads((HERE / "repaired.toml").read_text("utf-8"))
    told |= {text: finding for finding, texts in development["en"]["says"].items() for text in entries(texts)}
    told |= dict.fromkeys(entries(development["does_not_say"]["en"]), "")
    told |= dict.fromkeys(entries(repaired["says"]), "?") | dict.fromkeys(entries(repaired["does_not_say"]), "")
    ordinary = tomllib.loads((HERE / "ordinary_weighed.toml").read_text("utf-8"))
    told |= dict.fromkeys(entries(ordinary["does_not_say"]), "")
    return [Told(finding, text) for text, finding in told.items()] + a_strangers()


def a_strangers() -> list[Told]:
    parts = tomllib.loads((HERE / "stranger.toml").read_text("utf-8"))
    grave = [Told(finding, text) for finding, texts in parts["says"].items() for text in entries(texts)]
    return grave + [Told("", text) for texts in parts["does_not_say"].values() for text in entries(texts)]


def net_of(told: Iterable[Told]) -> str:
    """The file made from these sentences."""
    told = list(told)
    cut = [{feature for feature, _, _ in features(split(one.text).folded)} for one in told]
    seen = Counter(feature for here in cut for feature in here)
    kept = [sorted(feature for feature in here if seen[feature] >= LEAST) for here in cut]
    weights, base = _weights(kept, [bool(one.finding) for one in told])
    findings = sorted({one.finding for one in told} - {"", "?"})
    kinds = _kinds(kept, [one.finding for one in told], findings)
    lines = [
        "# Made by tests/support/word_weights.py: not to be edited by hand. Weight of a word or of two neighbours, and",
        "# the findings (by their number) they speak for. DESIGN: from labelled sentences; nobody has validated them.",
        f"findings\t{' '.join(findings)}",
        f"base\t{base:.2f}",
        f"asks_from\t{ASKS_FROM}",
        f"confirms_from\t{CONFIRMS_FROM}",
        "words",
    ]
    for feature in sorted(weights):
        of = kinds.get(feature, ())
        if abs(weights[feature]) >= SMALLEST or (of and " " not in feature):
            lines.append(f"{feature}\t{' '.join((f'{weights[feature]:.1f}', *of))}")
    return "\n".join(lines) + "\n"


def _weights(kept: list[list[str]], grave: list[bool]) -> tuple[dict[str, float], float]:
    """Adaptive steps, always in the same order; a weight that is not needed fades."""
    weights: dict[str, float] = defaultdict(float)
    paces: dict[str, float] = defaultdict(lambda: 1e-6)
    base, pace = 0.0, 1e-6
    order = sorted(range(len(kept)), key=lambda number: (number * 7919) % len(kept))
    for _ in range(ROUNDS):
        for number in order:
            here = kept[number]
            if not here:
                continue
            size = 1 / sqrt(len(here))
            score = base + size * sum(weights[feature] for feature in here)
            wrong = 1 / (1 + exp(-score)) - grave[number]
            for feature in here:
                slope = wrong * size + DECAY * weights[feature]
                paces[feature] += slope * slope
                weights[feature] -= RATE * slope / sqrt(paces[feature])
            pace += wrong * wrong
            base -= RATE * wrong / sqrt(pace)
    return dict(weights), base


def _kinds(kept: list[list[str]], of: list[str], findings: list[str]) -> dict[str, tuple[str, ...]]:
    """For each word, the findings whose sentences hold it more often than the grave sentences of others."""
    number = {finding: place for place, finding in enumerate(findings)}
    here: dict[str, Counter[int]] = defaultdict(Counter)
    size: Counter[int] = Counter()
    for words, finding in zip(kept, of, strict=True):
        if finding in number:
            size[number[finding]] += 1
            for word in words:
                here[word][number[finding]] += 1
    total = sum(size.values())
    kinds = {}
    for word, counts in here.items():
        share = counts.total() / total
        lift = {kind: log((count + share) / (size[kind] + 1) / share) for kind, count in counts.items() if count > 1}
        best = sorted(lift, key=lambda kind: (-lift[kind] * counts[kind], kind))[:KINDS]
        kinds[word] = tuple(f"{kind}:{lift[kind]:.1f}" for kind in best if lift[kind] > 0.5)
    return kinds


if __name__ == "__main__":
    FILE.write_text(net_of(labelled()), "utf-8")
