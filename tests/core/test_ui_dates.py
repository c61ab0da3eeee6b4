"""Dates, times and numbers in the four languages (words.md 5)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import engines
from django.utils import timezone, translation

from core import dates

MONDAY = date(2026, 12, 14)
TODAY = date(2026, 11, 23)
LANGUAGES = ("en", "pl", "nl", "it")


def in_all(write):
    """Return what `write` says in English, Polish, Dutch and Italian."""
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            said.append(write())
    return said


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (
            lambda: dates.day(MONDAY, TODAY),
            ["Mon 14 Dec", "pon., 14 gru", "ma 14 dec", "lun 14 dic"],
        ),
        (
            lambda: dates.long_day(date(2026, 11, 8), TODAY),
            [
                "Sunday 8 November",
                "niedziela, 8 listopada",
                "zondag 8 november",
                "domenica 8 novembre",
            ],
        ),
        (
            lambda: dates.whole_date(date(2026, 11, 8)),
            ["8 November 2026", "8 listopada 2026", "8 november 2026", "8 novembre 2026"],
        ),
        (
            lambda: dates.short_date(date(2026, 11, 8)),
            ["08/11/2026", "8.11.2026", "8-11-2026", "08/11/2026"],
        ),
        (lambda: dates.day_month(MONDAY, TODAY), ["14 Dec", "14 gru", "14 dec", "14 dic"]),
        (lambda: dates.month(date(2024, 3, 9)), ["Mar 2024", "mar 2024", "mrt 2024", "mar 2024"]),
        (
            lambda: dates.weekday(date(2026, 11, 25)),
            ["Wednesday", "środa", "woensdag", "mercoledì"],
        ),
        (lambda: dates.clock(time(14, 30)), ["14:30", "14:30", "14:30", "14:30"]),
        (lambda: dates.clock_in_text(time(9, 5)), ["09:05", "09:05", "09.05 uur", "09.05"]),
        (
            lambda: dates.span(date(2026, 5, 3), date(2026, 5, 10)),
            ["3 to 10 May", "3–10 maja", "3 t/m 10 mei", "3–10 maggio"],
        ),
        (
            lambda: dates.span(date(2026, 5, 30), date(2026, 6, 2)),
            [
                "30 May to 2 June",
                "30 maja – 2 czerwca",
                "30 mei t/m 2 juni",
                "30 maggio – 2 giugno",
            ],
        ),
        (lambda: dates.span(MONDAY, MONDAY, short=True), ["14 Dec", "14 gru", "14 dec", "14 dic"]),
        (
            lambda: dates.relative_days(TODAY + timedelta(days=3), TODAY),
            ["in 3 days", "za 3 dni", "over 3 dagen", "tra 3 giorni"],
        ),
        (
            lambda: dates.relative_days(TODAY - timedelta(days=45), TODAY),
            ["45 days ago", "45 dni temu", "45 dagen geleden", "45 giorni fa"],
        ),
        (lambda: dates.number(31.5), ["31.5", "31,5", "31,5", "31,5"]),
        (lambda: dates.number(1234), ["1,234", "1234", "1.234", "1.234"]),
        (lambda: dates.number(Decimal(12345)), ["12,345", "12\xa0345", "12.345", "12.345"]),
        (
            lambda: dates.listed(["a", "b", "c"]),
            ["a, b and c", "a, b i c", "a, b en c", "a, b e c"],
        ),
    ],
)
def test_each_language_writes_it_its_own_way(write, said: list[str]) -> None:
    assert in_all(write) == said


def test_the_year_is_said_where_it_is_another_one() -> None:
    new_year = date(2027, 1, 8)
    assert in_all(lambda: dates.day(new_year, TODAY)) == [
        "Fri 8 Jan 2027",
        "pt., 8 sty 2027",
        "vr 8 jan 2027",
        "ven 8 gen 2027",
    ]


def test_a_paper_always_has_the_year() -> None:
    assert dates.day(MONDAY) == "Mon 14 Dec 2026"
    assert dates.long_day(MONDAY) == "Monday 14 December 2026"


@pytest.mark.parametrize(("days", "word"), [(-1, "yesterday"), (0, "today"), (1, "tomorrow")])
def test_near_days_have_words(days: int, word: str) -> None:
    assert dates.relative_days(TODAY + timedelta(days=days), TODAY) == word


def test_an_instant_is_said_in_the_zone_that_is_active() -> None:
    late = datetime(2026, 12, 13, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Warsaw")):
        assert dates.at(late, TODAY) == "Mon 14 Dec, 00:30"
        assert dates.on_day(late) == MONDAY
    with timezone.override(UTC):
        assert dates.at(late, TODAY) == "Sun 13 Dec, 23:30"


def test_the_clock_follows_the_change_to_winter() -> None:
    with timezone.override(ZoneInfo("Europe/Warsaw")):
        assert dates.clock(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "02:30"
        assert dates.clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "02:30"


def test_a_language_we_do_not_speak_falls_back_to_english() -> None:
    with translation.override("fr"):
        assert dates.day(MONDAY, TODAY) == "Mon 14 Dec"
    with translation.override(None):
        assert dates.language_now() == "en"


def written(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


@time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC))
def test_templates_write_dates_as_python_does() -> None:
    said = written(
        "{{ d|day }} / {{ d|long_day }} / {{ d|day_month }} / {{ d|relative_days:t }} / {{ n|number }} / {{ w|listed }}",
        d=MONDAY,
        t=TODAY,
        n=Decimal("31.50"),
        w=["a", "b"],
    )
    assert said == "Mon 14 Dec / Monday 14 December / 14 Dec / in 21 days / 31.5 / a and b"


@time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC))
def test_tags_write_time_elements() -> None:
    moment = datetime(2026, 12, 14, 9, 30, tzinfo=UTC)
    assert written("{% day d %}", d=MONDAY) == '<time datetime="2026-12-14">Mon 14 Dec</time>'
    assert (
        written("{% long_day d %}", d=MONDAY)
        == '<time datetime="2026-12-14">Monday 14 December</time>'
    )
    assert (
        written("{% at m %}", m=moment)
        == '<time datetime="2026-12-14T09:30+00:00">Mon 14 Dec, 09:30</time>'
    )
    assert (
        written("{% clock m %}", m=moment) == '<time datetime="2026-12-14T09:30+00:00">09:30</time>'
    )


def test_nothing_is_written_as_nothing() -> None:
    assert (
        written("[{{ d|day }}{{ d|at }}{{ d|clock }}{{ d|number }}{% day d %}{% at d %}]", d=None)
        == "[]"
    )


def test_filters_for_other_places() -> None:
    said = written(
        "{{ d|whole_date }}, {{ d|short_date }}, {{ d|month }}, {{ d|weekday }}, {{ t|clock_in_text }}",
        d=MONDAY,
        t=time(9),
    )
    assert said == "14 December 2026, 14/12/2026, Dec 2026, Monday, 09:00"
