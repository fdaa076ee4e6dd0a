"""Sessions in the database, as Django's; read by SQL that is not built anew for each page, most of them together with
the clinic's row.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connections, router
from django.utils import timezone

_ONE = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """Nothing, and no key, when there is none or it is over."""
        connection = connections[router.db_for_read(self.model)]
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_ONE, [self.session_key, now])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])

    def take(self, found: str | None) -> None:
        """As ``load``, with what was found already; unless it is loaded."""
        if hasattr(self, "_session_cache"):
            return
        if found is None:
            self._session_key = None
        self._session_cache = {} if found is None else self.decode(found)
