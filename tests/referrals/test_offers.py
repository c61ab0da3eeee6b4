"""Offers, hours and cautions as values."""

from datetime import date, time

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from referrals.cautions import Weighed, cautions_of, different
from referrals.chips import first_appointment, fresh_chip, room_in_words
from referrals.models import Accepting
from referrals.offers import Offer, Opening, hours_in_words, place_time_in_words

TODAY = date(2026, 11, 21)
times = st.none() | st.times(time(0, 0), time(23, 59)).map(lambda at: at.replace(microsecond=0))
openings = st.builds(
    Opening,
    weekdays=st.lists(st.integers(0, 6)).map(tuple),
    opens_at=times,
    closes_at=times,
    said=st.text(),
)
offers = st.builds(
    Offer,
    kind=st.sampled_from(["service", "place"]),
    name=st.text(),
    where=st.text(),
    phones=st.lists(st.text()).map(tuple),
    hours=st.lists(openings).map(tuple),
    languages=st.lists(st.text()).map(tuple),
    accepting=st.sampled_from([each.value for each in Accepting]),
    accepting_on=st.none() | st.dates(),
    checked_on=st.none() | st.dates(),
    starts_at=times,
    weekday=st.none() | st.integers(0, 6),
)


@given(offers)
def test_a_snapshot_reads_back_as_what_was_offered(offer: Offer) -> None:
    import json

    kept = json.loads(json.dumps(offer.to_snapshot()))
    assert Offer.from_snapshot(kept) == offer


def test_the_practices_own_view_is_no_part_of_what_was_offered() -> None:
    kept = Offer("service", "Talks", do_not_refer="Nobody answers.").to_snapshot()
    assert "Nobody" not in str(kept)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Mon–Fri 08:00–17:00; Sat 10:00–18:00; by appointment"),
        ("pl", "pon.–pt. 08:00–17:00; sob. 10:00–18:00; by appointment"),
    ],
)
def test_hours_of_the_same_time_stand_together(language: str, expected: str) -> None:
    hours = (
        *(Opening((day,), time(8), time(17)) for day in range(5)),
        Opening((5,), time(10), time(18)),
        Opening(said="by appointment"),
    )
    with translation.override(language):
        assert hours_in_words(hours) == expected


def test_days_that_are_no_row_are_named_one_by_one() -> None:
    hours = tuple(Opening((day,), time(8), time(12)) for day in (0, 2))
    assert hours_in_words(hours) == "Mon, Wed 08:00–12:00"


def test_a_colleagues_place_has_a_day_and_an_hour() -> None:
    place = Offer("place", "Ilse", weekday=2, starts_at=time(14))
    assert place_time_in_words(place) == "Wednesday, 14:00"
    rare = Offer("place", "Ilse", weekday=2, starts_at=time(14), every_weeks=2)
    assert place_time_in_words(rare) == "Wednesday, 14:00, every 2 weeks"
    assert place_time_in_words(Offer("service", "Talks")) == ""
    assert first_appointment(place) == "Has a place for you: Wednesday, 14:00"


@pytest.mark.parametrize(
    ("checked_on", "kind", "label"),
    [
        (date(2026, 11, 3), "done", "Checked 3 Nov"),
        (date(2026, 4, 1), "now", "Last checked 1 Apr"),
        (date(2025, 10, 1), "late", "Last checked Oct 2025"),
        (None, "wait", "Never checked"),
    ],
)
def test_freshness_is_a_colour_a_sign_and_words(
    checked_on: date | None, kind: str, label: str
) -> None:
    chip = fresh_chip(checked_on, TODAY)
    assert (chip.kind, str(chip.label)) == (kind, label)


def test_room_is_said_with_its_day_to_staff_and_plainly_to_clients() -> None:
    offer = Offer(
        "service",
        "Talks",
        accepting="waitlist",
        accepting_on=date(2026, 11, 3),
        wait="about 6 weeks",
    )
    assert room_in_words(offer, TODAY) == "Waiting list, about 6 weeks, as of 3 Nov"
    assert first_appointment(offer) == "Waiting list, about 6 weeks"
    said = {first_appointment(Offer("service", "T", accepting=each)) for each in Accepting}
    assert len(said) == len(Accepting)


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8))
def test_no_more_options_are_counted_than_there_are(organizations: list[str]) -> None:
    weighed = [
        Weighed(number, Offer("service", "T", organization=name), "why")
        for number, name in enumerate(organizations)
    ]
    assert different(weighed) <= len(weighed)
    named = {name for name in organizations if name}
    assert different(weighed) == len(named) + organizations.count("")
    codes = [caution.code for caution in cautions_of(weighed, today=TODAY, asked=0)]
    twice = [name for name in named if organizations.count(name) > 1]
    assert codes.count("same_organisation") == len(twice)
