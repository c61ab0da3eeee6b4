"""Who takes part in the work with a couple, a family or a group: joins, leaves, comes again."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Client, Episode, Participation
from core.errors import RuleBroken


@transaction.atomic
def let_take_part(*, episode: Episode, client: Client, by: User, on: date) -> Participation:
    """Let somebody who is known here take part from `on`; their own work beside it stays as it is.

    Raises RuleBroken for work with one person and for somebody who takes part already.
    """
    mine = under_lock(episode, by)
    if mine.kind == Episode.Kind.INDIVIDUAL:
        raise RuleBroken(_("This is work with one person."))
    known = Client.objects.takeable_by(by).get(pk=client.pk)
    before = mine.participations.filter(client=known).order_by("-joined_on").first()
    if before is None:
        return Participation.objects.create(episode=mine, client=known, joined_on=on)
    if before.left_on is None:
        raise RuleBroken(_("This person takes part already."))
    if before.left_on < on:
        return Participation.objects.create(episode=mine, client=known, joined_on=on)
    return go_on(before)


@transaction.atomic
def leave_episode(*, part: Participation, on: date, by: User) -> Participation:
    """Let somebody take part no longer; `on` is their last day. The others go on.

    Raises RuleBroken for whoever would leave last (their work ends by an ending) and for a day before they joined.
    """
    mine = part_under_lock(part, by)
    if mine.left_on is not None:
        raise RuleBroken(_("This person has left already."))
    if on < mine.joined_on:
        raise RuleBroken(_("The last day lies before the first."))
    staying = mine.episode.participations.filter(left_on=None).exclude(pk=mine.pk)
    if not staying.exists():
        raise RuleBroken(
            _("The last one does not leave: the work comes to an end, told in person.")
        )
    mine.left_on = on
    mine.save(update_fields=["left_on"])
    return mine


@transaction.atomic
def stay_in_episode(*, part: Participation, by: User) -> Participation:
    """Undo a leaving: the part goes on as if it had not ended. Raises RuleBroken where they came again since."""
    mine = part_under_lock(part, by)
    if mine.episode.participations.filter(client=mine.client_id, left_on=None).exists():
        raise RuleBroken(_("This person takes part already."))
    return go_on(mine)


def go_on(part: Participation) -> Participation:
    part.left_on = None
    part.save(update_fields=["left_on"])
    return part


def under_lock(episode: Episode, by: User) -> Episode:
    """Return an episode that is still open, locked; raises Episode.DoesNotExist for who does not work on it."""
    mine = Episode.objects.editable_by(by).select_for_update(of=("self",)).get(pk=episode.pk)
    if mine.closed_on is not None:
        raise RuleBroken(_("This work has ended."))
    return mine


def part_under_lock(part: Participation, by: User) -> Participation:
    rows = Participation.objects.editable_by(by).select_related("episode")
    mine: Participation = rows.get(pk=part.pk)
    under_lock(mine.episode, by)
    return mine
