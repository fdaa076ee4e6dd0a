"""What the worker does for the patient's form."""

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from intake.actions import limits


@db_periodic_task(crontab(minute="7"))  # type: ignore[untyped-decorator]
def forget_counts() -> None:
    """Not while somebody saves: each save would have to wait for it."""
    limits.forget()
