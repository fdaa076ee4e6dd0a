"""A patient's browser for tests: it sends each form with the ticket of the page that was drawn last."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.test import Client

from clinic.outbox.models import Message

TICKET = re.compile(r'name="of" value="([^"]*)"')


class Phone(Client):
    """Like Django's client, but a posted dict carries ``of``, as the form on the page would."""

    ticket = ""

    def request(self, **environ: Any) -> Any:
        answer = super().request(**environ)
        if not answer.streaming and (found := TICKET.findall(answer.content.decode(errors="replace"))):
            self.ticket = found[-1]
        return answer

    def post(self, path: str, data: Any = None, *args: Any, **extra: Any) -> Any:
        if path.startswith("/i/") and (data is None or isinstance(data, dict)):
            data = {"of": self.ticket, **(data or {})}
        return super().post(path, data, *args, **extra)

    def open(self, token: str, *, born: dt.date | None = None) -> Any:
        """Follow a link as a person does; ``born``: start, or go on, with this date of birth."""
        page = self.get(f"/i/{token}/", follow=True)
        if born is None or "/i/step/" in page.request["PATH_INFO"]:
            return page
        typed = {"day": born.day, "month": born.month, "year": born.year}
        return self.post("/i/birth/" if "/i/birth/" in page.content.decode() else "/i/start/", typed, follow=True)

    def tell_code(self) -> Any:
        """Ask for a code, and type what was mailed."""
        self.post("/i/code/", {"send": "1"})
        self.get("/i/code/")
        return self.post("/i/code/", {"code": mailed_code()})


def mailed_code() -> str:
    """The digits in the newest mail with a code."""
    body = Message.objects.filter(kind="intake_code").latest("id").body
    return re.search(r"^\d{6}$", body, re.MULTILINE).group()  # type: ignore[union-attr]
