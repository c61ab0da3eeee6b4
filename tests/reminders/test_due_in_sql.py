"""The set-based form of `due` agrees with the pure one, row for row."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from endings.planner import Days
from reminders.due import Due, due
from reminders.facts import EndingFacts, EntryFacts, Facts, FollowUpFacts, ReviewFacts, WorkDays
from reminders.occasions import Occasion
from reminders.operations.due_sql import RULES, with_tables

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PEOPLE = [UUID(int=n) for n in range(1, 6)]
STRANGER = UUID(int=99)  # somebody without a calendar
TODAY = date(2027, 3, 1)

TYPES = {
    "ending": (
        "id uuid, therapist_id uuid, therapist_until date, carried_by_id uuid, supervisor_id uuid,"
        " opened_on date, window_opens_on date, window_closes_on date, last_chance_on date,"
        " last_on date, tell_plan_on date, tell_missed_on date, not_today_until date, told_on date,"
        " is_told_short boolean, not_told_exception boolean, short_exception boolean,"
        " returned_on date, options_plan_on date, options_on date, choice_plan_on date,"
        " chosen_on date, hands_over boolean, receiver_id uuid, handover_on date,"
        " handed_over_on date, no_last boolean, last_held_on date, closed_on date"
    ),
    "review": "id uuid, reviewer_id uuid, asked_on date, due_on date, second_reviewer_id uuid",
    "follow_up": "id uuid, owner_id uuid, due_on date",
    "entry": "id uuid, check_on date",
    "directory_admin": "person_id uuid",
    "calendar": "person_id uuid, weekdays smallint[]",
    "away": "person_id uuid, starts_on date, ends_on date",
    "shut": "day date",
}
GIVEN = {
    name: f"select * from jsonb_to_recordset(%({name})s::jsonb) as row({types})"  # noqa: S608 -- constants of this file
    for name, types in TYPES.items()
}
COLUMNS = "due_on, occasion, about_id, person_id, since, is_late, is_escalation"
STATEMENT = f"{with_tables(GIVEN | RULES)} select {COLUMNS} from stands"  # noqa: S608 -- as above


class Chance:
    """Draws people, days and flags; the same seed draws the same practice."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def person(self) -> UUID:
        return self.random.choice([*PEOPLE, STRANGER])

    def day(self, earliest: int = -60, latest: int = 60) -> date:
        return TODAY + self.random.randint(earliest, latest) * DAY

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def maybe(self, share: float, value: Any) -> Any:
        return value if self.often(share) else None

    def ending(self, number: int) -> EndingFacts:
        """Return an ending in any state at all, likely and unlikely."""
        opens_on = self.maybe(0.9, self.day(-50, 30))
        closes_on = (
            self.maybe(0.95, opens_on + self.random.randint(0, 20) * DAY) if opens_on else None
        )
        chance = self.maybe(0.7, closes_on)
        return EndingFacts(
            id=UUID(int=1000 + number),
            therapist_id=self.person(),
            therapist_until=self.maybe(0.4, self.day()),
            carried_by_id=self.maybe(0.7, self.person()),
            supervisor_id=self.maybe(0.8, self.person()),
            opened_on=self.maybe(0.9, self.day()),
            window_opens_on=opens_on,
            window_closes_on=closes_on,
            last_chance_on=chance - self.random.randint(0, 3) * DAY if chance else None,
            last_on=self.maybe(0.8, self.day(-20, 60)),
            tell_plan_on=self.maybe(0.5, self.day(-50, 50)),
            tell_missed_on=self.maybe(0.2, self.day()),
            not_today_until=self.maybe(0.2, self.day()),
            told_on=self.maybe(0.5, self.day(-70, 0)),
            is_told_short=self.often(0.3),
            not_told_exception=self.often(0.1),
            short_exception=self.often(0.3),
            returned_on=self.maybe(0.3, self.day()),
            options_plan_on=self.maybe(0.7, self.day()),
            options_on=self.maybe(0.5, self.day()),
            choice_plan_on=self.maybe(0.7, self.day()),
            chosen_on=self.maybe(0.5, self.day()),
            hands_over=self.often(0.6),
            receiver_id=self.maybe(0.6, self.person()),
            handover_on=self.maybe(0.5, self.day()),
            handed_over_on=self.maybe(0.2, self.day()),
            no_last=self.often(0.1),
            last_held_on=self.maybe(0.3, self.day()),
            closed_on=self.maybe(0.1, self.day()),
        )

    def work_days(self, closed: frozenset[date]) -> WorkDays:
        firsts = [self.day() for _ in range(self.random.randint(0, 2))]
        return WorkDays(
            frozenset(self.random.sample(range(7), self.random.randint(0, 6))),
            tuple(Days(first, first + self.random.randint(0, 120) * DAY) for first in firsts),
            closed,
        )

    def practice(self) -> Facts:
        """Return two hundred endings, reviews, follow-ups, entries, and people's own days."""
        closed = frozenset(self.day() for _ in range(self.random.randint(0, 6)))
        return Facts(
            endings=[self.ending(number) for number in range(200)],
            reviews=[
                ReviewFacts(
                    UUID(int=2000 + n),
                    self.person(),
                    self.day(),
                    self.day(),
                    self.maybe(0.6, STRANGER),
                )
                for n in range(20)
            ],
            follow_ups=[
                FollowUpFacts(UUID(int=3000 + n), self.person(), self.day()) for n in range(20)
            ],
            entries=[EntryFacts(UUID(int=4000 + n), self.day()) for n in range(20)],
            directory_admins=[PEOPLE[0], STRANGER][: self.random.randint(0, 2)],
            calendars={who: self.work_days(closed) for who in PEOPLE},
        )


