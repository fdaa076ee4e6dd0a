"""What each step of docs/growing.md costs: ``python -m tests.bench.steps``.

Eight people save patients, then read charts, on each setting in turn and back again. Told is processor time per
request, of Ashi, of PostgreSQL, of what stands between and of the standby: it shows what a step costs on one machine,
and what can stand on another one.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.servers import spent
from tests.support.cluster import Program
from tests.support.many_servers import FURNISH, ManyServers, many_servers
from tests.support.plain_server import PlainServer, ask

CLIENTS, ROUNDS, EACH = 8, 4, 12
PARTS = ("Ashi", "PostgreSQL", "between", "standby")


@dataclass
class Setting:
    name: str
    port: int
    session: str
    chart: str
    programs: dict[str, list[PlainServer | Program]]  # by part
    prepare: Callable[[], object] = lambda: None
    cost: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # (job, part) -> ms a request, each round

    def round(self, *, is_counted: bool) -> None:
        self.prepare()
        for job, work in {"save": self._save, "chart": self._chart}.items():
            before = {part: self._spent(part) for part in PARTS}
            people = [threading.Thread(target=self._work, args=[work, f"{job}{n}"]) for n in range(CLIENTS)]
            for one in people:
                one.start()
            for one in people:
                one.join()
            for part in PARTS if is_counted else ():
                self.cost.setdefault((job, part), []).append((self._spent(part) - before[part]) / (CLIENTS * EACH))

    def _spent(self, part: str) -> float:
        return sum(spent(one.process.pid) for one in self.programs.get(part, []) if one.process is not None)

    def _work(self, work: Callable[[str], int], name: str) -> None:
        for count in range(EACH):
            status = work(f"{name}x{count}x{time.monotonic_ns()}")
            assert status in (200, 302), (self.name, status)

    def _save(self, name: str) -> int:
        data = {"given_name": "Ana", "family_name": f"Step{name}", "no_phone": "none"}
        return ask(self.port, "POST", "/patients/new/", cookies={"ashi": self.session}, data=data)[0]

    def _chart(self, _: str) -> int:
        return ask(self.port, "GET", self.chart, cookies={"ashi": self.session})[0]


def confirming(town: ManyServers, names: str) -> Callable[[], object]:
    def prepare() -> None:
        town.main.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        town.main.ask("SELECT pg_reload_conf()")
        time.sleep(0.5)

    return prepare


def settings_of(town: ManyServers, sqlite: PlainServer, direct: PlainServer) -> list[Setting]:
    known: Any = json.loads(sqlite.python(FURNISH))
    sqlite.start(workers=3)
    direct.start(workers=3)
    session, chart = town.known["petra"], f"/patients/{town.known['patients'][0]}/"
    one: dict[str, list[PlainServer | Program]] = {"Ashi": [direct], "PostgreSQL": [town.main]}
    many = {**one, "Ashi": [*town.servers], "between": [town.nginx, town.pgbouncer]}
    return [
        Setting("SQLite", sqlite.port, known["petra"], f"/patients/{known['patients'][0]}/", {"Ashi": [sqlite]}),
        Setting("PostgreSQL", direct.port, session, chart, one, confirming(town, "")),
        Setting("three servers, PgBouncer", town.nginx.port, session, chart, many, confirming(town, "")),
        Setting(
            "and a standby that confirms", town.nginx.port, session, chart, {**many, "standby": [town.standby]},
            confirming(town, "standby"),
        ),
    ]  # fmt: skip


def main() -> None:
    with many_servers() as town:
        folder = town.main.folder.parent
        sqlite = ManyServers.server(folder / "sqlite", f"sqlite:///{folder}/sqlite/ashi.sqlite3")
        direct = ManyServers.server(folder / "direct3", town.main.uri("ashi"))
        try:
            settings = settings_of(town, sqlite, direct)
            for number in range(-1, ROUNDS):  # the first one warms up
                for setting in settings[:: -1 if number % 2 else 1]:
                    setting.round(is_counted=number >= 0)
            tell(settings)
        finally:
            sqlite.kill()
            direct.kill()


def tell(settings: list[Setting]) -> None:
    print("| CPU ms a request |", " | ".join(f"{job}: {part}" for job in ("save", "chart") for part in PARTS), "|")
    print("|---|" + "---|" * 2 * len(PARTS))
    for one in settings:
        cells = [f"{statistics.median(one.cost[job, part]):.1f}" for job in ("save", "chart") for part in PARTS]
        print(f"| {one.name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
