"""Long passwords that are still guessed first: digits, repeats, common words, local names."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError

from clinic.people.models import Clinic

# what is left of a password without these must still be long enough to be a secret
WORDS = re.findall(
    r"\w+",
    "password passwort passphrase letmein welcome qwertzuiop qwertyuiop qwerty qwertz asdfghjkl zxcvbnm "
    "iloveyou admin administrator acupuncture akupunktur acupuncturist needle needles clinic practice praxis "
    "reception frontdesk desk doctor patient ashi summer winter spring autumn sommer herbst login secret "
    "geheim hello dragon monkey football ",
)
LEFT = 8  # letters (DESIGN)


class GuessableValidator:
    """Refuses a password that is short without its repeats, runs of digits and the words in ``WORDS``."""

    def validate(self, password: str, user: Any = None) -> None:
        left = re.sub(r"[\d\W_]+", "", password.casefold())
        names = " ".join([getattr(user, "name", ""), getattr(user, "email", ""), Clinic.current().name])
        own = [word for word in re.split(r"[\W\d_]+", names.casefold()) if len(word) > 2]
        for word in sorted({*WORDS, *own}, key=len, reverse=True):
            left = left.replace(word, "")
        left = re.sub(r"(.{1,6}?)\1{2,}", r"\1", left)
        if len(left) < LEFT or len(set(left)) < 5:
            raise ValidationError(
                "This password is easy to guess: it is made of digits, repeats, names of the clinic, or words that "
                "everyone takes. Take a sentence of your own, or let your password manager make one.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return "Not only digits, repeats, names or words that everyone takes: a sentence of your own is best."
