"""What one page says of a client: the file in one query, the work in another.

Rows that hang below are read as arrays of objects, because a page may ask twelve questions and no more.
"""

from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from accounts.models import User
from caseload.models.clients import (
    Client,
    ClientLink,
    ClientQuerySet,
    ContactChannel,
    InvolvedPerson,
)
from caseload.models.episodes import (
    Assignment,
    AssignmentQuerySet,
    Break,
    Cadence,
    Participation,
)
from caseload.models.sessions import Session
from caseload.models.work import Commitment
from core.rows import rows_of, said
from core.sight import opened_by

CHANNEL = ("id", "kind", "value", "consented_on", "note")
INVOLVED = (
    *("id", "name", "kind", "authority", "consent_to_share_on", "told", "told_by_when"),
    *("to_tell", "never_tell"),
)
RHYTHM = ("id", "weekday", "starts_at", "every_weeks")
PAUSE = ("id", "starts_on", "ends_on", "contact_on")
SESSION = ("id", "starts_at", "ends_at", "mode", "state")
JOINED = ("id", "code", "name", "known_as", "born_on", "safe_to_contact", "safe_address")
WEIGHT = ("id", "points", "reason")
PART = ("id", "client_id", "joined_on", "left_on")
SESSIONS_SHOWN = 4


def for_page(clients: ClientQuerySet, user: User) -> ClientQuerySet:
    """Return `clients`, already scoped, with what `reach`, `involved_of` and `known_to` read.

    `may_act`: `user` acts in the work; `is_clinical`: `user` may read the work.
    """
    return clients.annotate(
        may_act=opened_by("own_clients_of", "pk", user),
        is_clinical=opened_by("clinical_clients_of", "pk", user),
        channels_said=said(of_it(ContactChannel).order_by("kind", "pk"), CHANNEL),
        involved_said=said(of_it(InvolvedPerson).order_by("kind", "pk"), INVOLVED),
        joined_said=said(Client.objects.filter(joined_to=OuterRef("pk")).by_name(), JOINED),
        links_said=links("client", "other", user),
        links_back_said=links("other", "client", user),
    )


def works_for_page(works: AssignmentQuerySet, at: datetime, day: date) -> AssignmentQuerySet:
    """Return `works`, already scoped, with what `rhythm_of`, `coming_of` and `past_of` read.

    The rhythm of `day`; the break of it, or the next one; the next and the last few sessions from `at`.
    """
    sessions = Session.objects.filter(assignment=OuterRef("pk"))
    coming = sessions.planned().filter(ends_at__gt=at).in_order()
    past = sessions.filter(ends_at__lte=at).order_by("-starts_at", "pk")
    running = Cadence.objects.on(day).filter(assignment=OuterRef("pk"))
    pauses = Break.objects.filter(assignment=OuterRef("pk"), ends_on__gte=day).order_by("starts_on")
    weights = Commitment.objects.on(day).filter(
        assignment=OuterRef("pk"), kind=Commitment.Kind.WEIGHT
    )
    parts = Participation.objects.filter(episode=OuterRef("episode")).order_by("joined_on", "pk")
    return works.annotate(
        weight_said=said(weights, WEIGHT),
        parts_said=said(parts, PART, client=("code", "name", "known_as")),
        rhythm_said=said(running, RHYTHM),
        pause_said=said(pauses[:1], PAUSE),
        coming_said=said(coming[:SESSIONS_SHOWN], SESSION, room=("name",)),
        past_said=said(past[:SESSIONS_SHOWN], SESSION, room=("name",)),
    )


def of_it(model: type[models.Model]) -> Any:
    """Return the rows of `model` that belong to the client of the outer query."""
    return model._default_manager.filter(client=OuterRef("pk"))


def links(here: str, there: str, user: User) -> ArraySubquery:
    """Return whom a client knows, of those whom `user` may know of."""
    rows = ClientLink.objects.visible_to(user).filter(**{here: OuterRef("pk")}).order_by("pk")
    return ArraySubquery(
        rows.values(
            said=JSONObject(
                link="id",
                how="how",
                id=f"{there}_id",
                code=f"{there}__code",
                name=f"{there}__name",
                known_as=f"{there}__known_as",
            )
        )
    )


def reach(client: Client) -> list[ContactChannel]:
    return rows_of(ContactChannel, client.channels_said)  # type: ignore[attr-defined]


def joined_of(client: Client) -> list[Client]:
    """Return second files of the same person, as they were when their rows moved here."""
    return rows_of(Client, client.joined_said)  # type: ignore[attr-defined]


def involved_of(client: Client) -> list[InvolvedPerson]:
    return rows_of(InvolvedPerson, client.involved_said)  # type: ignore[attr-defined]


def known_to(client: Client) -> list[tuple[Client, str, str]]:
    """Return those whom the client knows: the person, how, and the key of the link."""
    found = [*client.links_said, *client.links_back_said]  # type: ignore[attr-defined]
    return [(person_of(one), one["how"], one["link"]) for one in found]


def rhythm_of(work: Assignment) -> str:
    """Return the rhythm of the work in words, or nothing."""
    running = rows_of(Cadence, work.rhythm_said)  # type: ignore[attr-defined]
    return running[0].in_words if running else ""


def pause_of(work: Assignment) -> Break | None:
    """Return the break that is, or comes next."""
    found: list[Break] = rows_of(Break, work.pause_said)  # type: ignore[attr-defined]
    return found[0] if found else None


def weight_of(work: Assignment) -> Commitment | None:
    """Return how heavy the work weighs on the day, with its reason."""
    found: list[Commitment] = rows_of(Commitment, work.weight_said)  # type: ignore[attr-defined]
    return found[0] if found else None


def parts_of(work: Assignment) -> list[Participation]:
    """Return everybody who takes part, or did, each with the client."""
    return rows_of(Participation, work.parts_said)  # type: ignore[attr-defined]


def coming_of(work: Assignment) -> list[Session]:
    """Return the next few sessions, the nearest first."""
    return rows_of(Session, work.coming_said)  # type: ignore[attr-defined]


def past_of(work: Assignment) -> list[Session]:
    """Return the last few sessions, the latest first."""
    return rows_of(Session, work.past_said)  # type: ignore[attr-defined]


def person_of(said: dict[str, Any]) -> Client:
    return Client(id=said["id"], code=said["code"], name=said["name"], known_as=said["known_as"])
