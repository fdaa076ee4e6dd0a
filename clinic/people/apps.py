from django.apps import AppConfig

PASSKEYS = "allauth.mfa.webauthn.internal.auth"  # brings fido2 and cryptography: 11 MiB for who has a passkey


class PeopleConfig(AppConfig):
    name = "clinic.people"
    label = "people"

    def ready(self) -> None:
        from django.conf import settings

        from clinic.lib.catalogues import compile_stale
        from clinic.lib.later import imported_later
        from clinic.people import sign_in_events

        for folder in settings.LOCALE_PATHS:
            compile_stale(folder)
        sign_in_events.connect()
        imported_later(PASSKEYS)
