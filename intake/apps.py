from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"

    def ready(self) -> None:
        from django.conf import settings

        from clinic.lib.complaints import use_folder
        from intake import checks  # noqa: F401  registers the examination of the knowledge files

        use_folder(settings.ASHI_COMPLAINTS)
