"""Dates and numbers as each language writes them, in output and in what people type."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django import forms
from django.utils import formats, translation

from core.i18n import compile_catalogues

SUNDAY = date(2026, 11, 8)
HALF_PAST_TWO = datetime(2026, 11, 8, 14, 30)  # noqa: DTZ001  (formats know no zone)


@pytest.fixture(autouse=True, scope="module")
def compiled() -> None:
    compile_catalogues()


@pytest.mark.parametrize(
    ("language", "long", "short", "month", "day"),
    [
        ("en", "8 November 2026", "08/11/2026", "November 2026", "8 November"),
        ("pl", "8 listopada 2026", "8.11.2026", "listopad 2026", "8 listopada"),
        ("nl", "8 november 2026", "8-11-2026", "november 2026", "8 november"),
        ("it", "8 novembre 2026", "08/11/2026", "novembre 2026", "8 novembre"),
    ],
)
def test_dates_are_written_as_at_home(
    language: str, long: str, short: str, month: str, day: str
) -> None:
    with translation.override(language):
        written = [
            formats.date_format(SUNDAY, name)
            for name in (
                "DATE_FORMAT",
                "SHORT_DATE_FORMAT",
                "YEAR_MONTH_FORMAT",
                "MONTH_DAY_FORMAT",
            )
        ]
    assert written == [long, short, month, day]


@pytest.mark.parametrize("language", ["en", "pl", "nl", "it"])
def test_the_clock_has_24_hours_and_the_week_begins_on_monday(language: str) -> None:
    with translation.override(language):
        assert formats.time_format(time(14, 30), "TIME_FORMAT") == "14:30"
        assert formats.date_format(HALF_PAST_TWO, "DATETIME_FORMAT").endswith(" 2026, 14:30")
        assert formats.date_format(HALF_PAST_TWO, "SHORT_DATETIME_FORMAT").endswith("2026 14:30")
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize(
    ("language", "weekday"),
    [("en", "Sunday"), ("pl", "niedziela"), ("nl", "zondag"), ("it", "domenica")],
)
def test_weekdays_have_the_capital_of_their_language(language: str, weekday: str) -> None:
    with translation.override(language):
        assert formats.date_format(SUNDAY, "l") == weekday


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "8/11/2026"),
        ("en", "8 November 2026"),
        ("pl", "8.11.2026"),
        ("pl", "08-11-2026"),
        ("nl", "8-11-2026"),
        ("it", "08/11/2026"),
        *[(language, "2026-11-08") for language in ("en", "pl", "nl", "it")],
    ],
)
def test_a_typed_date_is_understood(language: str, typed: str) -> None:
    with translation.override(language):
        assert forms.DateField().clean(typed) == SUNDAY


@pytest.mark.parametrize(("language", "typed"), [("en", "14:30"), ("nl", "14.30"), ("it", "14.30")])
def test_a_typed_time_is_understood(language: str, typed: str) -> None:
    with translation.override(language):
        assert forms.TimeField().clean(typed) == time(14, 30)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "12,345.5"),
        ("pl", "12\N{NO-BREAK SPACE}345,5"),
        ("nl", "12.345,5"),
        ("it", "12.345,5"),
    ],
)
def test_numbers_are_written_and_read_as_at_home(language: str, written: str) -> None:
    with translation.override(language):
        assert formats.number_format(Decimal("12345.5"), force_grouping=True) == written
        assert forms.DecimalField(localize=True).clean(written.replace("12", "", 1)[1:]) == Decimal(
            "345.5"
        )
