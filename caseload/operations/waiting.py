"""People who wait, each with a named person and the day of the next contact (R25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Client, WaitingEntry, roads
from caseload.operations.clients import Channel, Details, write
from core.actor import acting
from core.errors import RuleBroken


@dataclass(frozen=True)
class Wish:
    """What somebody waits for, who is there for them meanwhile, and when they next hear from us."""

    named_person: User
    next_contact_on: date
    needs: str = ""
    times: str = ""


@transaction.atomic
def add_waiting(
    *, details: Details, channels: Sequence[Channel], wish: Wish, by: User, on: date
) -> WaitingEntry:
    """Put somebody new on the waiting list, with the ways to reach them."""
    refuse_past(wish.next_contact_on, on)
    client = Client(registered_on=on)
    entry = WaitingEntry.objects.create(client=client, since=on, **vars(wish))
    with acting(wish.named_person):  # to whom the file is open from now on
        write(client, details)
        for channel in channels:
            client.channels.create(**vars(channel))
    return entry


@transaction.atomic
def change_waiting(*, entry: WaitingEntry, wish: Wish, by: User, on: date) -> WaitingEntry:
    """Change needs, times, the named person or the next contact of somebody who waits.

    Raises RuleBroken for who names themselves where a colleague works with this client, or did: being named
    opens the way to that work, and nobody opens it to themselves.
    """
    refuse_past(wish.next_contact_on, on)
    mine = under_lock(entry, by)
    is_new_here = wish.named_person == by and mine.named_person_id != by.pk
    if is_new_here and others_name_for(mine.client_id):
        raise RuleBroken(_("Somebody else has to name you here."))
    for name, value in vars(wish).items():
        setattr(mine, name, value)
    mine.save(update_fields=list(vars(wish)))
    return mine


@transaction.atomic
def record_contact(
    *, entry: WaitingEntry, next_contact_on: date, by: User, on: date
) -> WaitingEntry:
    """Somebody was spoken to: the next contact is another day. Nobody waits without one (R25)."""
    refuse_past(next_contact_on, on)
    mine = under_lock(entry, by)
    mine.next_contact_on = next_contact_on
    mine.save(update_fields=["next_contact_on"])
    return mine


@transaction.atomic
def end_waiting(*, entry: WaitingEntry, why: str, by: User, on: date) -> WaitingEntry:
    """Somebody waits no longer; why is kept."""
    mine = under_lock(entry, by)
    mine.ended_on, mine.ended_why = on, why
    mine.save(update_fields=["ended_on", "ended_why"])
    return mine


def others_name_for(client: UUID) -> bool:
    """Say whether naming themselves would open a colleague's client to whoever is acting."""
    with connection.cursor() as cursor:
        cursor.execute("select sight.others_name_for(%s)", [client])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def let_wait_again(*, entry: UUID, by: User) -> None:
    """Take back that somebody waits no longer, within two weeks; since, needs and named person are as they were.

    Raises WaitingEntry.DoesNotExist for one that is not among `waited_lately`: somebody else's, taken in, or waiting.
    """
    if not roads.let_wait_again(entry):
        raise WaitingEntry.DoesNotExist


def under_lock(entry: WaitingEntry, by: User) -> WaitingEntry:
    """Return an entry that is still open, locked; raises WaitingEntry.DoesNotExist for who may not see it."""
    mine: WaitingEntry = (
        WaitingEntry.objects.editable_by(by).select_for_update(of=("self",)).get(pk=entry.pk)
    )
    if mine.ended_on is not None:
        raise RuleBroken(_("This person waits no longer."))
    return mine


def refuse_past(next_contact_on: date, on: date) -> None:
    if next_contact_on < on:
        raise RuleBroken(_("The next contact lies in the past."))
