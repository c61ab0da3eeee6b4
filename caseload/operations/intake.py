"""Taking somebody in: who they may be already, whose work it becomes, and from where they come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role, Supervision, User
from caseload.models import Assignment, Client, Episode, WaitingEntry, roads
from caseload.models.clients import ClientQuerySet
from caseload.operations.clients import Channel, Details, Work, open_work, write
from core.actor import acting
from core.errors import RuleBroken
from core.names import folded

MOST_SHOWN = 5


@dataclass(frozen=True)
class Begun:
    """What begins: the work, with whom, led by whom, and how heavy and why."""

    work: Work
    therapist: User
    reason: str = ""
    channels: Sequence[Channel] = field(default_factory=tuple)


def namesakes(details: Details, by: User) -> list[Client]:
    """Return those whom `by` may know of and who may be the same person: by name, or by birth and a part of it.

    Each says whether `by` may begin work with them (`may_begin`).
    Somebody whom `by` may not know of is not among them: that they come here is confidential.
    """
    names = [details.name, details.known_as]
    same = Q()
    for name in filter(None, names):
        same |= Q(name__unaccent__iexact=name) | Q(known_as__unaccent__iexact=name)
    first = folded(details.name).split(" ")[0] if details.name else ""
    if details.born_on and first:
        same |= Q(born_on=details.born_on) & Q(name__unaccent__icontains=first)
    visible: ClientQuerySet = Client.objects.visible_to(by).with_rights_of(by)
    return list(visible.filter(same).by_name()[:MOST_SHOWN]) if same else []


def who_may_lead(by: User, on: date) -> list[User]:
    """Return to whom `by` may give new work: oneself as a therapist, and whom one leads."""
    led = Supervision.objects.leading_on(on).filter(supervisor=by)
    mine = Q(pk=by.pk) | Q(pk__in=led.values("supervisee"))
    working = User.objects.who_work_here().in_role(Role.THERAPIST)
    return list(working.filter(mine).by_name())


@transaction.atomic
def take_in(*, details: Details, begun: Begun, by: User, on: date) -> Assignment:
    """Take somebody new in: client, ways to reach them, episode, therapist, weight in the load (R17)."""
    client = Client(registered_on=on)
    work = begin(clients=[client], begun=begun, by=by, on=on)
    with acting(begun.therapist):
        write(client, details)
        for channel in begun.channels:
            client.channels.create(**vars(channel))
    return work


@transaction.atomic
def begin_work(
    *,
    clients: Sequence[Client],
    begun: Begun,
    by: User,
    on: date,
    waiting: WaitingEntry | None = None,
) -> Assignment:
    """Begin work with people who are known here: a return, a couple beside an individual episode, a waiting one.

    A return points back to the last closed episode of the same people. Waiting ends with it.
    Raises RuleBroken where two or more were chosen for individual work, and for people whom `by` only knows of:
    to begin work is to be given sight, and nobody gives that to themselves.
    """
    known = list(Client.objects.takeable_by(by).filter(pk__in=[one.pk for one in clients]))
    if len(known) < len(clients):
        raise RuleBroken(_("You know of this person, and do not work with them."))
    refuse_odd_numbers(begun.work.kind, len(known))
    # the entry is what opens the file to `by`: it ends once the work is there
    begun_work = begin(clients=known, begun=begun, by=by, on=on, returns_to=last_of(known))
    if waiting is not None:
        entry = (
            WaitingEntry.objects.editable_by(by).select_for_update(of=("self",)).get(pk=waiting.pk)
        )
        entry.ended_on, entry.ended_why = on, _("Taken in")
        entry.save(update_fields=["ended_on", "ended_why"])
    return begun_work


@transaction.atomic
def take_up_again(*, details: Details, begun: Begun, by: User, on: date) -> Assignment:
    """Take somebody in who was here before and says so: new work in their closed file, which points back.

    The earlier work stays closed to everybody who did not do it. Raises RuleBroken where no closed file has exactly
    this name and date of birth; an open one is never hinted at.
    """
    born_on = details.born_on
    found = roads.former_client(details.name, born_on) if born_on else None
    if born_on is None or found is None:
        raise RuleBroken(_("No closed file has this whole name and date of birth."))
    back = last_of([Client(pk=found)])
    work = begin(clients=[], begun=begun, by=by, on=on, returns_to=back)
    if not roads.let_former_take_part(work.episode_id, details.name, born_on, on):
        raise RuleBroken(_("No closed file has this whole name and date of birth."))
    with acting(begun.therapist):
        client = Client.objects.get(pk=found)
        for channel in begun.channels:
            if not client.channels.filter(kind=channel.kind, value=channel.value).exists():
                client.channels.create(**vars(channel))
    return work


def begin(
    *,
    clients: Sequence[Client],
    begun: Begun,
    by: User,
    on: date,
    returns_to: Episode | None = None,
) -> Assignment:
    if begun.therapist not in who_may_lead(by, on):
        raise RuleBroken(_("Only somebody you lead, or you, can take this on."))
    more = {"reason": begun.reason, "returns_to": returns_to}
    return open_work(clients, begun.work, begun.therapist, on, **more)


def refuse_odd_numbers(kind: str, people: int) -> None:
    if kind == Episode.Kind.INDIVIDUAL and people != 1:
        raise RuleBroken(_("Individual work is with one person."))


def last_of(clients: Sequence[Client]) -> Episode | None:
    """Return the last closed episode of exactly these people: its key alone, because a return points back.

    PostgreSQL finds it also where `by` had no part in it; nothing of that work is opened by it.
    """
    with connection.cursor() as cursor:
        keys = [client.pk for client in clients]
        cursor.execute("select sight.last_closed_episode(%s)", [keys])
        found = cursor.fetchone()[0]
    return Episode(pk=found) if found else None
