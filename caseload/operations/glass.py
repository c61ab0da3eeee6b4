"""An emergency: one file, for an hour, to read; ended early, looked at afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.operations.attempts import Kind, count_attempt, refuse_too_many
from accounts.operations.rights import refuse_without
from caseload.models import BreakGlass, BreakGlassReview, Client
from caseload.models.glass import AN_HOUR
from core.errors import RuleBroken

WHO = (Role.THERAPIST, Role.SUPERVISOR)
Decision = BreakGlassReview.Decision


class NoSuchFile(RuleBroken):
    """No file opens by what was typed; counted, and never said why."""


@transaction.atomic
def break_glass(*, code: str, reason: str, by: User, at: datetime) -> BreakGlass:
    """Open the file with `code`, typed exactly, to `by` for an hour, to read (domain.md, BreakGlass).

    Raises NoSuchFile for a code that is none (call `count_miss` then), RuleBroken after too many of those and
    where the file is open to `by` anyway.
    """
    refuse_without(WHO, by)
    refuse_too_many(kind=Kind.GLASS, whom=str(by.pk), at=at)
    client = file_to_open(code)
    if client is None:
        raise NoSuchFile(_("No file opens by this. Type the code exactly as it stands on paper."))
    if Client.objects.clinical_to(by).filter(pk=client).exists():
        raise RuleBroken(_("This file is open to you already."))
    return BreakGlass.objects.create(
        client_id=client, by=by, reason=reason, at=at, until=at + AN_HOUR
    )


def count_miss(*, by: User, at: datetime) -> None:
    """Remember that a code was none; outside of what was refused, because that is taken back."""
    count_attempt(kind=Kind.GLASS, whom=str(by.pk), at=at)


def file_to_open(code: str) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("select sight.file_to_open(%s)", [code])
        found: UUID | None = cursor.fetchone()[0]
        return found


@transaction.atomic
def end_break_glass(*, glass: BreakGlass, by: User, at: datetime) -> BreakGlass:
    """Close the file before the hour is over. One that is over stays as it was."""
    mine: BreakGlass = (
        BreakGlass.objects.editable_by(by).select_for_update(of=("self",)).get(pk=glass.pk)
    )
    if mine.runs(at):
        mine.ended_at = at
        mine.save(update_fields=["ended_at"])
    return mine


@transaction.atomic
def review_break_glass(
    *, glass: BreakGlass, decision: str, comment: str, by: User, at: datetime
) -> BreakGlassReview:
    """Say whether it was in order. Raises BreakGlass.DoesNotExist for who may not, RuleBroken where it is said."""
    if BreakGlassReview.objects.visible_to(by).filter(break_glass=glass).exists():
        raise RuleBroken(_("Somebody has looked at this already."))
    asked: BreakGlass = BreakGlass.objects.to_review_by(by).get(pk=glass.pk)
    return BreakGlassReview.objects.create(
        break_glass=asked, by=by, at=at, decision=decision, comment=comment
    )


@dataclass(frozen=True)
class Glass:
    """One line of the list: the code and the people, no name of a client and no reason."""

    id: UUID
    code: str
    by_id: UUID
    by: str
    at: datetime
    until: datetime
    ended_at: datetime | None
    decision: str
    decided_by: str
    decided_at: datetime | None
    reviewers: list[str]

    @property
    def closed_at(self) -> datetime:
        """When it was over, or will be."""
        return self.ended_at or self.until

    @property
    def decision_in_words(self) -> str:
        return str(Decision(self.decision).label) if self.decision else ""


def glasses(*, how_many: int, after: int = 0, one: UUID | None = None) -> list[Glass]:
    """Return those whoever acts may know of, the latest first: one's own, of one's clients, all to practice admins."""
    return [
        Glass(*row)
        for row in asked("select * from sight.glasses(%s, %s, %s)", one, how_many, after)
    ]


def asked(question: str, *about: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, about)
        rows: list[Any] = cursor.fetchall()
        return rows
