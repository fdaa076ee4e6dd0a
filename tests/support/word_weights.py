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

from intake.assessment import load_intake_knowledge
from intake.assessment.result import LEVELS
from intake.assessment.text.lexicon import lexicon_files
from intake.assessment.text.net import FILE, features, size
from intake.assessment.text.schema import LexiconFile, entries
from intake.assessment.text.words import split

HERE = Path(__file__).parents[1] / "intake" / "assessment" / "text"
LEAST = 3  # sentences that a word must be in
ROUNDS, RATE, DECAY = 12, 0.5, 0.0005
EVEN = 0.5  # how freely a word may weigh that stands in grave and harmless sentences alike
KINDS = 5  # findings kept of each word
CARE, LIFT = 5, 0.3  # sentences that would lift nothing, thought of with each finding; a smaller lift is left out
SMALLEST = 0.6  # a lighter word is left out
ASKS_FROM, STOPS_FROM, STOPS_ALONE_FROM = 0.8, 2.8, 5.8
READ = {"nothing": 0.0, "doubt": 0.0, "half": 1.2, "asks": 0.5, "concept": 4.0, "sign": 6.0}


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
                for sentence in entries(sign.says) if sign.strength != "asks" else ():
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
    told |= dict.fromkeys(entries(ordinary["does_not_say"]), "") | dict.fromkeys(entries(ordinary["asks"]), "")
    told |= {text: finding for finding, texts in ordinary["says"].items() for text in entries(texts)}
    return [Told(finding, text) for text, finding in told.items()] + a_strangers()


def a_strangers(*files: str) -> list[Told]:
    """Of these files; of all that weights are made of if none is named."""
    return [told for name in files or ("stranger", "strangers", "further") for told in _of_danger(name)]


def _of_danger(name: str) -> list[Told]:
    parts = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
    grave = [Told(finding, text) for finding, texts in parts["says"].items() for text in entries(texts)]
    return grave + [Told("", text) for texts in parts["does_not_say"].values() for text in entries(texts)]


def net_of(told: Iterable[Told]) -> str:
    """The file made from these sentences."""
    told = list(told)
    cut = [{feature for feature, _, _ in features(split(one.text))} for one in told]
    seen = Counter(feature for here in cut for feature in here)
    kept = [sorted(feature for feature in here if seen[feature] >= LEAST) for here in cut]
    weights, base = _weights(kept, [bool(one.finding) for one in told])
    level = {flag.finding: flag.level for flag in load_intake_knowledge().flags.flag}
    findings = sorted(
        {one.finding for one in told} - {"", "?"},
        key=lambda finding: (-LEVELS.index(level.get(finding, "note")), finding),
    )
    kinds = _kinds(kept, [one.finding for one in told], findings)
    lines = [
        "# Made by tests/support/word_weights.py: not to be edited by hand. Weight of a word or of two neighbours, and",
        "# the findings (by their number) they speak for. DESIGN: from labelled sentences; nobody has validated them.",
        f"findings\t{' '.join(findings)}",
        f"base\t{base:.2f}",
        f"asks_from\t{ASKS_FROM}",
        f"stops_from\t{STOPS_FROM}",
        f"stops_alone_from\t{STOPS_ALONE_FROM}",
        f"read\t{' '.join(f'{name}:{worth}' for name, worth in READ.items())}",
        "words",
    ]
    for feature in sorted(weights):
        of = kinds.get(feature, ())
        if abs(weights[feature]) >= SMALLEST or of:
            lines.append(f"{feature}\t{' '.join((f'{weights[feature]:.1f}', *of))}")
    return "\n".join(lines) + "\n"


def _weights(kept: list[list[str]], grave: list[bool]) -> tuple[dict[str, float], float]:
    """Adaptive steps, always in the same order; a weight that is not needed fades, and a word that stands in grave and
    in harmless sentences alike moves less (naive Bayes)."""
    of_grave = Counter(feature for here, is_grave in zip(kept, grave, strict=True) if is_grave for feature in here)
    of_others = Counter(feature for here, is_grave in zip(kept, grave, strict=True) if not is_grave for feature in here)
    lean = log((of_others.total() + len(of_others)) / (of_grave.total() + len(of_grave)))
    freedom = {
        feature: EVEN + abs(log((of_grave[feature] + 0.5) / (of_others[feature] + 0.5)) + lean)
        for feature in of_grave.keys() | of_others.keys()
    }
    weights: dict[str, float] = defaultdict(float)
    paces: dict[str, float] = defaultdict(lambda: 1e-6)
    base, pace = 0.0, 1e-6
    order = sorted(range(len(kept)), key=lambda number: (number * 7919) % len(kept))
    for _ in range(ROUNDS):
        for number in order:
            here = kept[number]
            if not here:
                continue
            share = 1 / size(len(here))
            score = base + share * sum(weights[feature] for feature in here)
            wrong = 1 / (1 + exp(-score)) - grave[number]
            for feature in here:
                free = freedom[feature]
                slope = wrong * share * free + DECAY * weights[feature] / free
                paces[feature] += slope * slope
                weights[feature] -= RATE * free * slope / sqrt(paces[feature])
            pace += wrong * wrong
            base -= RATE * wrong / sqrt(pace)
    return dict(weights), base


def _kinds(kept: list[list[str]], of: list[str], findings: list[str]) -> dict[str, tuple[str, ...]]:
    """For each single word, the findings whose sentences hold it more often than the grave sentences of all."""
    number = {finding: place for place, finding in enumerate(findings)}
    here: dict[str, Counter[int]] = defaultdict(Counter)
    size: Counter[int] = Counter()
    for words, finding in zip(kept, of, strict=True):
        if finding in number:
            size[number[finding]] += 1
            for word in words:
                if " " not in word:
                    here[word][number[finding]] += 1
    total = sum(size.values())
    kinds = {}
    for word, counts in here.items():
        share = counts.total() / total
        lift = {kind: log((count + CARE * share) / (size[kind] + CARE) / share) for kind, count in counts.items()}
        best = sorted(lift, key=lambda kind: (-lift[kind] * counts[kind], kind))[:KINDS]
        kinds[word] = tuple(f"{kind}:{lift[kind]:.1f}" for kind in best if lift[kind] > LIFT)
    return kinds


if __name__ == "__main__":
    FILE.write_text(net_of(labelled()), "utf-8")
