from math import asin, cos, radians, sin, sqrt

from hypothesis import given
from hypothesis import strategies as st

from referrals.geo import RADIUS_KM, Point, box_around

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def km_between(one: Point, other: Point) -> float:
    up = sin(radians(other.latitude - one.latitude) / 2) ** 2
    along = sin(radians(other.longitude - one.longitude) / 2) ** 2
    half = sqrt(up + cos(radians(one.latitude)) * cos(radians(other.latitude)) * along)
    return 2 * RADIUS_KM * asin(min(1.0, half))


@given(points, st.floats(-1, 1), st.floats(-1, 1), st.floats(1, 500))
def test_a_box_holds_what_is_near(here: Point, up: float, along: float, km: float) -> None:
    there = Point(
        max(-90.0, min(90.0, here.latitude + up * km / 111)),
        max(-180.0, min(180.0, here.longitude + along * km / 111)),
    )
    if km_between(here, there) > km:
        return
    box = box_around(here, km)
    assert box.south - 1e-9 <= there.latitude <= box.north + 1e-9
    assert box.west - 1e-9 <= there.longitude <= box.east + 1e-9


def test_a_box_is_not_much_larger_than_asked() -> None:
    box = box_around(Point(51.1, 17.03), 10)
    assert box.north - box.south < 0.2
    assert box.east - box.west < 0.3
