from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "clinic.people"
    label = "people"

    def ready(self) -> None:
        from clinic.people import sign_in_events

        sign_in_events.connect()