def as_rows(facts: Facts) -> dict[str, list[dict[str, Any]]]:
    """Return the facts as the rows that the statement reads."""
    closed = next((days.closed for days in facts.calendars.values()), frozenset())
    return {
        "ending": [asdict(row) for row in facts.endings],
        "review": [asdict(row) for row in facts.reviews],
        "follow_up": [asdict(row) for row in facts.follow_ups],
        "entry": [asdict(row) for row in facts.entries],
        "directory_admin": [{"person_id": who} for who in facts.directory_admins],
        "calendar": [
            {"person_id": who, "weekdays": sorted(of.weekdays)}
            for who, of in facts.calendars.items()
        ],
        "away": [
            {"person_id": who, "starts_on": away.first, "ends_on": away.last}
            for who, of in facts.calendars.items()
            for away in of.away
        ],
        "shut": [{"day": day} for day in closed],
    }


def due_by_sql(facts: Facts, today: date) -> list[Due]:
    rows = {name: json.dumps(some, default=str) for name, some in as_rows(facts).items()}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, rows | {"today": today})
        return sorted(Due(row[0], Occasion(row[1]), *row[2:]) for row in cursor.fetchall())


@pytest.mark.parametrize("seed", range(25))
def test_both_forms_agree_row_for_row(seed: int) -> None:
    chance = Chance(seed)
    facts, today = chance.practice(), chance.day(-30, 30)
    assert due_by_sql(facts, today) == due(facts, today)


def test_the_practices_reach_every_occasion_many_times() -> None:
    """A property that holds for nothing proves nothing."""
    seen = Counter(
        one.occasion for seed in range(25) for one in due(Chance(seed).practice(), TODAY)
    )
    assert {occasion: seen[occasion] >= 10 for occasion in Occasion} == dict.fromkeys(
        Occasion, True
    )


def test_a_window_that_moved_by_a_day_would_be_seen() -> None:
    """The comparison fails where one of the two forms is wrong."""
    facts = Chance(3).practice()
    assert due_by_sql(facts, TODAY) != due(facts, TODAY + DAY)
