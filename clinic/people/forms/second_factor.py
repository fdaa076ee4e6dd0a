"""allauth's forms for the second factor, with our own count of wrong codes. Theirs is per account, so that
anyone who knows a password could lock its owner out.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as keys
from allauth.mfa.webauthn.internal import auth

from clinic.people import guesses, sign_in_events


class _CountedCode(codes.BaseAuthenticateForm):
    def clean_code(self) -> str:
        tries = guesses.of_codes(context.request, self.user.email)
        if wait := guesses.take_all(tries):
            sign_in_events.note_factor_slowed(context.request, self.user)
            raise guesses.too_many(wait)
        # an app's codes first: a wrong one is reported as such
        factors = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        ordered = sorted(factors, key=lambda factor: factor.type != Authenticator.Type.TOTP)
        code: str = self.cleaned_data["code"]
        for factor in ordered:
            if factor.wrap().validate_code(code):
                factor.user = self.user
                self.authenticator = factor
                for one in tries:
                    one.undo()
                return code
        if ordered:
            self._emit_authentication_failed(ordered[0])
        if max(one.made for one in tries) >= guesses.FREE:
            get_account_adapter(context.request).tell_of_guesses("code", self.user.email)
        raise get_adapter().validation_error("incorrect_code")


class AuthenticateForm(_CountedCode, codes.AuthenticateForm):
    pass


class ReauthenticateForm(_CountedCode, codes.ReauthenticateForm):
    pass


class _Key(keys.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        """Not counted: a key's signature cannot be guessed."""
        credential: Any = self.cleaned_data["credential"]
        auth.parse_authentication_response(credential)
        return auth.complete_authentication(self.user, credential)


class AuthenticateKeyForm(_Key):
    pass


class ReauthenticateKeyForm(_Key, keys.ReauthenticateWebAuthnForm):
    pass
