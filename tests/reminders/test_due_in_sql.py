"""The set-based form of `due` agrees with the pure one, row for row."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection

from endings.planner import Days
from reminders.due import Due, due, found
from reminders.facts import (
    EndingFacts,
    EntryFacts,
    Facts,
    FollowUpFacts,
    GlassFacts,
    HandedFacts,
    PauseFacts,
    RequestFacts,
    ReviewFacts,
    RiskFacts,
    WaitingFacts,
    WorkDays,
)
from reminders.occasions import Occasion
from reminders.offsets import BOUNDS, NAMES, Offsets
from reminders.operations.due_sql import DUE, with_tables
from reminders.rules import RULES

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
        " handed_over_on date, no_last boolean, last_held_on date, closed_on date, tries int"
    ),
    "waiting": "id uuid, named_person_id uuid, next_contact_on date",
    "pause": "id uuid, worker_id uuid, contact_on date, ends_on date, met_on date, goes_on boolean",
    "risk": "id uuid, worker_id uuid, look_again_on date",
    "request": "id uuid, may_agree_id uuid, asked_on date",
    "glass": "id uuid, concerned_id uuid, broken_on date, is_to_look_at boolean, is_to_know boolean",
    "practice_admin": "person_id uuid",
    "handed": "person_id uuid, occasion text, about_id uuid, due_on date, to_id uuid",
    "answers": "person_id uuid, answers_id uuid",
    "house": "person_id uuid, weekdays smallint[]",
    "policy": ", ".join(f"{name} int" for name in NAMES),
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
STATEMENT = f"{with_tables(GIVEN | DUE)} select {COLUMNS} from stands"  # noqa: S608 -- as above


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
            tries=self.maybe(0.3, self.random.randint(0, 3)),
        )

    def work_days(self, closed: frozenset[date]) -> WorkDays:
        firsts = [self.day() for _ in range(self.random.randint(0, 2))]
        return WorkDays(
            frozenset(self.random.sample(range(7), self.random.randint(0, 6))),
            tuple(Days(first, first + self.random.randint(0, 120) * DAY) for first in firsts),
            closed,
        )

    def offsets(self) -> Offsets:
        """Return what a practice may have set, however odd."""
        drawn = {
            name: self.random.randint(bounds.fewest, bounds.most) for name, bounds in BOUNDS.items()
        }
        return Offsets(**drawn)

    def pause(self, number: int) -> PauseFacts:
        return PauseFacts(
            UUID(int=6000 + number),
            self.person(),
            self.day(),
            self.day(),
            self.maybe(0.4, self.day()),
            goes_on=self.often(0.4),
        )

    def review(self, number: int) -> ReviewFacts:
        return ReviewFacts(
            UUID(int=2000 + number),
            self.person(),
            self.day(),
            self.day(),
            self.maybe(0.6, STRANGER),
        )

    def practice(self) -> Facts:
        """Return two hundred endings, everything else that has a date, and people's own days."""
        closed = frozenset(self.day() for _ in range(self.random.randint(0, 6)))
        away = self.random.sample(PEOPLE, self.random.randint(0, 2))
        facts = Facts(
            endings=[self.ending(number) for number in range(200)],
            reviews=[self.review(number) for number in range(20)],
            follow_ups=[
                FollowUpFacts(UUID(int=3000 + n), self.person(), self.day()) for n in range(20)
            ],
            entries=[EntryFacts(UUID(int=4000 + n), self.day()) for n in range(20)],
            waiting=[
                WaitingFacts(UUID(int=5000 + n), self.person(), self.day()) for n in range(20)
            ],
            pauses=[self.pause(number) for number in range(20)],
            risks=[RiskFacts(UUID(int=7000 + n), self.person(), self.day()) for n in range(20)],
            requests=[
                RequestFacts(UUID(int=8000 + n), self.person(), self.day()) for n in range(20)
            ],
            glasses=[
                GlassFacts(
                    *(UUID(int=9000 + n), self.person(), self.day(-12, 0)),
                    *(self.often(0.5), self.often(0.5)),
                )
                for n in range(20)
            ],
            directory_admins=[PEOPLE[0], STRANGER][: self.random.randint(0, 2)],
            practice_admins=[PEOPLE[1], STRANGER][: self.random.randint(0, 2)],
            calendars={who: self.work_days(closed) for who in PEOPLE},
            answers={who: self.person() for who in away},
            house=WorkDays(frozenset(self.random.sample(range(7), 5)), closed=closed),
            offsets=self.maybe(0.7, self.offsets()) or Offsets(),
        )
        return replace(facts, handed=self.handed(facts))

    def handed(self, facts: Facts) -> list[HandedFacts]:
        """Return some of what stands, in other people's hands; also in those of who has it already."""
        return [
            HandedFacts(one.person_id, one.occasion.value, one.about_id, one.due_on, self.person())
            for one in due(facts, TODAY)
            if self.often(0.1)
        ]


KINDS = {
    "ending": "endings",
    "review": "reviews",
    "follow_up": "follow_ups",
    "entry": "entries",
    "waiting": "waiting",
    "pause": "pauses",
    "risk": "risks",
    "request": "requests",
    "glass": "glasses",
    "handed": "handed",
}


def as_rows(facts: Facts) -> dict[str, list[dict[str, Any]]]:
    """Return the facts as the rows that the statement reads."""
    closed = facts.house.closed
    rows = {kind: [asdict(row) for row in getattr(facts, of)] for kind, of in KINDS.items()}
    return rows | {
        "directory_admin": [{"person_id": who} for who in facts.directory_admins],
        "practice_admin": [{"person_id": who} for who in facts.practice_admins],
        "answers": [{"person_id": who, "answers_id": by} for who, by in facts.answers.items()],
        "house": [{"person_id": UUID(int=0), "weekdays": sorted(facts.house.weekdays)}],
        "policy": [asdict(facts.offsets)],
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


def test_the_practices_reach_every_rule() -> None:
    """Each line of the table is asked about, so that a branch that is wrong in SQL would be seen."""
    reached = set()
    for seed in range(25):
        facts = Chance(seed).practice()
        for number, rule in enumerate(RULES):
            with mock.patch("reminders.due.RULES", (rule,)):
                if any(found(facts, TODAY)):
                    reached.add(number)
    assert reached == set(range(len(RULES)))


def test_a_window_that_moved_by_a_day_would_be_seen() -> None:
    """The comparison fails where one of the two forms is wrong."""
    facts = Chance(3).practice()
    assert due_by_sql(facts, TODAY) != due(facts, TODAY + DAY)
