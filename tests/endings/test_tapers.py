"""Meetings grow rarer towards the end, and are booked as such (R10)."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from caseload.models import Cadence, Session
from caseload.operations.rhythms import Wish, set_cadence
from core.errors import RuleBroken
from endings.models import Ending, StepRecord
from endings.operations.tapers import taper_of, taper_off
from endings.taper import Stretch, days_of, is_rarer, laid_out
from endings.workflow import Playbook, Stage, Step
from tests.accounts.factories import PracticeFactory
from tests.endings.factories import EndingFactory

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
MONDAY = date(2026, 3, 9)
PATTERN = [Stretch(1, 3), Stretch(2, 2), Stretch(4, 2)]
WEEKS = [0, 1, 2, 4, 6, 10, 14]  # after the first Monday, by PATTERN


# --- pure -------------------------------------------------------------------------------------------
@given(
    st.lists(st.builds(Stretch, st.integers(1, 12), st.integers(0, 9)), max_size=4).map(
        lambda some: sorted(some, key=lambda one: one.every_weeks)
    )
)
def test_gaps_only_grow_and_no_meeting_is_lost(stretches: list[Stretch]) -> None:
    days = days_of(laid_out(MONDAY, stretches))
    gaps = [after - before for before, after in itertools.pairwise(days)]
    assert gaps == sorted(gaps)
    assert len(days) == sum(one.meetings for one in stretches)
    assert all(day.weekday() == 0 for day in days)
    assert is_rarer(stretches) == bool(days)


def test_a_pattern_that_grows_denser_is_none() -> None:
    assert not is_rarer([Stretch(4, 2), Stretch(1, 3)])
    assert not is_rarer([Stretch(1, 0)])


# --- booking ----------------------------------------------------------------------------------------
def an_ending() -> Ending:
    """Return an ending of work that meets on Mondays at ten."""
    PracticeFactory.create()
    ending: Ending = EndingFactory.create(departure=None, playbook=Playbook.GOALS_MET, told=True)
    wish = Wish(weekday=0, starts_at=time(10), starts_on=MONDAY)
    by = ending.assignment.therapist
    set_cadence(assignment=ending.assignment, wish=wish, by=by, on=TODAY)
    return ending


def taper(ending: Ending, stretches: list[Stretch] | None = None) -> None:
    by = ending.assignment.therapist
    taper_off(ending=ending, stretches=stretches or PATTERN, by=by, at=NOON)
    ending.refresh_from_db()


def planned(ending: Ending) -> list[date]:
    rows = Session.objects.planned().filter(assignment=ending.assignment).order_by("cadence_day")
    return list(rows.values_list("cadence_day", flat=True))


@pytest.mark.django_db
@pytest.mark.time_machine("2026-03-03T12:00:00Z")
def test_the_rarer_meetings_are_booked_and_the_rhythm_ends_with_the_last() -> None:
    ending = an_ending()
    assert len(planned(ending)) > 10

    taper(ending)

    expected = [MONDAY + timedelta(weeks=weeks) for weeks in WEEKS]
    assert planned(ending) == expected
    assert ending.last_on == expected[-1]
    assert ending.stage == Stage.TOLD
    assert Cadence.objects.filter(assignment=ending.assignment, ends_on=None).count() == 0
    assert days_of(taper_of(StepRecord.objects.get(step=Step.TAPER))) == tuple(expected)


@pytest.mark.django_db
@pytest.mark.time_machine("2026-03-03T12:00:00Z")
def test_it_can_be_planned_anew_and_both_versions_stay() -> None:
    ending = an_ending()
    taper(ending)
    taper(ending, [Stretch(2, 3)])

    assert planned(ending) == [MONDAY + timedelta(weeks=weeks) for weeks in (0, 2, 4)]
    first, second = StepRecord.objects.filter(step=Step.TAPER).order_by("recorded_at", "pk")
    assert {first.corrects_id, second.corrects_id} - {None} <= {first.pk, second.pk}
    assert StepRecord.objects.filter(corrected_by=None, step=Step.TAPER).count() == 1


@pytest.mark.django_db
@pytest.mark.time_machine("2026-03-03T12:00:00Z")
def test_without_a_rhythm_or_past_the_end_of_the_work_nothing_is_booked() -> None:
    bare = EndingFactory.create(departure=None, playbook=Playbook.GOALS_MET, told=True)
    with pytest.raises(RuleBroken, match="no rhythm"):
        taper(bare)
    ending = an_ending()
    work = ending.assignment
    work.ends_on = MONDAY + timedelta(weeks=5)
    work.save()
    with pytest.raises(RuleBroken, match="ends before"):
        taper(ending)


@pytest.mark.django_db
@pytest.mark.time_machine("2026-03-03T12:00:00Z")
def test_the_page_shows_the_days_before_anything_is_booked(client: Browser) -> None:
    ending = an_ending()
    client.force_login(ending.assignment.therapist)
    url = reverse("endings:taper_off", args=[ending.pk])
    assert client.get(url).status_code == 200
    said = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "3"}
    for number, one in enumerate(PATTERN):
        said |= {f"form-{number}-every_weeks": str(one.every_weeks)}
        said |= {f"form-{number}-meetings": str(one.meetings)}

    looked = client.post(url, said)
    assert looked.status_code == 200
    assert len(looked.context["days"]) == 7
    assert not StepRecord.objects.exists()

    assert client.post(url, said | {"form-0-every_weeks": "8"}).status_code == 422
    assert client.post(url, said | {"book": "1"}).status_code == 302
    assert StepRecord.objects.get().step == Step.TAPER
    assert "Last session" in client.get(ending.get_absolute_url()).content.decode()
