"""Who is signed in: asked on every page, so by SQL that is not built anew each time. Signing in is allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from clinic.people.models import User


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    def get_user(self, user_id: Any) -> User | None:
        """As the row is now: an account that was closed is out with its next page."""
        user = next(iter(User.objects.raw("SELECT * FROM people_user WHERE id = %s", [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None
