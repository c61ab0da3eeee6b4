"""Calendars are read as Google, Outlook and Nextcloud write them; hostile ones are refused in time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseload.readers import appointments
from caseload.readers.appointments import Read, Unreadable, read_apart, read_here
from tests.caseload.appointments.calendars import GOOGLE, NEXTCLOUD, OUTLOOK, calendar, event

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
END = BEGIN + timedelta(weeks=16)
WARSAW = ZoneInfo("Europe/Warsaw")


def read(text: str) -> Read:
    return read_here(text, zone=WARSAW, begin=BEGIN, end=END)


def times(found: Read) -> list[str]:
    return [f"{one.starts_at.astimezone(WARSAW):%d.%m. %H:%M}" for one in found.found]


def test_google() -> None:
    found = read(GOOGLE)
    assert times(found) == ["25.11. 10:00", "26.11. 10:00", "10.12. 11:00", "16.12. 10:00"]
    weekly = [one for one in found.found if one.series == found.found[0].series]
    assert len({one.key for one in weekly}) == 3
    assert {one.ends_at - one.starts_at for one in found.found} == {timedelta(minutes=50)}


def test_outlook() -> None:
    found = read(OUTLOOK)
    assert times(found) == ["24.11. 10:00", "27.11. 10:00", "15.12. 10:00"]
    assert [one.is_cancelled for one in found.found] == [False, True, False]
    assert found.skipped == {"all_day": 1}


def test_nextcloud() -> None:
    found = read(NEXTCLOUD)
    assert times(found) == ["24.11. 15:00"]
    assert found.found[0].words == "Ż, Wren"


def test_a_moved_one_keeps_its_key_and_a_moved_single_one_too() -> None:
    before = read(calendar(event("a", ":20261124T090000Z")))
    after = read(calendar(event("a", ":20261125T120000Z")))
    assert before.found[0].key == after.found[0].key
    series = event("b", ":20261124T090000Z", "RRULE:FREQ=WEEKLY")
    moved = event("b", ":20261202T090000Z", "RECURRENCE-ID:20261201T090000Z")
    plain, changed = read(calendar(series)), read(calendar(series, moved))
    assert {one.key for one in plain.found} == {one.key for one in changed.found}
    assert [one.starts_at for one in plain.found] != [one.starts_at for one in changed.found]


def test_a_series_stays_at_its_hour_when_the_clock_changes() -> None:
    rows = read(
        calendar(event("a", ";TZID=Europe/Warsaw:20260303T100000", "RRULE:FREQ=WEEKLY"))
    ).found
    assert {one.starts_at.astimezone(WARSAW).hour for one in rows} == {10}
    spring = read_here(
        calendar(event("a", ";TZID=Europe/Warsaw:20260303T100000", "RRULE:FREQ=WEEKLY")),
        zone=WARSAW,
        begin=datetime(2026, 3, 20, tzinfo=UTC),
        end=datetime(2026, 4, 8, tzinfo=UTC),
    )
    assert [one.starts_at.hour for one in spring.found] == [9, 8, 8]


def test_what_is_no_appointment_is_counted_and_the_rest_is_read() -> None:
    found = read(
        calendar(
            event("often", ":20261124T090000Z", "RRULE:FREQ=SECONDLY"),
            event("hours", ":20261124T090000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3"),
            event("long", ":20261124T090000Z", minutes=24 * 60),
            event("broken", ":20261124T090000Z", "RRULE:FREQ=WEEKLY;UNTIL=nonsense"),
            event("", ":20261124T090000Z", words="no name of its own"),
        )
    )
    assert [one.words for one in found.found if one.words != "Wren"] == ["no name of its own"]
    assert found.skipped["too_often"] == 2
    assert found.skipped["too_long"] == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_calendar"),
        ("<html>Sign in</html>", "no_calendar"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nfoo", "no_calendar"),
        (calendar(*[event(str(n), ":20261124T090000Z") for n in range(5_001)]), "too_many"),
        (
            calendar(
                *[
                    event(str(n), ":20261124T090000Z", "RRULE:FREQ=DAILY;COUNT=1000000000")
                    for n in range(30)
                ]
            ),
            "too_many",
        ),
    ],
    ids=["nothing", "a page", "broken", "many events", "many days"],
)
def test_a_file_that_cannot_be_read_says_why(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert refused.value.code == code


def test_a_hostile_file_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that no month has is looked for until the year 9999, many times over."""
    monkeypatch.setattr(appointments, "SECONDS", 3)
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"
    text = calendar(*[event(str(n), ":00010103T090000Z", never) for n in range(500)])
    with pytest.raises(Unreadable) as refused:
        read_apart(text, zone="Europe/Warsaw", begin=BEGIN, end=END)
    assert refused.value.code == "too_slow"
    with pytest.raises(Unreadable) as refused:
        read_apart("x" * 5_000_001, zone="Europe/Warsaw", begin=BEGIN, end=END)
    assert refused.value.code == "too_large"


def test_apart_it_reads_the_same() -> None:
    apart = read_apart(GOOGLE, zone="Europe/Warsaw", begin=BEGIN, end=END)
    assert apart == read(GOOGLE)
    with pytest.raises(Unreadable):
        read_apart("no calendar", zone="Europe/Warsaw", begin=BEGIN, end=END)


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8"), max_size=120), st.integers(0, 900))
def test_torn_and_dirty_files_are_read_or_refused_but_never_break(dirt: str, at: int) -> None:
    text = GOOGLE[:at] + dirt + GOOGLE[at:]
    try:
        found = read(text)
    except Unreadable:
        return
    assert all(one.starts_at < one.ends_at for one in found.found)
