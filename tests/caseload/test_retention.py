"""How long a file is kept: after the work or after majority, and not before everybody has stopped."""

from datetime import date

import pytest

from caseload.models import Assignment, Client
from caseload.operations.retention import start_clock, stop_clock
from caseload.retention import RetentionPolicy, kept_until, years_after
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("on", "years", "until"),
    [
        (date(2026, 3, 3), 10, date(2036, 3, 3)),
        (date(2024, 2, 29), 10, date(2034, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_so_many_years_after_a_day(on: date, years: int, until: date) -> None:
    assert years_after(on, years) == until


@pytest.mark.parametrize(
    ("born_on", "until"),
    [
        (None, date(2033, 3, 3)),
        (date(1980, 5, 1), date(2033, 3, 3)),
        (date(2012, 3, 3), date(2033, 3, 3)),
        (date(2012, 3, 4), date(2033, 3, 4)),
        (date(2018, 2, 28), date(2039, 2, 28)),
    ],
)
def test_the_later_of_seven_years_and_three_after_majority(born_on: date, until: date) -> None:
    assert kept_until(RetentionPolicy(), last_on=TODAY, born_on=born_on) == until


def test_another_policy_says_other_years() -> None:
    policy = RetentionPolicy(years=2, after_majority=10, majority_age=21)
    assert kept_until(policy, last_on=TODAY, born_on=date(2020, 1, 1)) == date(2051, 1, 1)


@pytest.mark.django_db
class TestTheClock:
    def started(self, work: Assignment) -> date | None:
        person: Client = work.client  # type: ignore[attr-defined]  # set by the factory
        start_clock(client=person, closed=work, last_on=TODAY, on=TODAY)
        person.refresh_from_db()
        return person.kept_until

    def test_it_runs_from_the_last_session(self) -> None:
        PracticeFactory.create(retention_years=5)
        work = AssignmentFactory.create(client=ClientFactory.create(born_on=None))
        assert self.started(work) == date(2031, 3, 3)

    @pytest.mark.time_machine("2026-03-03 12:00", tick=False)
    def test_it_stands_while_somebody_else_works_with_the_client(self) -> None:
        PracticeFactory.create()
        work = AssignmentFactory.create(client=ClientFactory.create(born_on=None))
        AssignmentFactory.create(client=work.client)
        assert self.started(work) is None

    @pytest.mark.time_machine("2026-03-03 12:00", tick=False)
    def test_who_only_stands_in_does_not_hold_it_up(self) -> None:
        PracticeFactory.create()
        work = AssignmentFactory.create(client=ClientFactory.create(born_on=None))
        AssignmentFactory.create(
            client=work.client,
            role=Assignment.Role.COVERING,
            reason="Marta is away.",
            ends_on=date(2026, 4, 1),
        )
        ended = AssignmentFactory.create(client=work.client)
        Assignment.objects.filter(pk=ended.pk).update(ends_on=date(2026, 3, 2))
        assert self.started(work) == date(2033, 3, 3)

    def test_a_later_day_that_stands_is_not_made_earlier(self) -> None:
        PracticeFactory.create()
        work = AssignmentFactory.create(
            client=ClientFactory.create(born_on=None, kept_until=date(2050, 1, 1))
        )
        assert self.started(work) == date(2050, 1, 1)

    def test_work_that_begins_anew_stops_it(self) -> None:
        kept, other = (ClientFactory.create(kept_until=TODAY) for _each in range(2))
        stop_clock([kept.pk])
        kept.refresh_from_db()
        other.refresh_from_db()
        assert (kept.kept_until, other.kept_until) == (None, TODAY)
