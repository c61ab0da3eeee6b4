"""What stands open today, to whom, since when (domain.md, Reminders; decision 10).

Pure: facts and a date in, a list out; no clock, no database. Nothing is scheduled ahead, so telling
a client *is* what closes the reminder, and a missed tick loses nothing: what fell due on a day on
which nobody looked still stands on the next. `due_on` does not move while a thing stands, so that
each is raised once.

The rules are rows (`reminders.rules`). A day on which a person does not work means their next working
day, except the last chance for full notice (the working day before, and the day itself) and escalations.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from reminders.facts import Facts
from reminders.occasions import Occasion
from reminders.offsets import Offsets
from reminders.rule import ROLES, THEMSELVES, Day, Rows, Rule, Whom
from reminders.rules import RULES
from reminders.standing import EndingToday, ReviewToday

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Due:
    """One thing that stands open. `since`: the day the rule names; `due_on`: their working day.

    `is_escalation`: a mail of its own goes out, it does not wait for the next digest.
    """

    due_on: date
    occasion: Occasion
    about_id: UUID
    person_id: UUID
    since: date
    is_late: bool = False
    is_escalation: bool = False


def due(facts: Facts, today: date) -> list[Due]:
    """Return everything that stands open on `today`, for everybody, oldest first."""
    newest: dict[tuple[UUID, Occasion, UUID], tuple[int, Due]] = {}
    for turn, one in found(facts, today):
        key = one.person_id, one.occasion, one.about_id
        newest[key] = max(newest.get(key, (turn, one)), (turn, one), key=rank)
    standing = [one for _turn, one in newest.values()]
    return sorted(set(in_other_hands(standing, facts)))


def rank(asked: tuple[int, Due]) -> tuple[Any, ...]:
    """Of what is asked more than once the last time stands."""
    turn, one = asked
    return turn, one.is_escalation, one.due_on, one.since, one.is_late


def found(facts: Facts, today: date) -> Iterator[tuple[int, Due]]:
    """Yield what each rule finds, with the turn it is asked in."""
    rows = rows_of(facts, today)
    for rule in RULES:
        for row in rows[rule.rows]:
            if rule.while_ and not getattr(row, rule.while_):
                continue
            since = first_day(rule, row, facts.offsets)
            if since is None:
                continue
            for person in people(rule.to, row, facts):
                one = raised(rule, row, since, person, facts, today)
                if one is not None and one.due_on <= today:
                    yield rule.turn, one


def rows_of(facts: Facts, today: date) -> dict[Rows, list[Any]]:
    """Return the rows that rules go over; a file that is closed leaves everybody in peace."""
    open_endings = [row for row in facts.endings if row.closed_on is None]
    return {
        Rows.ENDING: [EndingToday(row, facts, today) for row in open_endings],
        Rows.REVIEW: [ReviewToday(row, facts) for row in facts.reviews],
        Rows.FOLLOW_UP: list(facts.follow_ups),
        Rows.ENTRY: list(facts.entries),
        Rows.WAITING: list(facts.waiting),
        Rows.PAUSE: list(facts.pauses),
        Rows.RISK: list(facts.risks),
        Rows.REQUEST: list(facts.requests),
        Rows.GLASS: list(facts.glasses),
    }


def first_day(rule: Rule, row: Any, offsets: Offsets) -> date | None:
    """Return the day from which a rule asks; None where none of its facts is known."""
    since = on(rule.since, row, offsets)
    if since is None and rule.otherwise is not None:
        since = on(rule.otherwise, row, offsets)
    if since is None or rule.not_before is None:
        return since
    return max(since, on(rule.not_before, row, offsets) or since)


def on(day: Day, row: Any, offsets: Offsets, since: date | None = None) -> date | None:
    """Return a day of the row, moved; None where it is not known."""
    fact = since if day.fact == "since" else getattr(row, day.fact)
    if fact is None:
        return None
    after = getattr(offsets, day.after) if day.after else 0
    before = getattr(offsets, day.before) if day.before else 0
    moved: date = fact + (after - before + day.days) * DAY
    return moved


def people(to: Whom, row: Any, facts: Facts) -> Iterable[UUID]:
    """Return whom a rule goes to; who is away is answered for by somebody else."""
    if to in ROLES:
        held = {
            Whom.DIRECTORY_ADMINS: facts.directory_admins,
            Whom.PRACTICE_ADMINS: facts.practice_admins,
        }
        return held[to]
    person: UUID | None = getattr(row, to)
    if person is None:
        return ()
    return (person if to in THEMSELVES else facts.answering(person),)


def raised(
    rule: Rule, row: Any, since: date, person: UUID, facts: Facts, today: date
) -> Due | None:
    """Return what a rule says to one person; None where the day it names is not known."""
    due_on = day_of(rule, row, since, person, facts)
    if due_on is None:
        return None
    late_after = on(rule.late, row, facts.offsets, since) if rule.late else None
    if rule.late_days is not None:
        late_after = due_on + rule.late_days * DAY
    return Due(
        due_on=due_on,
        occasion=rule.occasion,
        about_id=row.id,
        person_id=person,
        since=since,
        is_late=late_after is not None and today > late_after,
        is_escalation=rule.is_escalation,
    )


def day_of(rule: Rule, row: Any, since: date, person: UUID, facts: Facts) -> date | None:
    """Return the day on which it is raised: settled by the rule, else the person's next working day."""
    if rule.on == "since":
        return since
    settled: date | None = getattr(row, rule.on) if rule.on else None
    return settled if rule.on else facts.days_of(person).from_on(since)


def in_other_hands(standing: Iterable[Due], facts: Facts) -> Iterator[Due]:
    """Yield each to whom it was handed on; what has become late comes back, and stays with both."""
    handed = {
        (one.person_id, one.occasion, one.about_id, one.due_on): one.to_id for one in facts.handed
    }
    for one in standing:
        to_id = handed.get((one.person_id, one.occasion.value, one.about_id, one.due_on))
        if to_id is None or one.is_late:
            yield one
        if to_id is not None:
            yield replace(one, person_id=to_id)
