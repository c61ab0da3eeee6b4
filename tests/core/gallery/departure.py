"""Marta's departure on Monday 23 November 2026, as on the board of the design; all people are invented."""

from datetime import date, timedelta

from core.parts import Chip, Link
from endings.board import Fact, Lane, board

TODAY = date(2026, 11, 23)
CLOSED = [date(2026, 12, 24) + timedelta(days=n) for n in range(9)]


def on(day, month):
    return date(2027 if month == 1 else 2026, month, day)


def planned(day, month):
    return Fact(on(day, month))


def done(day, month):
    return Fact(on(day, month), done=True)


def lane(name, number, rhythm, window, **facts):
    opens, closes = window or (None, None)
    return Lane(
        code=f"C-{number}",
        name=name,
        url=f"/endings/{number}/",
        rhythm=rhythm,
        opens_on=opens,
        closes_on=closes,
        **facts,
    )


LANES = [
    lane(
        "Sorrel",
        1987,
        "Wed 10:00",
        (on(11, 11), on(18, 11)),
        told=Fact(on(25, 11), late=True),
        last=planned(9, 12),
        days_short=7,
        needs_decision=True,
        note="Not told. Next chance Wed 25 Nov.",
        act=Link("/endings/1987/plan/", "See the ways out"),
    ),
    lane(
        "Plover",
        2102,
        "Thu 13:00, video",
        (on(19, 11), on(26, 11)),
        told=Fact(on(19, 11), done=True, late=True),
        options=planned(26, 11),
        last=planned(17, 12),
        needs_decision=True,
        chip=Chip("late", "Told by video", "video"),
        note="Reason given. Anneke has not seen it yet.",
    ),
    lane(
        "Otter",
        2038,
        "Mon 17:00",
        (on(16, 11), on(23, 11)),
        told=planned(23, 11),
        options=planned(30, 11),
        last=planned(14, 12),
        act=Link("/endings/2038/told-in-person/", "Record telling"),
    ),
    lane(
        "Wren",
        2017,
        "Mon 14:00",
        (on(23, 11), on(30, 11)),
        told=planned(23, 11),
        options=planned(30, 11),
        handover=planned(14, 12),
        last=planned(21, 12),
        act=Link("/endings/2017/told-in-person/", "Record telling"),
    ),
    lane(
        "Lark",
        2029,
        "Tue 10:00",
        (on(24, 11), on(1, 12)),
        told=planned(24, 11),
        options=planned(1, 12),
        handover=planned(15, 12),
        last=planned(22, 12),
    ),
    lane(
        "Bramble",
        2071,
        "Wed 16:00",
        (on(25, 11), on(2, 12)),
        told=planned(25, 11),
        options=planned(2, 12),
        last=planned(23, 12),
    ),
    lane(
        "Juniper",
        2044,
        "Mon 09:30",
        (on(16, 11), on(23, 11)),
        told=done(16, 11),
        options=planned(23, 11),
        handover=planned(7, 12),
        last=planned(14, 12),
    ),
    lane(
        "Heron",
        2051,
        "Tue 12:00",
        (on(17, 11), on(24, 11)),
        told=done(17, 11),
        options=planned(24, 11),
        last=planned(15, 12),
    ),
    lane(
        "Maple",
        2058,
        "Fri 09:00",
        (on(20, 11), on(27, 11)),
        told=done(20, 11),
        options=done(20, 11),
        handover=planned(11, 12),
        last=planned(18, 12),
    ),
    lane(
        "Finch",
        2033,
        "Mon 12:00",
        (on(7, 12), on(14, 12)),
        told=planned(7, 12),
        options=planned(14, 12),
        handover=planned(21, 12),
        last=planned(4, 1),
    ),
    lane(
        "Wilhelmina-Antonina",
        2066,
        "Mon 15:30",
        (on(7, 12), on(14, 12)),
        told=planned(7, 12),
        options=planned(14, 12),
        handover=planned(21, 12),
        last=planned(4, 1),
    ),
    lane(
        "Teal",
        2087,
        "Fri 11:00",
        (on(11, 12), on(18, 12)),
        told=planned(11, 12),
        options=planned(18, 12),
        last=planned(8, 1),
    ),
    lane("Rowan", 1962, "", None, told=done(20, 10), last=done(16, 11), ended=True),
]


def board_of_marta(**options):
    return board(LANES, today=TODAY, closed=CLOSED, **options)


def lane_named(name, view=None):
    return next(lane for lane in (view or board_of_marta()).lanes if lane.name == name)
