"""Do two checkouts propose the same? Random cases, the same each time, through `manage.py propose` in both.

    python -m tests.support.compare_checkouts ../ashi-before . --cases 1000

Exit 0 when every answer is the same, 1 with the first differences by JSON path.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli

TEXTS = (
    "My back hurts since the accident",
    "numb between my legs",
    "I take warfarin",
    "es tut im Kreuz weh seit dem Unfall",
    "me duele la espalda",
    "pregnant 12 weeks",
    "腰痛",
    "stress makes it worse",
    "I run marathons, pulled it in training",
)
SHOWN = 20


def findings_of(checkout: Path) -> list[str]:
    groups = tomli.loads((checkout / "intake" / "knowledge" / "findings.toml").read_text(encoding="utf-8"))
    return sorted(f"{group}.{key}" for group, table in groups.items() for key in table.get("findings", {}))


def cases(findings: list[str], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Cases with all red flags asked nine times in ten, few of them present: about a third get a treatment."""
    chance = random.Random(seed)
    flags = [one for one in findings if one.startswith("flag.")]
    sites = [one for one in findings if one.startswith("site.")]
    others = [one for one in findings if not one.startswith(("flag.", "site."))]
    for number in range(count):
        found = {flag: chance.random() < 0.004 for flag in flags} if chance.random() < 0.9 else {}
        found |= dict.fromkeys(chance.sample(sites, chance.randint(1, 2)), True)
        found |= {one: chance.random() < 0.4 for one in chance.sample(others, chance.randint(5, 60))}
        yield {
            "case": str(number),
            "patient": {
                "age": chance.choice([None, 8, 25, 38, 52, 70, 84]),
                "sex": chance.choice(["female", "male", "other", None]),
                "pregnancy_weeks": chance.choice([None, None, None, 20]),
            },
            "complaint": {
                "duration_days": chance.choice([None, 3, 20, 60, 420, 3000]),
                "pain_now": chance.randint(0, 10),
                "pain_average": chance.randint(0, 10),
            },
            "findings": found,
            "texts": {"reason": chance.choice(TEXTS)} if chance.random() < 0.5 else {},
            "visit": chance.choice([1, 1, 2, 6]),
        }


def proposals(checkout: Path, lines: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "manage.py", "propose", "--lines", str(lines)]
    told = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in told.splitlines()]


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ, as `path: before -> after`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif before != after:
        yield f"{path}: {json.dumps(before, ensure_ascii=False)[:200]} -> {json.dumps(after, ensure_ascii=False)[:200]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "cases.jsonl"
        drawn = list(cases(findings_of(asked.before), asked.cases, asked.seed))
        lines.write_text("".join(json.dumps(case) + "\n" for case in drawn), encoding="utf-8")
        before, after = proposals(asked.before.resolve(), lines), proposals(asked.after.resolve(), lines)
    found = [
        f"case {one['case']}: {text}"
        for one, other in zip(before, after, strict=True)
        for text in differences(one, other)
    ]
    differing = sum(one != other for one, other in zip(before, after, strict=True))
    treated = sum(one["treatment"] is not None for one in before)
    sys.stdout.write("".join(f"{text}\n" for text in found[:SHOWN]))
    sys.stdout.write(f"{len(before) - differing} of {len(before)} the same; {treated} with a treatment\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
