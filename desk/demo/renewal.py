"""The demonstration's dates moved to today, by whole weeks: what was half-way stays half-way.

Everything about clients, endings, reminders and who works when moves, in the practice's wall-clock time, so that
a session at ten stays at ten over a change of the clocks. Births stay, and so does what says when something was
really done here: history, read log, imports, and the directory's checks.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import connection, models, transaction
from django.utils.timezone import get_current_timezone_name, localtime

from accounts.models import Absence, Supervision, TeamMembership, User
from caseload.models import ImportedFrom, ImportIssue, ImportRun, ReadLog
from core.errors import RuleBroken
from desk.demo.caseloads import live_through
from desk.demo.people import BEGAN_BEFORE, MAIL
from endings import planner
from endings.models import Ending
from endings.planner.store import INSTANTS
from referrals.models import Choice, FollowUp, OptionSet, Referral, ReferralMove, ReferralOption

WEEK = timedelta(weeks=1)
CLINICAL_APPS: Final = {"caseload", "endings", "reminders"}
OTHERS: Final = {Absence, Supervision, TeamMembership}
OTHERS_OF_CLIENTS: Final = {OptionSet, ReferralOption, Choice, Referral, ReferralMove, FollowUp}
STAYS: Final = {ReadLog, ImportRun, ImportIssue, ImportedFrom}
NEVER_MOVED: Final = {"born_on", "died_on"}
# Weeks. Rows go far away first and come back together: one that moved never meets one that has not yet.
FAR: Final = 100 * 52

DATE = "{column} + %(weeks)s * 7"
INSTANT = "({column} at time zone %(zone)s + %(weeks)s * interval '1 week') at time zone %(zone)s"
DATE_RANGE = "case when {column} is not null then daterange({lower}, {upper}) end"
INSTANT_RANGE = "case when {column} is not null then tstzrange({lower}, {upper}) end"


@transaction.atomic
def renew(*, at: datetime) -> int:
    """Move the demonstration to the week of `at`; return by how many weeks. Needs the role owner.

    What was planned for the days of that week that are over has been held, as in the story. Raises RuleBroken where anybody here is not of the demonstration: real dates are never moved.
    """
    refuse_real_people()
    weeks = (localtime(at).date() - stands_at()) // WEEK
    if weeks <= 0:
        return 0
    tables = {model._meta.db_table: changes(model) for model in moved_models()}
    with without_triggers(list(tables)):
        for step in (weeks + FAR, -FAR):
            for table, columns in tables.items():
                move(table, columns, step)
        move_decisions(weeks)
        live_through(at - 60 * WEEK, at - timedelta(hours=1))
    return weeks


def refuse_real_people() -> None:
    """A person with another address than the demonstration's is a real one, and so is their practice."""
    reached = User.objects.exclude(email=None).exclude(email="")
    if not reached.exists() or reached.exclude(email__iendswith=f"@{MAIL}").exists():
        raise RuleBroken("This is not the demonstration practice. Its dates stay as they are.")


def stands_at() -> date:
    """Return the day for which the story was told, or to which it was moved last."""
    first = Supervision.objects.earliest("starts_on")
    return first.starts_on + BEGAN_BEFORE


def moved_models() -> Iterator[type[models.Model]]:
    """Yield what holds a date of the story; not its history, which says what was done here and when."""
    for model in apps.get_models():
        is_history = hasattr(model, "pgh_tracked_model")
        is_ours = model._meta.app_label in CLINICAL_APPS or model in OTHERS | OTHERS_OF_CLIENTS
        if is_ours and not is_history and model not in STAYS and changes(model):
            yield model


def changes(model: type[models.Model]) -> dict[str, str]:
    """Return the columns of a table that move, each with the expression of its new value."""
    moved: dict[str, str] = {}
    for field in model._meta.local_concrete_fields:
        column = connection.ops.quote_name(str(field.column))
        if field.column in NEVER_MOVED or isinstance(field, models.GeneratedField):
            continue
        if expression := moved_value(field, column):
            moved[column] = expression
    return moved


def moved_value(field: "models.Field[Any, Any]", column: str) -> str:
    """Return the SQL of a field's value some weeks later; empty for what is no date."""
    ends = {"lower": f"lower({column})", "upper": f"upper({column})"}
    if isinstance(field, models.DateTimeField):
        return INSTANT.format(column=column)
    if isinstance(field, models.DateField):
        return DATE.format(column=column)
    if isinstance(field, DateTimeRangeField):
        ends = {name: INSTANT.format(column=end) for name, end in ends.items()}
        return INSTANT_RANGE.format(column=column, **ends)
    if isinstance(field, DateRangeField):
        ends = {name: DATE.format(column=end) for name, end in ends.items()}
        return DATE_RANGE.format(column=column, **ends)
    return ""


def move(table: str, columns: dict[str, str], weeks: int) -> None:
    sets = ", ".join(f"{column} = {expression}" for column, expression in columns.items())
    with connection.cursor() as cursor:
        told: dict[str, int | str] = {"weeks": weeks, "zone": get_current_timezone_name()}
        cursor.execute(f"update {connection.ops.quote_name(table)} set {sets}", told)  # noqa: S608 -- our own columns


class without_triggers:  # noqa: N801 -- reads as what it is: with without_triggers(…)
    """History is not written while dates move: nobody did anything."""

    def __init__(self, tables: list[str]) -> None:
        self.tables = tables

    def __enter__(self) -> None:
        self.say("disable")

    def __exit__(self, *_fault: object) -> None:
        if not connection.needs_rollback:
            self.say("enable")

    def say(self, word: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            for table in self.tables:
                name = connection.ops.quote_name(table)
                cursor.execute(f"alter table {name} {word} trigger user")


# --- what a person decided in a plan is sealed text with instants in it ---------------------------------
def move_decisions(weeks: int) -> None:
    for ending in (one for one in Ending.objects.all() if one.decided):
        decision = planner.decision_from_json(ending.decision)
        ending.decision = planner.decision_as_json(later(decision, weeks))
        ending.save(update_fields=["decided", "decided_digest"])


def later(decision: planner.Decision, weeks: int) -> planner.Decision:
    """Return the decision with every instant some weeks later by the wall clock."""
    instants: dict[str, Any] = {}
    for name in INSTANTS:
        if (at := getattr(decision, name)) is not None:
            instants[name] = weeks_later(at, weeks)
    extra = [
        replace(meeting, starts_at=weeks_later(meeting.starts_at, weeks))
        for meeting in decision.extra
    ]
    return replace(decision, extra=tuple(extra), **instants)


def weeks_later(at: datetime, weeks: int) -> datetime:
    return localtime(at) + weeks * WEEK
