"""The demo clinic on three servers behind nginx, PgBouncer, PostgreSQL and a standby: what journeys look at with
JOURNEY_SERVERS=3. Each server is one process with static files of its own, as on a machine of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.cluster import missing
from tests.support.many_servers import SERVERS, ManyServers
from tests.support.plain_server import PlainServer
from tests.support.stays import Manager


class DemoPart(PlainServer):
    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "ASHI_DEMO": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}


class DemoTown(ManyServers):
    manager: Manager  # one of a machine past the proxy and PgBouncer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.nginx.port}"

    @staticmethod
    def server(folder: Path, database: str, **more: str) -> PlainServer:
        folder.mkdir()
        return DemoPart(folder, database, more={"DJANGO_SECRET_KEY": "the same on every server, long enough", **more})

    def furnish(self, direct: PlainServer) -> None:
        self.manager = Manager(direct.environment)
        self.manager.run("migrate", "--noinput", "--verbosity", "0")
        self.manager.run("seed_demo")
        self.manager.run("collectstatic", "--noinput", "--verbosity", "0")
        for server in self.servers:
            shutil.copytree(direct.folder / "static", server.folder / "static")

    def stop(self) -> None:
        if hasattr(self, "manager"):
            self.manager.stop()
        super().stop()


@contextmanager
def demo_town() -> Iterator[DemoTown]:
    assert os.environ["JOURNEY_SERVERS"] == str(SERVERS), f"JOURNEY_SERVERS may be {SERVERS}"
    assert not missing(), f"needs: apt-get install {' '.join(missing())}"
    with tempfile.TemporaryDirectory(prefix="town-", ignore_cleanup_errors=True) as folder:
        town = DemoTown(Path(folder))
        try:
            town.start()
            yield town
        finally:
            town.stop()
