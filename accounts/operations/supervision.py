"""Who supervises whom, over dated days. A row is closed, never overwritten: who led when must stay true."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Role, Supervision, User
from accounts.models.people import UserQuerySet
from accounts.operations.rights import refuse_oneself, refuse_others
from core.errors import RuleBroken

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """Who supervises whom, and how; a second one answers where the first is away or late."""

    supervisor: User
    supervisee: User
    kind: str = Supervision.Kind.LEADING
    is_second: bool = False


@transaction.atomic
def add_supervision(*, pair: Pair, on: date, by: User) -> Supervision:
    """Let one supervise another from `on`.

    Raises RuleBroken for a supervisor of themselves, where it stands already, and for who would open somebody's
    work to themselves (ADR 0011).
    """
    refuse_others(by)
    if pair.supervisor == pair.supervisee:
        raise RuleBroken(_("A supervisor is always somebody else."))
    refuse_oneself(pair.supervisor, by)
    same = Supervision.objects.filter(supervisor=pair.supervisor, supervisee=pair.supervisee)
    if same.exclude(ends_on__lt=on).exists():
        raise RuleBroken(_("This stands already. Change it in the list."))
    return Supervision.objects.create(starts_on=on, **vars(pair))


@transaction.atomic
def change_supervision(
    *, supervision: Supervision, kind: str, is_second: bool, on: date, by: User
) -> Supervision:
    """Let the kind be another one from `on`; the days before keep the kind they had. Raises RuleBroken for one's own."""
    refuse_others(by)
    mine = under_lock(supervision)
    refuse_oneself(mine.supervisor, by)
    if mine.starts_on >= on:
        mine.kind, mine.is_second = kind, is_second
        mine.save(update_fields=["kind", "is_second"])
        return mine
    mine.ends_on = on - DAY
    mine.save(update_fields=["ends_on"])
    pair = Pair(mine.supervisor, mine.supervisee, kind, is_second)
    return Supervision.objects.create(starts_on=on, **vars(pair))


@transaction.atomic
def end_supervision(*, supervision: Supervision, on: date, by: User) -> Supervision | None:
    """Let it end with the day before `on`; what has not begun yet is gone."""
    refuse_others(by)
    mine = under_lock(supervision)
    if mine.starts_on >= on:
        mine.delete()
        return None
    mine.ends_on = on - DAY
    mine.save(update_fields=["ends_on"])
    return mine


@transaction.atomic
def bring_back_supervision(*, supervision: Supervision, by: User) -> Supervision:
    """Undo an end. Raises RuleBroken where the same two stand together again already."""
    refuse_others(by)
    mine = under_lock(supervision)
    refuse_oneself(mine.supervisor, by)
    same = Supervision.objects.filter(supervisor=mine.supervisor, supervisee=mine.supervisee)
    if same.exclude(pk=mine.pk).filter(starts_on__gte=mine.starts_on).exists():
        raise RuleBroken(_("This stands already. Change it in the list."))
    mine.ends_on = None
    mine.save(update_fields=["ends_on"])
    return mine


def without_a_leader(day: date) -> UserQuerySet:
    """Return the therapists whom nobody leads on `day`: their plans wait for nobody (R25)."""
    leading = Supervision.objects.leading_on(day).filter(supervisee=OuterRef("pk"))
    working = cast(UserQuerySet, User.objects.who_work_here())
    return working.in_role(Role.THERAPIST).filter(~Exists(leading)).by_name()


def standing(day: date) -> "QuerySet[Supervision]":
    """Return what holds on `day` or begins later."""
    return Supervision.objects.exclude(ends_on__lt=day)


def under_lock(supervision: Supervision) -> Supervision:
    return (
        Supervision.objects.select_for_update(of=("self",))
        .select_related("supervisor", "supervisee")
        .get(pk=supervision.pk)
    )
