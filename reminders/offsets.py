"""How many days before or after a fact somebody is reminded: what a practice may move, and how far.

Law and agreements differ by practice; that somebody is reminded does not. So every offset has bounds, and
none of them reaches “never” (R1, R2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType


@dataclass(frozen=True)
class Offsets:
    """Days, in the order in which they come in an ending; `…_after` an escalation are working days."""

    before_window: int = 7
    leads_after: int = 1  # working days of the practice
    admin_after: int = 1  # working days of the practice after that
    options_after: int = 7
    choice_after: int = 7
    overdue_after: int = 7
    before_handover: int = 2
    before_last: int = 3
    close_first: int = 1
    close_second: int = 3
    close_late: int = 7
    reach_first: int = 1
    reach_second: int = 7
    reach_third: int = 14
    check_again: int = 7
    before_break_ends: int = 7


@dataclass(frozen=True)
class Bounds:
    """The fewest and the most days, both allowed."""

    fewest: int
    most: int

    def __contains__(self, days: int) -> bool:
        return self.fewest <= days <= self.most


BOUNDS: Mapping[str, Bounds] = MappingProxyType(
    {
        "before_window": Bounds(2, 28),
        "leads_after": Bounds(1, 3),
        "admin_after": Bounds(1, 5),
        "options_after": Bounds(1, 21),
        "choice_after": Bounds(1, 21),
        "overdue_after": Bounds(1, 14),
        "before_handover": Bounds(1, 10),
        "before_last": Bounds(1, 14),
        "close_first": Bounds(1, 7),
        "close_second": Bounds(2, 14),
        "close_late": Bounds(3, 28),
        "reach_first": Bounds(1, 7),
        "reach_second": Bounds(2, 21),
        "reach_third": Bounds(3, 42),
        "check_again": Bounds(1, 60),
        "before_break_ends": Bounds(1, 28),
    }
)
"""What is sane, by name; the database keeps the same (`offsets_stay_within_their_bounds`)."""
NAMES = tuple(one.name for one in fields(Offsets))
CLOSING = ("close_first", "close_second", "close_late")
REACHING = ("reach_first", "reach_second", "reach_third")
IN_ORDER = (CLOSING, REACHING)
"""Three days each that come one after the other (`closing_is_asked_for_in_order`, `attempts_come_in_order`)."""
