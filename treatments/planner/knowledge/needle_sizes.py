"""The needle for a place and a depth: the only place that decides, for proposals and for points added by hand."""

from __future__ import annotations

from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.treatment.items import Needle


def needle_of(region: str, depth: int, knowledge: PlannerKnowledge, is_fine: bool) -> Needle:
    """Needle by region; longer where the depth needs it, always a little longer than the depth."""
    stock = knowledge.stock
    size = next((size for size in knowledge.needles if region in size.regions), None)
    diameter, length = (stock.diameter_mm, stock.length_mm) if size is None else (size.diameter_mm, size.length_mm)
    if size is not None and is_fine:
        diameter, length = size.fine_diameter_mm, size.fine_length_mm
    if depth + stock.spare_mm > length:
        length = next((step for step in stock.lengths_mm if step >= depth + stock.spare_mm), stock.lengths_mm[-1])
    return Needle(diameter, length)
