from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "clinic.people"
    label = "people"

    def ready(self) -> None:
        from django.conf import settings

        from clinic.lib.catalogues import compile_stale
        from clinic.people import sign_in_events

        for folder in settings.LOCALE_PATHS:
            compile_stale(folder)
        sign_in_events.connect()
