"""Distances on a globe. Pure; one radius for code and tests (research/directory.md 4)."""

from dataclasses import dataclass
from math import cos, radians
from typing import Final

RADIUS_KM: Final = 6371.009
KM_PER_DEGREE: Final = 111.195


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees north and east."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """Everything within a distance of a point, and some more at the corners."""

    south: float
    north: float
    west: float
    east: float


def box_around(point: Point, km: float) -> Box:
    """Return the smallest box of degrees that holds all points within `km` of `point`.

    Near a pole, or across the date line, the box is the whole circle of latitude.
    """
    high = km / KM_PER_DEGREE
    south, north = point.latitude - high, point.latitude + high
    widest = max(abs(south), abs(north))
    wide = high / cos(radians(widest)) if widest < 89 else 180.0  # degrees
    west, east = point.longitude - wide, point.longitude + wide
    if west < -180 or east > 180:
        west, east = -180.0, 180.0
    return Box(max(south, -90.0), min(north, 90.0), west, east)
