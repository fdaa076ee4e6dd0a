"""The worker: sends what waits in the outbox, alongside the server and for as long as it runs."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import autodiscover_modules
from huey.contrib.djhuey import HUEY

from clinic.outbox import tasks

LAST_WORDS = 30  # seconds for the mail being sent when the server stops


class Command(BaseCommand):
    help = "Sends what waits in the outbox. Runs beside the server; --beside PID ends it with that process."
    requires_system_checks = []  # the server has just been checked

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--beside", type=int, metavar="PID")

    def handle(self, *args: Any, beside: int | None, **options: Any) -> None:
        autodiscover_modules("tasks")
        HUEY.flush()  # wake-ups from an earlier run: one is enough for all
        tasks.deliver()
        if beside:
            threading.Thread(target=_end_with, args=[beside], daemon=True).start()
        HUEY.create_consumer(workers=1, max_delay=1, check_worker_health=True, health_check_interval=1).run()


def _end_with(server: int) -> None:
    while _is_alive(server):
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGINT)  # huey: finish the task, then stop
    time.sleep(LAST_WORDS)
    os._exit(1)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
