"""Who is signed in: asked on every page, so by SQL that is not built anew each time. Signing in is allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import User


@KeptQuery
def _user(pk: int) -> QuerySet[User]:
    return User.objects.filter(pk=pk).order_by()


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    def get_user(self, user_id: Any) -> User | None:
        """As the row is now: an account that was closed is out with its next page."""
        user = next(iter(_user(int(user_id))), None)
        return user if user and self.user_can_authenticate(user) else None
