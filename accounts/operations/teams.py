"""Teams and who belongs to them, over dated days. A team ends, it is never deleted."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, TeamMembership, User
from accounts.operations.rights import refuse_others
from core.errors import RuleBroken

DAY = timedelta(days=1)


@transaction.atomic
def add_team(*, name: str, by: User) -> Team:
    """Add a team; raises RuleBroken where one in use has this name."""
    refuse_others(by)
    refuse_same_name(name)
    return Team.objects.create(name=name)


@transaction.atomic
def change_team(*, team: Team, name: str, by: User) -> Team:
    refuse_others(by)
    refuse_same_name(name, team)
    team.name = name
    team.save(update_fields=["name"])
    return team


@transaction.atomic
def end_team(*, team: Team, on: date, by: User) -> Team:
    """End a team from `on`; who belongs to it belongs until the day before."""
    refuse_others(by)
    mine = Team.objects.select_for_update().get(pk=team.pk)
    mine.ended_on = on
    mine.save(update_fields=["ended_on"])
    return mine


@transaction.atomic
def bring_back_team(*, team: Team, by: User) -> Team:
    """Undo the end of a team, with everybody who belonged to it."""
    refuse_others(by)
    mine = Team.objects.select_for_update().get(pk=team.pk)
    refuse_same_name(mine.name, mine)
    mine.ended_on = None
    mine.save(update_fields=["ended_on"])
    return mine


@transaction.atomic
def join_team(*, team: Team, user: User, on: date, by: User) -> TeamMembership:
    """Let somebody belong to a team from `on`; raises RuleBroken where they do already."""
    refuse_others(by)
    Team.objects.select_for_update().get(pk=team.pk)
    if team.memberships.filter(user=user).exclude(ends_on__lt=on).exists():
        raise RuleBroken(_("%(name)s belongs to this team already.") % {"name": user.name})
    return TeamMembership.objects.create(team=team, user=user, starts_on=on)


@transaction.atomic
def leave_team(*, membership: TeamMembership, on: date, by: User) -> TeamMembership:
    """Let somebody belong to a team no longer from `on`; the days before stay in the history."""
    refuse_others(by)
    mine = TeamMembership.objects.select_for_update().get(pk=membership.pk)
    mine.ends_on = max(on - DAY, mine.starts_on - DAY)
    mine.save(update_fields=["ends_on"])
    return mine


@transaction.atomic
def stay_in_team(*, membership: TeamMembership, by: User) -> TeamMembership:
    """Undo a leaving. Raises RuleBroken where the same person has joined again meanwhile."""
    refuse_others(by)
    mine = TeamMembership.objects.select_for_update().get(pk=membership.pk)
    later = TeamMembership.objects.filter(team=mine.team_id, user=mine.user_id)
    if later.exclude(pk=mine.pk).filter(starts_on__gte=mine.starts_on, ends_on=None).exists():
        raise RuleBroken(_("This person belongs to the team again already."))
    mine.ends_on = None
    mine.save(update_fields=["ends_on"])
    return mine


def refuse_same_name(name: str, but: Team | None = None) -> None:
    same = Team.objects.filter(name__iexact=name, ended_on=None)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise RuleBroken(_("There is already one with this name."))
