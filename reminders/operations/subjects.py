"""Whom or what a reminder is about, in words, as far as the reader may see it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from caseload.models import Break, Client, FileRequest, WaitingEntry
from endings.models import Ending, Review
from referrals.models import FollowUp, Service
from reminders.occasions import Occasion
from reminders.rule import Rows
from reminders.rules import ROWS_OF


@dataclass(frozen=True)
class Subject:
    """What a line says of it. `url`: where it is looked at by somebody who does not do it themselves."""

    called: str
    code: str = ""
    url: str = ""


Read = Callable[[User, Sequence[UUID]], Iterable[tuple[UUID, Subject]]]


def subjects_of(person: User, wanted: Iterable[tuple[Occasion | str, UUID]]) -> dict[UUID, Subject]:
    """Return what `person` may see of what `wanted` names, by its key; one query for each kind there is."""
    keys: dict[Rows, list[UUID]] = {}
    for occasion, about in wanted:
        keys.setdefault(ROWS_OF[Occasion(occasion)], []).append(about)
    return {
        key: subject for rows, some in keys.items() for key, subject in READ[rows](person, some)
    }


def of_client(client: Client, url: str = "") -> Subject:
    return Subject(client.called, client.code, url or client.get_absolute_url())


def endings(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    seen = Ending.objects.visible_to(person).filter(pk__in=keys).select_related("client")
    for row in seen.defer("decided", "problems"):
        yield row.pk, of_client(row.client, row.get_absolute_url())


def follow_ups(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    seen = FollowUp.objects.visible_to(person).filter(pk__in=keys)
    for row in seen.select_related("client"):
        yield row.pk, of_client(row.client)


def reviews(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    seen = Review.objects.visible_to(person).filter(pk__in=keys)
    for row in seen.select_related("author"):
        yield row.pk, Subject(f"{row.author.name}: {row.get_kind_display()}")


def entries(_person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    for key, name in Service.objects.filter(pk__in=keys).values_list("pk", "name"):
        yield key, Subject(name)


def waiting(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    seen = WaitingEntry.objects.visible_to(person).filter(pk__in=keys)
    for row in seen.select_related("client"):
        yield row.pk, of_client(row.client, reverse("caseload:waiting"))


def pauses(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    for row in Break.objects.visible_to(person).filter(pk__in=keys).with_who():
        first = next(iter(row.episode.people), None)
        url = first.get_absolute_url() if first else ""
        yield row.pk, Subject(row.episode.called, row.episode.codes, url)


def clients(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    for row in Client.objects.clinical_to(person).filter(pk__in=keys):
        yield row.pk, of_client(row)


def requests(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    for row in FileRequest.objects.visible_to(person).filter(pk__in=keys):
        yield row.pk, Subject(str(row.get_kind_display()), row.code, row.get_absolute_url())


def glasses_opened(person: User, keys: Sequence[UUID]) -> Iterable[tuple[UUID, Subject]]:
    """Name nobody: the page says by whom and whose, to those it concerns."""
    for key in keys:
        yield key, Subject("", "", reverse("caseload:broken_glass", args=[key]))


READ: Mapping[Rows, Read] = {
    Rows.ENDING: endings,
    Rows.FOLLOW_UP: follow_ups,
    Rows.REVIEW: reviews,
    Rows.ENTRY: entries,
    Rows.WAITING: waiting,
    Rows.PAUSE: pauses,
    Rows.RISK: clients,
    Rows.REQUEST: requests,
    Rows.GLASS: glasses_opened,
}


def keys_of(rows: Iterable[Any]) -> list[tuple[str, UUID]]:
    """Return what `subjects_of` takes, from reminders or from what was handed on."""
    return [(row.occasion, row.about) for row in rows]
