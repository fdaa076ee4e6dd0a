"""A screen of the patient's form as one tab has it open: what it was drawn with, and posts from there."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def page_on(html: str) -> str:
    """What the page says that it was drawn with."""
    found = re.search(r'name="_page" value="([^"]+)"', html)
    assert found, "no form of a screen"
    return found.group(1)


class Tab:
    """``Tab(phone, "quality")`` opens the screen; what it posts knows only of what it was drawn with."""

    def __init__(self, phone: Client, screen: str) -> None:
        self.phone, self.screen, self.seq = phone, screen, 0
        self.page = page_on(phone.get(f"/i/step/{screen}/").content.decode())

    def save(self, answers: dict[str, Any], *, typing: bool = False, seq: int | None = None) -> Any:
        self.seq = self.seq + 1 if seq is None else seq
        data = {**answers, "_page": self.page, "_seq": str(self.seq)}
        return self.phone.post(f"/i/step/{self.screen}/save/{'?typing=1' if typing else ''}", data)

    def go(self, answers: dict[str, Any], go: str = "next", **more: str) -> Any:
        """Press a button."""
        data = {**answers, "_page": self.page, "_seq": str(self.seq), "go": go, **more}
        return self.phone.post(f"/i/step/{self.screen}/", data)
