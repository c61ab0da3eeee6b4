"""How full somebody is (R17). Pure: numbers in, a level out; what causes load writes commitments."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ONE = Decimal(1)
TENTH = Decimal("0.1")


class Level(StrEnum):
    """Said in words on every page; `NOTHING_NEW` is somebody who leaves (decision 29)."""

    NO_LIMIT = "no_limit"
    ROOM = "room"
    FULL = "full"
    SLIGHTLY = "slightly"
    OVER = "over"
    NOTHING_NEW = "nothing_new"


@dataclass(frozen=True)
class Load:
    """Points by what causes them, against the person's limit; without a limit there is only the sum."""

    weight: Decimal = Decimal(0)
    ending: Decimal = Decimal(0)
    incoming: Decimal = Decimal(0)
    capacity: Decimal | None = None
    is_leaving: bool = False

    @property
    def total(self) -> Decimal:
        return self.weight + self.ending + self.incoming

    @property
    def level(self) -> Level:
        """Return the level: with room for one more there is *room to spare*, up to the limit it is *full*."""
        if self.is_leaving:
            return Level.NOTHING_NEW
        if self.capacity is None:
            return Level.NO_LIMIT
        return level_of(self.total, self.capacity)

    def with_more(self, points: Decimal) -> "Load":
        """Return the load after somebody of `points` more came in: the effect before saying yes."""
        return Load(
            self.weight, self.ending, self.incoming + points, self.capacity, self.is_leaving
        )


def level_of(total: Decimal, capacity: Decimal) -> Level:
    """Return the level of `total` points against `capacity`.

    *Just slightly too many* is up to a tenth above the limit, and never less than one more (F3).
    """
    if total <= capacity - ONE:
        return Level.ROOM
    if total <= capacity:
        return Level.FULL
    return Level.SLIGHTLY if total <= capacity + max(ONE, capacity * TENTH) else Level.OVER


def sum_of(commitments: Iterable[tuple[str, Decimal]], capacity: Decimal | None = None) -> Load:
    """Add up `(kind, points)`, where kind is one of `Commitment.Kind`."""
    points = {"weight": Decimal(0), "ending": Decimal(0), "incoming": Decimal(0)}
    for kind, amount in commitments:
        points[kind] += amount
    return Load(points["weight"], points["ending"], points["incoming"], capacity)
