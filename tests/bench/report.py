"""The figures as a table on the terminal, and as docs/performance.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.bench import part_tables
from tests.bench.kept import Row, Told

Parts = dict[str, Any]
GROWTH = {(1000, 100_000): 1.3, (100_000, 1_000_000): 2.0}


def show(rows: list[Row]) -> None:
    head = (
        f"{'job':<18} {'engine':<10} {'patients':>8} {'cl':>2} {'ours':>8} {'floor':>8} {'ratio':>6}  target   queries"
    )
    print(f"\n{head}")
    for row in rows:
        print(
            f"{row['job']:<18} {row['database']:<10} {row['patients']:>8} {row['clients']:>2} {row['ours_ms']:>8.2f} "
            f"{row['floor_ms']:>8.2f} {row['ratio']:>6.2f}  {verdict(row):<8} {row['queries']:>5}"
            + (f"  {row['errors']} ERRORS" if row["errors"] else ""),
            flush=True,
        )


def verdict(row: Row) -> str:
    if row["errors"]:
        return f"{row['errors']} failed"
    if row["target"] is None:
        return "-"
    return f"{row['target']:.1f} {'met' if row['ratio'] <= row['target'] else 'NOT'}"


def show_parts(parts: Parts) -> None:
    for name, found in parts.items():
        print(f"{name}: {json.dumps(found)}", flush=True)


def page(told: Told) -> str:
    return "\n".join([*_lines(told), *part_tables.lines(told.parts)]) + "\n"


def _lines(told: Told) -> Iterator[str]:
    rows = told.rows
    yield "# How fast Ashi is, beside a bare Django project"
    yield ""
    yield f"Made by `python -m tests.bench --write` on {told.machine}. Not written by hand."
    yield ""
    yield "`ours` and `floor`: milliseconds of processor time for one request (server's workers and, on PostgreSQL, its"
    yield "backends), medians of interleaved rounds in one run. The floor (`tests/bench/floor/`) is signed in, asks for the"  # noqa: E501
    yield "same rows by hand, writes the same audit row and sends as many bytes. p50 and p95 are wall times and depend on the"  # noqa: E501
    yield "machine."
    if told.loads:
        (first, _), (last, _) = told.loads[0], told.loads[-1]
        loads = [load for _, load in told.loads]
        yield f"Measured from {first} to {last} UTC under a load of {min(loads):g} to {max(loads):g}."
        yield "Where that is above the number of cores, other programs held them: wall times are those of a crowded"
        yield "machine, and processor times run high."
    for clients in sorted({row["clients"] for row in rows}):
        yield ""
        yield f"## {clients} client{'s' if clients > 1 else ''} at once"
        yield ""
        yield "| job | engine | patients | ours | floor | ratio | target | p50 / p95 | floor's | per s (floor) | statements | kB (sent) | MiB |"  # noqa: E501
        yield "|---|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|"
        for row in rows:
            if row["clients"] == clients:
                yield _cells(row)
    yield from _growth(rows)


def _cells(row: Row) -> str:
    return (
        f"| {row['job']} | {row['database']} | {row['patients']} | {row['ours_ms']} | {row['floor_ms']} | {row['ratio']} "  # noqa: E501
        f"| {verdict(row).replace('NOT', '**not met**')} | {row['p50_ms']} / {row['p95_ms']} "
        f"| {row['floor_p50_ms']} / {row['floor_p95_ms']} | {row['per_second']} ({row['floor_per_second']}) "
        f"| {row['queries']} | {row['bytes'] / 1000:.1f} ({row['sent'] / 1000:.1f}) | {row['peak_mib']} |"
    )


def _growth(rows: list[Row]) -> Iterator[str]:
    alone = {(row["job"], row["database"], row["patients"]): row["ours_ms"] for row in rows if row["clients"] == 1}
    found = [
        (job, engine, small, large, alone[job, engine, large] / ms, most)
        for (job, engine, small), ms in alone.items()
        for (few, large), most in GROWTH.items()
        if small == few and (job, engine, large) in alone
    ]
    if found:
        yield ""
        yield "## Growth with the number of patients"
        yield ""
        yield "| job | engine | from | to | times | at most | |"
        yield "|---|---|---:|---:|---:|---:|---|"
        for job, engine, small, large, times, most in found:
            said = "met" if times <= most else "**not met**"
            yield f"| {job} | {engine} | {small} | {large} | {times:.2f} | {most} | {said} |"
