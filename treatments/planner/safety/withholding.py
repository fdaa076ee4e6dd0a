"""What a stop withholds: its entry, and every stop against treating one point other than with the plan's needles."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.knowledge.tables import Point
from treatments.planner.safety.guard import Guard, Place, pregnancy_level
from treatments.planner.safety.stops import Stop
from treatments.planner.treatment.proposal import Withheld
from treatments.planner.vocabulary.severity import STOPS, withheld_level


def stopping(stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """The stops that block something."""
    return tuple(stop for stop in stops if stop.is_stop)


def gravest_stop(stops: Sequence[Stop]) -> Stop | None:
    """The first stop that blocks something."""
    return next((stop for stop in stops if stop.is_stop), None)


def withhold(item: str, modality: str, stop: Stop) -> Withheld:
    """An entry for something withheld."""
    return Withheld(item, withheld_level(stop.level), stop.because, stop.text, stop.source, modality)


def stops_at(point: Point, side: str, modality: str, guard: Guard, kind: str = "", needled: bool = False) -> list[Stop]:
    """Every stop against pressing, warming or (`needled`) needling one point on one side besides the plan's needles."""
    place = Place(point.region, point.limb, side)
    worked = (stop for stop in guard.against(modality, place) if kind not in stop.spares)
    stops = [*worked, *_limb_left_alone(point, side, guard)]
    if needled:
        stops += guard.against_needle(point, place)
    return stops + _pressed_in_pregnancy(point, guard)


def _limb_left_alone(point: Point, side: str, guard: Guard) -> tuple[Stop, ...]:
    """A limb that must not be needled is left alone altogether: even a caution for pressure blocks it there."""
    if point.limb == "none":
        return ()
    return tuple(stop for stop in guard.limbs["needle"].get((point.limb, side), ()) if stop.level == "forbidden")


def _pressed_in_pregnancy(point: Point, guard: Guard) -> list[Stop]:
    """Points on the pregnancy list are not pressed or warmed either, even while pregnancy is unknown."""
    stops = [stop for stop in guard.against_in_pregnancy(point, point.region) if stop.level == "forbidden"]
    listed = point.pregnancy != "ok"
    if guard.pregnancy and listed and not stops:
        levels = {pregnancy_level(point, point.region, phase) for phase in guard.pregnancy}
        if levels & {*STOPS}:
            text = f"{point.code} is on the pregnancy list: not pressed or warmed without a reason."
            return [Stop("needs_reason", guard.pregnancy_because, text, "CARR2015", "pregnancy_points")]
    return stops if listed else []
