from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "clinic.outbox"
    label = "outbox"

    def ready(self) -> None:
        from clinic.outbox import checks  # noqa: F401
