"""How fast the clinical mind is, in processor time, beside CLIPS on the same rules in the same run."""

from __future__ import annotations

import dataclasses
import json
import resource
import statistics
import subprocess
import sys
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
started = time.process_time()
from intake.assessment import load_intake_knowledge
from intake.assessment.text import load_lexicon
from treatments.planner.knowledge.load import load_planner_knowledge
imported, before = time.process_time(), resident()
load_intake_knowledge(); load_lexicon(); load_planner_knowledge()
done = time.process_time()
print(imported - started, done - imported, resident() - before)
"""
ANEW = """
import time
from intake.assessment.text.files import compiled
from intake.assessment.text.lexicon import lexicon_files
started = time.process_time()
compiled(lexicon_files())
print(time.process_time() - started)
"""


def timed(work: Callable[[Any], Any], items: Sequence[Any], *, passes: int = 3) -> list[float]:
    """Milliseconds of processor time for each item: the least of several passes, after a warm-up over the first."""
    for item in items[:30]:
        work(item)
    least = [float("inf")] * len(items)
    for _ in range(passes):
        for place, item in enumerate(items):
            started = time.thread_time_ns()
            work(item)
            least[place] = min(least[place], (time.thread_time_ns() - started) / 1e6)
    return least


def line(told: dict[str, float], key: str, name: str, figures: Sequence[float], unit: str, goal: float | None) -> None:
    """Print a figure (the first; the others beside it) and keep it under ``key``. ``goal``: at most."""
    told[key] = round(figures[0], 3)
    words = f"{', '.join(f'{one:.4g}' for one in figures)} {unit}"
    verdict = "" if goal is None else f"goal: at most {goal:g} {unit}, {'met' if figures[0] <= goal else 'NOT met'}"
    print(f"{name:<64}{words:>16}   {verdict}")


def percentiles(spent: list[float]) -> tuple[float, float]:
    return statistics.median(spent), statistics.quantiles(spent, n=100)[98]


def children_cpu() -> float:
    """Seconds of processor time of all programs that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure() -> dict[str, float]:
    """Figures by name. The fastest of several passes: a busy machine only ever adds to them."""
    from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
    from treatments.planner.facts import read_facts
    from treatments.planner.knowledge.load import load_planner_knowledge
    from treatments.planner.knowledge.matching import compile_rules, matching
    from treatments.planner.proposing.propose import propose
    from treatments.planner.review.review import review

    told: dict[str, float] = {}
    _told_by(LOADING)  # the lexicons are kept as compiled from then on, as after the first start of an installation
    imports, load, memory = _told_by(LOADING)
    (anew,) = _told_by(ANEW)
    line(told, "import_ms", "importing the modules (processor time)", [imports * 1000], "ms", None)
    line(told, "load_ms", "loading all knowledge (processor time)", [load * 1000], "ms", 250)
    line(told, "compile_ms", "compiling the lexicons, once after each change", [anew * 1000], "ms", None)
    line(told, "load_mb", "memory it takes", [memory], "MB", 60)

    intake, planner = load_intake_knowledge(), load_planner_knowledge()
    parsed = [parse_case(case, intake) for case in cases(1000)]
    pictures = [ClinicalPicture(case, assess(case, intake)) for case in parsed]
    facts = [read_facts(picture) for picture in pictures]

    rules, clips = compile_rules(planner.rules), ClipsRules(planner.rules)
    for one in facts[:200]:
        assert sorted(rule.id for rule in matching(rules, one)) == clips.matching(one), "CLIPS fires other rules"
    ours = percentiles(timed(lambda words: matching(rules, words), facts))
    theirs = percentiles(timed(clips.matching, facts))
    line(told, "match_ms", f"matching {len(planner.rules)} point rules, ours (median, 99th)", ours, "ms", None)
    line(told, "clips_ms", "the same rules by CLIPS", theirs, "ms", None)
    line(told, "clips_ratio", "ratio CLIPS : ours", [theirs[0] / ours[0]], "times", None)

    silent = [dataclasses.replace(case, texts={}) for case in parsed]
    spent = percentiles(timed(lambda case: assess(case, intake), silent))
    line(told, "assess_ms", "assessment: flags, scores, reasons (median, 99th)", spent, "ms", 0.5)
    spent = percentiles(timed(lambda case: assess(case, intake), parsed))
    line(told, "assess_text_ms", "the same with a sentence of free text read", spent, "ms", None)
    spent = percentiles(timed(lambda picture: propose(picture, planner), pictures))
    line(told, "propose_ms", "proposal from a picture (median, 99th)", spent, "ms", 1.5)
    proposed = [(picture, propose(picture, planner).treatment) for picture in pictures]
    planned = [(treatment, picture) for picture, treatment in proposed if treatment is not None]
    spent = percentiles(timed(lambda both: review(both[0], both[1], planner), planned))
    line(told, "review_ms", f"safety review of {len(planned)} plans (median, 99th)", spent, "ms", 0.6)

    def whole(case: dict[str, Any]) -> str:
        known = parse_case(case, intake)
        return json.dumps(propose(ClinicalPicture(known, assess(known, intake)), planner).as_json())

    spent = percentiles(timed(whole, cases(1000)))
    line(told, "case_to_json_ms", "case to JSON, everything (median, 99th)", spent, "ms", 3)
    command = [sys.executable, "manage.py", "propose"]
    first = _spent_on([*command, "-"], [cases(1)[0]])
    line(told, "first_answer_s", "manage.py propose to its first answer (processor time)", [first], "s", 0.8)
    many = _spent_on([*command, "--lines", "-"], cases(1000))
    line(told, "thousand_lines_s", "manage.py propose --lines, 1000 cases (processor time)", [many], "s", 5)
    return told


def _told_by(program: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def _spent_on(command: list[str], lines: list[dict[str, Any]]) -> float:
    """Processor time of a whole run, the start included; the least of three."""
    found = []
    for _ in range(3):
        before = children_cpu()
        said = "".join(json.dumps(case) + "\n" for case in lines)
        done = subprocess.run(command, cwd=ROOT, input=said, capture_output=True, text=True, check=True)
        found.append(children_cpu() - before)
        assert done.stdout.count("\n") >= len(lines), "an answer was lost"
    return min(found)


if __name__ == "__main__":
    measure()
