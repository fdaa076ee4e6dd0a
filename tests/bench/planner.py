"""How fast the clinical mind is, beside CLIPS on the same rules in the same run."""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.cases import cases
from tests.bench.clips_rules import ClipsRules

ROOT = Path(__file__).resolve().parents[2]
LOADING = """
import time
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6
started = time.perf_counter()
from intake.assessment import load_intake_knowledge
from intake.assessment.text import load_lexicon
from treatments.planner.knowledge.load import load_planner_knowledge
imported, before = time.perf_counter(), resident()
load_intake_knowledge(); load_lexicon(); load_planner_knowledge()
done = time.perf_counter()
print(imported - started, done - imported, resident() - before)
"""


def timed(work: Callable[[Any], Any], items: Sequence[Any]) -> list[float]:
    """Milliseconds for each item, after a warm-up over the first few."""
    for item in items[:30]:
        work(item)
    spent = []
    for item in items:
        started = time.perf_counter()
        work(item)
        spent.append((time.perf_counter() - started) * 1000)
    return spent


def line(name: str, figure: str, goal: str = "") -> None:
    print(f"{name:<64}{figure:>16}   {goal}")


def percentiles(spent: list[float]) -> tuple[float, float]:
    return statistics.median(spent), statistics.quantiles(spent, n=100)[98]


def main() -> None:
    from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
    from treatments.planner.facts import read_facts
    from treatments.planner.knowledge.load import load_planner_knowledge
    from treatments.planner.knowledge.matching import compile_rules, matching
    from treatments.planner.proposing.propose import propose

    loaded = subprocess.run([sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=True)
    imports, load, memory = (float(word) for word in loaded.stdout.split())
    line("importing the modules", f"{imports * 1000:.0f} ms")
    line("loading all knowledge", f"{load * 1000:.0f} ms", "goal: under 250 ms")
    line("memory it takes", f"{memory:.0f} MB", "goal: under 60 MB")

    intake, planner = load_intake_knowledge(), load_planner_knowledge()
    parsed = [parse_case(case, intake) for case in cases(1000)]
    pictures = [ClinicalPicture(case, assess(case, intake)) for case in parsed]
    facts = [read_facts(picture) for picture in pictures]

    rules = compile_rules(planner.rules)
    ours = timed(lambda words: matching(rules, words), facts)
    clips = ClipsRules(planner.rules)
    theirs = timed(clips.matching, facts)
    for one in facts[:200]:
        assert sorted(rule.id for rule in matching(rules, one)) == clips.matching(one), "CLIPS fires other rules"
    our_median, their_median = statistics.median(ours), statistics.median(theirs)
    line(f"matching {len(planner.rules)} point rules, ours (median)", f"{our_median:.4f} ms")
    line(
        "the same rules by CLIPS (median)",
        f"{their_median:.4f} ms",
        f"ratio CLIPS : ours = {their_median / our_median:.1f}",
    )

    silent = [dataclasses.replace(case, texts={}) for case in parsed]
    median, worst = percentiles(timed(lambda case: assess(case, intake), silent))
    name = "assessment: flags, scores, reasons (median, 99th)"
    line(name, f"{median:.2f}, {worst:.2f} ms", "goal: median under 0.5 ms")
    median, worst = percentiles(timed(lambda case: assess(case, intake), parsed))
    line("the same with a sentence of free text read", f"{median:.2f}, {worst:.2f} ms")
    median, worst = percentiles(timed(lambda picture: propose(picture, planner), pictures))
    line("proposal from a picture (median, 99th)", f"{median:.2f}, {worst:.2f} ms", "goal: under 3 and 10 ms")

    def whole(case: dict[str, Any]) -> str:
        known = parse_case(case, intake)
        return json.dumps(propose(ClinicalPicture(known, assess(known, intake)), planner).as_json())

    median, worst = percentiles(timed(whole, cases(1000)))
    line("case to JSON, everything (median, 99th)", f"{median:.2f}, {worst:.2f} ms", "goal: under 3 and 10 ms")

    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(case) + "\n" for case in cases(1000))
        file.flush()
        started = time.perf_counter()
        command = [sys.executable, "manage.py", "propose", "--lines", file.name]
        answered = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    seconds = time.perf_counter() - started
    assert answered.count("\n") == 1000, "a line was lost"
    line("manage.py propose --lines, 1000 cases, start included", f"{seconds:.2f} s", "goal: under 5 s")


if __name__ == "__main__":
    main()
