"""The needle for a place and a depth: the only place that decides, for proposals and for points added by hand."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.knowledge.rules import NeedleSize
from treatments.planner.treatment.items import Needle

LENGTHS = (15, 25, 30, 40, 50, 60, 75)
SPARE_MM = 5  # a needle never goes in up to its handle
_ANYWHERE = (0.25, 40)  # where the table has no size for the region


def needle_of(region: str, depth: int, sizes: Sequence[NeedleSize], is_fine: bool) -> Needle:
    """Needle by region; longer where the depth needs it, always a little longer than the depth."""
    size = next((size for size in sizes if region in size.regions), None)
    diameter, length = _ANYWHERE if size is None else (size.diameter_mm, size.length_mm)
    if size is not None and is_fine:
        diameter, length = size.fine_diameter_mm, size.fine_length_mm
    if depth + SPARE_MM > length:
        length = next((step for step in LENGTHS if step >= depth + SPARE_MM), LENGTHS[-1])
    return Needle(diameter, length)
