"""From the rows of the practice to what stands open, in both forms of `due`.

`read_facts` brings the facts for the pure form in a query for each kind of them, however large the practice;
`due_in_sql` answers in one. Both read the same texts, `facts_sql`.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Practice, User
from core.sight import is_oneself
from endings.planner import Days
from referrals.freshness import DUE_AFTER
from reminders.due import DAY, Due
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
from reminders.offsets import Offsets
from reminders.operations.due_sql import DUE, with_tables
from reminders.operations.facts_sql import FACTS, WORK_OF_ONE

WITH_FACTS = with_tables(FACTS)
WITH_DUE = with_tables(FACTS | DUE)
COLUMNS = "due_on, occasion, about_id, person_id, since, is_late, is_escalation"
EVERYTHING = f"{WITH_DUE} select {COLUMNS} from stands"  # noqa: S608 -- constants of this file
OF_ONE = f"{EVERYTHING} where person_id = %(person)s"
OF_ONE_AND_IN_HANDS = f"""{EVERYTHING} where person_id = %(person)s
  or (about_id, occasion, due_on) in (
    select h.about_id, h.occasion, h.due_on from handed h where h.person_id = %(person)s)
"""  # noqa: S608 -- as above
CHECK_AFTER = (DUE_AFTER + DAY).days
BETWEEN = ("standing", "here", "led")  # what other facts are made of


def asked(on: date, person: User | None, practice: Practice | None = None) -> dict[str, Any]:
    """Return the parameters of every statement here: the day, the zone, for whom."""
    return {
        "today": on,
        "zone": (practice or Practice.objects.current()).zone,
        "person": person.pk if person else None,
        "check_after": CHECK_AFTER,
    }


def due_in_sql(
    *, on: date, person: User | None = None, practice: Practice | None = None
) -> list[Due]:
    """Return what stands open on `on`, for everybody or for one person, oldest first.

    One query, and one for the practice where it is not at hand.
    """
    statement = as_who_acts(OF_ONE, person) if person else EVERYTHING
    return said(statement, asked(on, person, practice))


def standing_for(*, on: date, person: User, practice: Practice) -> list[Due]:
    """Return what stands open for one person, and what they have handed on. One query."""
    return said(as_who_acts(OF_ONE_AND_IN_HANDS, person), asked(on, person, practice))


def said(statement: str, parameters: Mapping[str, Any]) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return sorted(Due(row[0], Occasion(row[1]), *row[2:]) for row in cursor.fetchall())


def as_who_acts(statement: str, person: User) -> str:
    """Return a statement about one person's work as that person asks it."""
    return (
        statement.replace(WORK_OF_ONE, "sight.assignments()")
        if is_oneself(person.pk)
        else statement
    )


def read_facts(*, on: date, person: User | None = None) -> Facts:
    """Return the facts that `due` takes, of everybody or of one person's work."""
    parameters = asked(on, person)
    rows = {name: select(name, parameters) for name in FACTS if name not in BETWEEN}
    return Facts(
        endings=[EndingFacts(**row) for row in rows["ending"]],
        reviews=[ReviewFacts(**row) for row in rows["review"]],
        follow_ups=[FollowUpFacts(**row) for row in rows["follow_up"]],
        entries=[EntryFacts(**row) for row in rows["entry"]],
        waiting=[WaitingFacts(**row) for row in rows["waiting"]],
        pauses=[PauseFacts(**row) for row in rows["pause"]],
        risks=[RiskFacts(**row) for row in rows["risk"]],
        glasses=[GlassFacts(**row) for row in rows["glass"]],
        requests=[RequestFacts(**row) for row in rows["request"]],
        directory_admins=[row["person_id"] for row in rows["directory_admin"]],
        practice_admins=[row["person_id"] for row in rows["practice_admin"]],
        handed=[HandedFacts(**row) for row in rows["handed"]],
        calendars=calendars(rows),
        answers={row["person_id"]: row["answers_id"] for row in rows["answers"]},
        house=house(rows),
        offsets=Offsets(**rows["policy"][0]),
    )


def house(rows: Mapping[str, list[dict[str, Any]]]) -> WorkDays:
    """Return the practice's own working days."""
    closed = frozenset(row["day"] for row in rows["shut"])
    return WorkDays(frozenset(rows["house"][0]["weekdays"]), closed=closed)


def select(name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of one table of facts as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(f"{WITH_FACTS} select * from {name}", parameters)  # noqa: S608 -- a key of FACTS
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def calendars(rows: Mapping[str, list[dict[str, Any]]]) -> dict[UUID, WorkDays]:
    away: dict[UUID, list[Days]] = defaultdict(list)
    for row in rows["away"]:
        away[row["person_id"]].append(Days(row["starts_on"], row["ends_on"]))
    closed = frozenset(row["day"] for row in rows["shut"])
    return {
        row["person_id"]: WorkDays(
            frozenset(row["weekdays"]), tuple(away[row["person_id"]]), closed
        )
        for row in rows["calendar"]
    }


def calendar_of(people: list[User], *, around: date) -> dict[UUID, WorkDays]:
    """Return the working days of `people`; one query each for absences and closed days."""
    parameters = asked(around, None)
    rows = {name: select(name, parameters) for name in ("away", "shut")}
    rows["calendar"] = [
        {"person_id": person.pk, "weekdays": person.working_days} for person in people
    ]
    return calendars(rows)
