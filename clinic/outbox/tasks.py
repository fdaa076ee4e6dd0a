"""The worker's tasks: deliver when woken, and sweep every minute so that nothing queued is forgotten."""

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from clinic.outbox import delivery


@db_task()  # type: ignore[untyped-decorator]
def deliver() -> None:
    delivery.deliver_due()


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def sweep() -> None:
    delivery.deliver_due()
    delivery.forget_bodies()
