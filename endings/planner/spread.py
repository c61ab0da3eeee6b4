"""The shortest spread between the first and the last telling, exactly, by one sweep (R26).

Everybody has a few days that would do; one day each is to be picked so that the span from the
first to the last is shortest. That is the smallest range that touches every list: walk over all
days in order with two fingers, keeping count of the lists that the range between them touches.
Every smallest range begins and ends on a listed day, and the walk meets each of those; so the
result is the best there is, in n log n (docs/adr/0002-plan-by-sweep.md).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date


def closest_days(choices: Sequence[Sequence[date]], known_since: date | None = None) -> list[date]:
    """Return one day of each choice so that all lie as close together as possible.

    Among equally short spans the earliest wins, and in it the earliest day of each: more time.
    `known_since`: somebody knows already since that day, never later than any choice. Then the
    span begins there: it is made to end as early as possible, and the days before that end lie
    as close to it as they can. Each choice must have a day.
    """
    if not choices:
        return []
    if known_since is not None:
        end = max(min(days) for days in choices)
        return [max(day for day in days if day <= end) for days in choices]
    begin, end = _smallest_range(choices)
    return [min(day for day in days if begin <= day <= end) for days in choices]


def _smallest_range(choices: Sequence[Sequence[date]]) -> tuple[date, date]:
    """Return the shortest range that holds a day of every choice; the earliest of several."""
    points = sorted({(day, number) for number, days in enumerate(choices) for day in days})
    touched: Counter[int] = Counter()
    best: tuple[date, date] | None = None
    begin = 0
    for day, number in points:
        touched[number] += 1
        while touched[points[begin][1]] > 1:
            touched[points[begin][1]] -= 1
            begin += 1
        first = points[begin][0]
        if len(touched) == len(choices) and (best is None or day - first < best[1] - best[0]):
            best = (first, day)
    if best is None:
        raise ValueError("Each choice must have a day.")
    return best
