from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"

    def ready(self) -> None:
        from treatments import checks  # noqa: F401  registers the examination of the knowledge files
