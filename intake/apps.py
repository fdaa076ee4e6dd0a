from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"

    def ready(self) -> None:
        from django.conf import settings

        from clinic.lib.complaints import use_folder
        from clinic.people import desk_notes
        from intake import checks  # noqa: F401  registers the examination of the knowledge files
        from intake.consent_text import open_among

        use_folder(settings.ASHI_COMPLAINTS)
        desk_notes.register("consent open", open_among)
