"""What a patient takes home, in their language."""

from __future__ import annotations

SPOKEN = {
    "aftercare.toml": frozenset({"text"}),
    "home_care.toml": frozenset({"sheet"}),  # of a complaint, in its folder
}
