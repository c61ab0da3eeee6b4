"""Days and times as people type them."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseload.readers.dates import Order, order_in, read_day, read_time
from caseload.readers.problems import Unusable

WHEN = date(2026, 11, 8)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-08",
        "2026-11-8",
        "2026/11/08",
        "2026-11-08T14:30:00Z",
        "2026-11-08 14:30",
        "08/11/2026",
        "8.11.2026",
        "08.11.2026 r.",
        "8. 11. 2026",
        "8-11-2026",
        " 8-11-2026 ",
        "08/11/2026 14:30",
    ],
)
def test_iso_and_the_short_forms_of_four_languages(cell: str) -> None:
    assert read_day(cell, "told_on") == WHEN


def test_a_month_may_come_first_where_that_was_said_but_never_before_a_dot() -> None:
    assert read_day("11/08/2026", "told_on", Order.MONTH) == WHEN
    assert read_day("8.11.2026", "told_on", Order.MONTH) == WHEN
    assert read_day("2026-11-08", "told_on", Order.MONTH) == WHEN


def test_a_blank_cell_is_no_day() -> None:
    assert read_day("  ", "told_on") is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("soon", "bad_date"),
        ("31/02/2026", "bad_date"),
        ("2026-02-30", "bad_date"),
        ("13/13/2026", "bad_date"),
        ("8/11-2026", "bad_date"),
        ("45969", "bad_date"),
        ("8/11/26", "short_year"),
        ("8 Nov 2026", "bad_date"),
    ],
)
def test_what_is_no_day_is_refused(cell: str, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_day(cell, "told_on")

    assert (refused.value.code, refused.value.what) == (code, "told_on")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([], None),
        (["2026-11-08", "", "soon"], None),
        (["8.11.2026", "03/04/2026"], Order.DAY),
        (["03/04/2026", "05-06-2026"], Order.UNSURE),
        (["03/04/2026", "25/04/2026"], Order.DAY),
        (["03/04/2026", "04/25/2026"], Order.MONTH),
        (["25/25/2026"], Order.UNSURE),
    ],
)
def test_a_column_proves_its_order_or_somebody_is_asked(
    cells: list[str], order: Order | None
) -> None:
    assert order_in(cells) is order


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["{:%d/%m/%Y}", "{0.day}-{0.month}-{0.year}"]),
)
def test_what_is_written_is_read(day: date, form: str) -> None:
    assert read_day(form.format(day), "born_on") == day


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("14:30", time(14, 30)),
        ("14.30", time(14, 30)),
        ("14.30 uur", time(14, 30)),
        ("9:05", time(9, 5)),
        ("14h30", time(14, 30)),
        ("14:30:00", time(14, 30)),
        ("2:30 pm", time(14, 30)),
        ("12:00 AM", time(0)),
        ("12:15pm", time(12, 15)),
        ("2026-11-08T14:30:00+01:00", time(14, 30)),
        ("2026-11-08 14:30", time(14, 30)),
        ("", None),
    ],
)
def test_times(cell: str, clock: time | None) -> None:
    assert read_time(cell, "session_at") == clock


@pytest.mark.parametrize("cell", ["noon", "25:00", "14:75", "14", "1430"])
def test_what_is_no_time_is_refused(cell: str) -> None:
    with pytest.raises(Unusable, match="bad_time"):
        read_time(cell, "session_at")
