"""Who comes: opening a file, its details, who else is involved, who knows whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model, ProtectedError, Q
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import (
    Assignment,
    Client,
    ClientLink,
    Commitment,
    ContactChannel,
    Episode,
    InvolvedPerson,
    Participation,
)
from caseload.models.episodes import Mode
from core.actor import acting
from core.errors import ChangedMeanwhile, RuleBroken

ONE = Decimal(1)


@dataclass(frozen=True)
class Details:
    """What is known of a person, and how they may be reached safely."""

    name: str
    known_as: str = ""
    sort_by: str = ""
    pronouns: str = ""
    born_on: date | None = None
    languages: Sequence[str] = ()
    safe_to_contact: str = ""
    safe_address: str = ""
    what_makes_it_easier: str = ""


@dataclass(frozen=True)
class Work:
    """The work that begins: its kind, how people usually meet, and how heavy it weighs."""

    kind: str = Episode.Kind.INDIVIDUAL
    title: str = ""
    usual_mode: str = Mode.ROOM
    expected_end_on: date | None = None
    weight: Decimal = field(default=ONE)


@transaction.atomic
def open_client(*, details: Details, work: Work, by: User, on: date) -> Assignment:
    """Take somebody in: client, episode, `by` as the one who leads, and the weight in the load (R17)."""
    client = Client(registered_on=on)
    assignment = open_work([client], work, by, on)
    write(client, details)
    return assignment


def open_work(
    clients: Sequence[Client], work: Work, therapist: User, on: date, **more: Any
) -> Assignment:
    """Write the episode of `clients`, who leads it, and its weight in the load.

    `more`: `reason` of the weight, and the episode that this one `returns_to`. Nothing is checked here.
    A new client is written afterwards, in the therapist's name: the work is what opens the file. The work
    itself is given in the name of who acts, who needs a right to (`sight.may_begin_work`).
    """
    episode = Episode.objects.create(
        kind=work.kind, title=work.title, opened_on=on, returns_to=more.get("returns_to")
    )
    Participation.objects.bulk_create(
        Participation(episode=episode, client=client, joined_on=on) for client in clients
    )
    assignment = Assignment.objects.create(
        episode=episode,
        therapist=therapist,
        starts_on=on,
        usual_mode=work.usual_mode,
        expected_end_on=work.expected_end_on,
    )
    with acting(therapist):
        Commitment.objects.create(
            user=therapist,
            kind=Commitment.Kind.WEIGHT,
            points=work.weight,
            starts_on=on,
            assignment=assignment,
            cause=assignment.pk,
            reason=more.get("reason", ""),
        )
    return assignment


@transaction.atomic
def join_episode(*, episode: Episode, details: Details, by: User, on: date) -> Client:
    """Let another person take part in the work with a couple, a family or a group."""
    mine = Episode.objects.editable_by(by).select_for_update(of=("self",)).get(pk=episode.pk)
    if mine.kind == Episode.Kind.INDIVIDUAL:
        raise RuleBroken(_("This is work with one person."))
    return join(mine, details, on)


def join(episode: Episode, details: Details, on: date) -> Client:
    """Let a new client take part; the part comes first, because it is what opens the file to who writes it."""
    client = Client(registered_on=on)
    Participation.objects.create(episode=episode, client=client, joined_on=on)
    write(client, details)
    return client


@transaction.atomic
def change_client(
    *, client: Client, details: Details, by: User, revision: int | None = None
) -> Client:
    """Change what is known of a client; raises ChangedMeanwhile where somebody saved in between."""
    mine = client_under_lock(client, by)
    if revision is not None and revision != mine.revision:
        raise ChangedMeanwhile
    mine.revision += 1
    write(mine, details)
    return mine


def write(client: Client, details: Details) -> None:
    for name, value in vars(details).items():
        setattr(client, name, list(value) if name == "languages" else value)
    client.save()


@dataclass(frozen=True)
class Channel:
    """One way to reach a client; `consented_on` is when they agreed to it, nothing if they did not."""

    kind: str
    value: str
    consented_on: date | None = None
    note: str = ""


@transaction.atomic
def add_channel(*, client: Client, channel: Channel, by: User) -> ContactChannel:
    return ContactChannel.objects.create(client=client_under_lock(client, by), **vars(channel))


@transaction.atomic
def change_channel(*, channel: ContactChannel, to: Channel, by: User) -> ContactChannel:
    """Change a way to reach a client, and whether they agreed to it."""
    mine: ContactChannel = (
        ContactChannel.objects.editable_by(by).select_for_update(of=("self",)).get(pk=channel.pk)
    )
    set_all(mine, vars(to))
    return mine


@transaction.atomic
def remove_channel(*, channel: ContactChannel, by: User) -> None:
    """Remove a way to reach a client; the history keeps what it was."""
    ContactChannel.objects.editable_by(by).get(pk=channel.pk).delete()


@dataclass(frozen=True)
class Involved:
    """Somebody beside the client, and whether they must, may or must never be told."""

    name: str
    kind: str
    authority: str = ""
    consent_to_share_on: date | None = None
    told: str = InvolvedPerson.Told.MAY
    told_by_when: date | None = None
    to_tell: str = ""
    never_tell: str = ""


@transaction.atomic
def add_involved_person(*, client: Client, involved: Involved, by: User) -> InvolvedPerson:
    return InvolvedPerson.objects.create(client=client_under_lock(client, by), **vars(involved))


@transaction.atomic
def change_involved_person(*, person: InvolvedPerson, to: Involved, by: User) -> InvolvedPerson:
    mine: InvolvedPerson = (
        InvolvedPerson.objects.editable_by(by).select_for_update(of=("self",)).get(pk=person.pk)
    )
    set_all(mine, vars(to))
    return mine


@transaction.atomic
def remove_involved_person(*, person: InvolvedPerson, by: User) -> None:
    """Remove somebody who is not involved any more; raises RuleBroken where they were told something."""
    try:
        InvolvedPerson.objects.editable_by(by).get(pk=person.pk).delete()
    except ProtectedError:
        raise RuleBroken(
            _("This person has a part in an ending and stays in the record.")
        ) from None


@transaction.atomic
def link_clients(*, client: Client, other: Client, how: str, by: User) -> ClientLink:
    """Note that two clients know each other: they hear of a departure on the same day (R26)."""
    mine = client_under_lock(client, by)
    theirs = Client.objects.known_by(by).get(pk=other.pk)
    if mine == theirs:
        raise RuleBroken(_("Nobody is linked to themselves."))
    both = Q(client=mine, other=theirs) | Q(client=theirs, other=mine)
    if ClientLink.objects.filter(both).exists():
        raise RuleBroken(_("These two are linked already."))
    return ClientLink.objects.create(client=mine, other=theirs, how=how)


@transaction.atomic
def unlink_clients(*, link: ClientLink, by: User) -> None:
    """Take a link back; whoever works with one of the two may."""
    ClientLink.objects.editable_by(by).get(pk=link.pk).delete()


def client_under_lock(client: Client, by: User) -> Client:
    """Return the client locked, if `by` acts in their work; raises Client.DoesNotExist."""
    return Client.objects.editable_by(by).select_for_update(of=("self",)).get(pk=client.pk)


def set_all(row: Model, values: Mapping[str, object]) -> None:
    """Set and save the columns named in `values`."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
