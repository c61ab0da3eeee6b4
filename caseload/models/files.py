"""What one page says of a client, in one query: how to reach them, who is involved, whom they know."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.models import User
from caseload.models.clients import (
    Client,
    ClientLink,
    ClientQuerySet,
    ContactChannel,
    InvolvedPerson,
)
from core.sight import opened_by

CHANNEL = ("id", "kind", "value", "consented_on", "note")
INVOLVED = ("id", "name", "kind", "authority", "consent_to_share_on", "told", "told_by_when")


def for_page(clients: ClientQuerySet, user: User) -> ClientQuerySet:
    """Return `clients`, already scoped, with what `reach`, `involved_of` and `known_to` read.

    `may_act`: `user` acts in the work; `is_clinical`: `user` may read the work.
    """
    return clients.annotate(
        may_act=opened_by("own_clients_of", "pk", user),
        is_clinical=opened_by("clinical_clients_of", "pk", user),
        channels_said=said(ContactChannel, CHANNEL, Q(client=OuterRef("pk"))),
        involved_said=said(InvolvedPerson, INVOLVED, Q(client=OuterRef("pk"))),
        links_said=links("client", "other", user),
        links_back_said=links("other", "client", user),
    )


def said(model: type[models.Model], names: tuple[str, ...], mine: Q) -> ArraySubquery:
    """Return the rows of `model` as an array of objects with these columns."""
    rows = model._default_manager.filter(mine).order_by("kind", "pk")
    return ArraySubquery(rows.values(said=JSONObject(**{name: name for name in names})))


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


def rows_of(model: type[models.Model], objects: list[dict[str, Any]]) -> list[Any]:
    """Return what `said` gave as instances; columns that were not asked for are deferred.

    `from_db` wants the values in the order of the table, and an object keeps none.
    """
    columns = model._meta.concrete_fields
    rows = []
    for one in objects:
        known = [field for field in columns if field.name in one]
        values = [field.to_python(one[field.name]) for field in known]
        rows.append(model.from_db(None, [field.attname for field in known], values))
    return rows


def reach(client: Client) -> list[ContactChannel]:
    return rows_of(ContactChannel, client.channels_said)  # type: ignore[attr-defined]


def involved_of(client: Client) -> list[InvolvedPerson]:
    return rows_of(InvolvedPerson, client.involved_said)  # type: ignore[attr-defined]


def known_to(client: Client) -> list[tuple[Client, str, str]]:
    """Return those whom the client knows: the person, how, and the key of the link."""
    found = [*client.links_said, *client.links_back_said]  # type: ignore[attr-defined]
    return [(person_of(one), one["how"], one["link"]) for one in found]


def person_of(said: dict[str, Any]) -> Client:
    return Client(id=said["id"], code=said["code"], name=said["name"], known_as=said["known_as"])
