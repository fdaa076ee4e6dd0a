from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _keep_guards(using: str, **_: Any) -> None:
    from clinic.audit import guards

    guards.keep_standing(connections[using])


class AuditConfig(AppConfig):
    name = "clinic.audit"
    label = "audit"

    def ready(self) -> None:
        from clinic.lib import database_checks  # noqa: F401  registers what is asked of the database at the start

        post_migrate.connect(_keep_guards, sender=self)
