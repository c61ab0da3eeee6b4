"""Values for the planner's tests: people, rhythms, and strategies that make whole caseloads."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from endings.planner import ClientFacts, Days, Meeting, Mode, Place, Rhythm, Setting

law = settings(deadline=None, max_examples=100)
"""A law holds on a busy machine, too: what is asked is whether, not how fast."""
caseload_law = settings(deadline=None, max_examples=50)
"""For laws about whole caseloads, which take longer to make than to check."""

ZONE = ZoneInfo("Europe/Amsterdam")
LEAVER, STAYS = UUID(int=1_000_001), UUID(int=1_000_002)
ROOM_1, ROOM_2 = UUID(int=2_000_001), UUID(int=2_000_002)


def at(text: str) -> datetime:
    """The practice's wall-clock time, as "2026-11-25 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def meeting(text: str, mode: Mode = Mode.IN_PERSON, room: UUID | None = ROOM_2) -> Meeting:
    return Meeting(at(text), 50, mode, room if mode is Mode.IN_PERSON else None)


def weekly(
    first: str, times: int, mode: Mode = Mode.IN_PERSON, weeks: int = 1
) -> tuple[Meeting, ...]:
    start = at(first)
    return tuple(
        Meeting(
            start + timedelta(weeks=weeks * n),
            50,
            mode,
            ROOM_2 if mode is Mode.IN_PERSON else None,
        )
        for n in range(times)
    )


def client(number: int, meetings: tuple[Meeting, ...] = (), **more: object) -> ClientFacts:
    return ClientFacts(id=UUID(int=number), sort_label=f"{number:04}", meetings=meetings, **more)


def setting(last_working_day: date, **more: object) -> Setting:
    return Setting(
        therapist_id=LEAVER,
        carried_by=STAYS,
        last_working_day=last_working_day,
        zone=ZONE,
        rooms=(ROOM_1, ROOM_2),
        **more,
    )


DAY_0 = st.dates(date(2024, 1, 1), date(2031, 12, 31))
modes = st.sampled_from([Mode.IN_PERSON, Mode.IN_PERSON, Mode.IN_PERSON, Mode.VIDEO, Mode.PHONE])


@st.composite
def rhythms(draw: st.DrawFn, today: date) -> Rhythm:
    return Rhythm(
        weekday=draw(st.integers(0, 6)),
        starts_at=time(draw(st.integers(8, 19)), draw(st.sampled_from([0, 30]))),
        every_weeks=draw(st.sampled_from([1, 1, 2, 4])),
        anchor=today - timedelta(days=draw(st.integers(0, 60))),
        mode=draw(modes),
        room_id=draw(st.sampled_from([None, ROOM_1, ROOM_2])),
    )


@st.composite
def irregular(draw: st.DrawFn, today: date) -> tuple[Meeting, ...]:
    days = sorted(draw(st.sets(st.integers(0, 120), max_size=8)))
    return tuple(
        Meeting(
            datetime.combine(
                today + timedelta(days=day), time(draw(st.integers(8, 18))), tzinfo=ZONE
            ),
            50,
            draw(modes),
            draw(st.sampled_from([None, ROOM_1])),
        )
        for day in days
    )


@st.composite
def people(draw: st.DrawFn, today: date, count: int) -> list[ClientFacts]:
    """A caseload: rhythms and irregular meetings, some told, some linked, some waiting."""
    ids = [UUID(int=n + 1) for n in range(count)]
    later = st.integers(0, 60).map(lambda n: today + timedelta(days=n))
    earlier = st.integers(0, 40).map(lambda n: today - timedelta(days=n))
    made = []
    for number, key in enumerate(ids):
        has_rhythm = draw(st.booleans())
        made.append(
            ClientFacts(
                id=key,
                sort_label=f"{number:03}",
                meetings=() if has_rhythm else draw(irregular(today)),
                rhythm=draw(rhythms(today)) if has_rhythm else None,
                held_on=tuple(draw(st.lists(earlier, max_size=4))),
                usual_mode=draw(modes),
                languages=tuple(draw(st.sets(st.sampled_from(["en", "nl", "pl"]), max_size=2))),
                linked=frozenset(draw(st.sets(st.sampled_from(ids), max_size=1))) - {key},
                wait_until=draw(st.one_of(st.none(), st.none(), later)),
                not_before=draw(st.one_of(st.none(), st.none(), later)),
                may_be_invited=draw(st.booleans()),
                told_on=draw(st.one_of(st.none(), st.none(), st.none(), earlier)),
            )
        )
    return made


@st.composite
def departures(draw: st.DrawFn) -> tuple[list[ClientFacts], Setting, date]:
    """A whole caseload with absences, closed days and a last working day; any day of the year."""
    today = draw(DAY_0)
    within = st.integers(0, 120).map(lambda n: today + timedelta(days=n))
    absences = tuple(
        Days(first, first + timedelta(days=draw(st.integers(0, 20))))
        for first in draw(st.lists(within, max_size=2))
    )
    where = setting(
        today + timedelta(days=draw(st.integers(0, 130))),
        working_days=frozenset(draw(st.sets(st.integers(0, 6), min_size=2, max_size=6))),
        absences=absences,
        closed_days=frozenset(draw(st.sets(within, max_size=6))),
        places=tuple(
            Place(UUID(int=3_000_000 + n), STAYS, n % 5, time(10), (language,))
            for n, language in enumerate(draw(st.lists(st.sampled_from(["en", "nl"]), max_size=4)))
        ),
    )
    return draw(people(today, draw(st.integers(0, 7)))), where, today


@st.composite
def frequent(draw: st.DrawFn) -> tuple[list[ClientFacts], date]:
    """People met one to four times a week until some day, so that several days are equally good."""
    today = draw(DAY_0)
    made = []
    for number in range(draw(st.integers(2, 4))):
        weekdays = draw(st.sets(st.integers(0, 4), min_size=1, max_size=4))
        until = draw(st.integers(50, 70))
        days = [today + timedelta(days=n) for n in range(until)]
        meetings = tuple(
            Meeting(datetime.combine(day, time(9 + number), tzinfo=ZONE))
            for day in days
            if day.weekday() in weekdays
        )
        made.append(client(number, meetings))
    return made, today
