"""Everything but the jobs in docs/performance.md: the audit trail, the service itself, the planner, the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench import browser, intake_length, lighthouse, service

# key -> (words, unit, at most)
PLANNER: dict[str, tuple[str, str, float | None]] = {
    "propose_ms": ("proposal from a picture, median", "ms", 1.5),
    "review_ms": ("safety review of a plan, median", "ms", 0.6),
    "first_answer_s": ("`manage.py propose` to its first answer", "s", 0.8),
    "thousand_lines_s": ("`manage.py propose --lines`, 1 000 cases", "s", 5),
    "assess_ms": ("assessment, median", "ms", 0.5),
    "assess_text_ms": ("assessment with a sentence of free text, median", "ms", None),
    "case_to_json_ms": ("case to JSON, median", "ms", 3),
    "load_ms": ("loading all knowledge", "ms", 250),
    "compile_ms": ("compiling the lexicons, once after each change", "ms", None),
    "load_mb": ("memory of all knowledge", "MB", 60),
    "match_ms": ("matching all point rules", "ms", None),
    "clips_ms": ("the same rules by CLIPS", "ms", None),
}
INTAKE: dict[str, tuple[str, str, float | None]] = {
    "screens": ("screens before the first needle", "", intake_length.MOST_SCREENS),
    "minutes": ("minutes before the first needle, 200 words a minute and 1.5 s a tap", "", intake_length.MOST_MINUTES),
    "words": ("words of both parts", "", intake_length.MOST_WORDS),
    "minutes_two": ("minutes of the second part", "", None),
    "minutes_in_all": (
        "minutes of both parts, one complaint to three in every combination, those asked the most",
        "",
        intake_length.MOST_IN_ALL,
    ),
}
SERVICE: dict[str, dict[str, tuple[str, str, float | None]]] = {
    "start": {
        "start_s": ("`make serve` to its first page, by the clock, the best of five", "s", service.MOST_SECONDS),
        "start_cpu_s": ("the same in processor time, median", "s", None),
        "first_start_cpu_s": ("the very first start, which makes the database, in processor time", "s", None),
    },
    "memory": {
        "worker_warm_mib": (f"a worker after {service.WARM} requests", "MiB", None),
        "worker_mib": ("the same worker at the end", "MiB", service.MOST_MIB),
        "growth_mib": ("its growth in between", "MiB", service.MOST_GROWTH),
        "errors": ("answers that were no success", "", 0),
    },
}


def lines(parts: dict[str, Any]) -> Iterator[str]:
    if "audit" in parts:
        yield from _audit(parts["audit"])
    if "verify" in parts:
        yield from _verify(parts["verify"])
    wanted = {name: figures for name, figures in SERVICE.items() if name in parts}
    if wanted:
        yield from _head("The service itself")
        for name, figures in wanted.items():
            yield from _figures(parts[name], figures)
        if "memory" in parts:
            yield from ["", f"The worker answered {parts['memory']['requests']} requests, each page in turn."]
    if "planner" in parts:
        yield from _head("The clinical mind, in processor time")
        yield from _figures(parts["planner"], PLANNER)
    if "intake" in parts:
        yield from _head("The patient's form, the longest of twelve invented patients")
        yield from _figures(parts["intake"], INTAKE)
    if "browser" in parts:
        yield from ["", "## What a browser sees", "", browser.table(parts["browser"])]
    if "lighthouse" in parts:
        yield from ["", lighthouse.table(parts["lighthouse"])]


def _head(title: str) -> Iterator[str]:
    yield from ["", f"## {title}", "", "| | figure | at most | |", "|---|---:|---:|---|"]


def _figures(found: dict[str, float], wanted: dict[str, tuple[str, str, float | None]]) -> Iterator[str]:
    for key, (words, unit, most) in wanted.items():
        if key in found:
            yield f"| {words} | {found[key]:g} {unit} | {_most(most)} | {_said(found[key], most)} |"


def _most(most: float | None) -> str:
    return "-" if most is None else f"{most:g}"


def _said(figure: float, most: float | None) -> str:
    return "" if most is None else "met" if figure <= most else "**not met**"


def _audit(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from ["", "## The audit trail: many writers, beside the same rows without chain and lock", ""]
    yield "| engine | writers | events a second | plain rows a second | ratio | at least | p50 / p95, ms |"
    yield "|---|---:|---:|---:|---:|---|---:|"
    for row in rows:
        least = "-" if row["engine"] == "sqlite" else f"0.8 {'met' if row['ratio'] >= 0.8 else '**not met**'}"
        yield (
            f"| {row['engine']} | {row['writers']} | {row['chained_per_second']} | {row['plain_per_second']} "
            f"| {row['ratio']} | {least} | {row['p50_ms']} / {row['p95_ms']} |"
        )


def _verify(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from ["", "Walking the chain, as `verify_audit` does (without the seals of records):", ""]
    yield (
        "| engine | events | processes | seconds of processor | events a second, by the clock "
        "| if each process has a processor of its own | at least |"
    )
    yield "|---|---:|---:|---:|---:|---:|---|"
    for row in rows:
        said = "met" if row["per_second"] >= 150_000 else "**not met**"
        yield (
            f"| {row['engine']} | {row['events']} | {row['processes']} | {row['cpu_s']} | {row['per_second']} "
            f"| {row['quiet_per_second']} | 150000 {said} |"
        )
