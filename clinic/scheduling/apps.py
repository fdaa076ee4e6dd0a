from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "clinic.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        from clinic.scheduling import kept

        kept.connect(self)
