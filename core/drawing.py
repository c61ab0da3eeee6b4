"""Where the strokes of small drawings go: the load gauge and the bar of a departure. Pure arithmetic.

Positions are percents of the drawing's width, written ready for an SVG attribute, because a page may hold
no style (CSP) and a template no arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Amount = int | float | Decimal

ROOM_BEYOND_LIMIT = Fraction(14, 11)  # the scale ends at 1.27 × limit
GAP = Fraction(3, 10)  # percent between two parts
TEXT_TURNS_BACK = 84  # percent: from here on a word stands left of its place


def percent(part: Fraction | Amount, whole: Fraction | Amount = 100) -> str:
    """Return `part` of `whole` in percent with at most three decimals: “13.393”."""
    share = Fraction(part) / Fraction(whole) * 100
    return f"{float(share):.3f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Piece:
    """One coloured piece: where it begins and how wide it is, in percent, and what it stands for."""

    kind: str
    x: str
    width: str
    label: str = ""
    amount: Amount = 0


@dataclass(frozen=True)
class Gauge:
    """Load against the limit (R17). `over` is nothing while there is room."""

    pieces: tuple[Piece, ...]
    total: Amount
    limit: Amount
    limit_x: str
    limit_text_x: str
    end_x: str
    end_anchor: str
    over: Piece | None


def gauge(parts: Sequence[tuple[str, Amount]], limit: Amount) -> Gauge:
    """Lay out up to three parts of a load, `(label, points)`, in a fixed order, against `limit` > 0."""
    total = sum((Fraction(amount) for _, amount in parts), Fraction())
    scale = max(Fraction(limit) * ROOM_BEYOND_LIMIT, total * Fraction(21, 20))
    pieces, begin = [], Fraction()
    for number, (label, amount) in enumerate(parts, start=1):
        width = max(Fraction(amount) / scale * 100 - GAP, Fraction())
        x = begin / scale * 100 + (GAP if begin else 0)
        pieces.append(Piece(f"g{number}", percent(x), percent(width), label, amount))
        begin += Fraction(amount)
    over = total - Fraction(limit)
    end = total / scale * 100
    turned = end > TEXT_TURNS_BACK
    return Gauge(
        pieces=tuple(pieces),
        total=plain(total),
        limit=limit,
        limit_x=percent(limit, scale),
        limit_text_x=percent(Fraction(limit) / scale * 100 - 1),
        end_x=percent(end + (-1 if turned else 1)),
        end_anchor="end" if turned else "start",
        over=Piece("over", percent(limit, scale), percent(over, scale), amount=plain(over))
        if over > 0
        else None,
    )


def plain(value: Fraction) -> Amount:
    """Return a whole number where it is one."""
    return int(value) if value.denominator == 1 else float(value)


@dataclass(frozen=True)
class Bar:
    """The clients of one departure: told, to tell today, to decide, later."""

    told: int
    today: int
    to_decide: int
    later: int
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int:
        return self.told + self.today + self.to_decide + self.later


def bar(*, told: int, today: int, to_decide: int, later: int) -> Bar:
    """Lay out the four counts; *later* is the bed that stays visible."""
    total = told + today + to_decide + later
    pieces, begin = [], 0
    for kind, count in (("b1", told), ("b2", today), ("b3", to_decide)):
        if count:
            x = Fraction(begin, total) * 100 + (GAP if begin else 0)
            width = Fraction(count, total) * 100 - (GAP if begin else 0)
            pieces.append(Piece(kind, percent(x), percent(width), amount=count))
        begin += count
    return Bar(told, today, to_decide, later, tuple(pieces))
