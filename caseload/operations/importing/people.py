"""Therapists, sites and clients."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, TypeVar

from django.db import models

from accounts.models import Role, RoleHeld, Site, User
from caseload.models import Client, ContactChannel
from caseload.operations.importing.known import BATCH, Facts, Known
from caseload.operations.importing.tally import Tally
from caseload.operations.importing.writing import Writer
from caseload.readers.records import ClientRecord, PersonRecord, SiteRecord
from core.names import folded, sort_key

T = TypeVar("T")


def only(rows: Sequence[T]) -> T | None:
    """Return the one row; where there are several, it is not known who is meant."""
    return rows[0] if len(rows) == 1 else None


class PeopleWriter(Writer[PersonRecord, User]):
    """Therapists. One who is here already under that address, or alone under that name, is meant."""

    model: ClassVar[type[models.Model]] = User
    is_referred_to: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = ("name", "is_active")

    def facts(self, record: PersonRecord) -> Facts:
        return {"name": record.name, "is_active": record.active, "email": record.email}

    def found_here(self, records: Sequence[PersonRecord]) -> dict[str, User]:
        everybody = list(User.objects.exclude(pk__in=self.known.taken("practitioner")))
        by_email = {user.email.lower(): user for user in everybody if user.email}
        by_name: dict[str, list[User]] = defaultdict(list)
        for user in everybody:
            by_name[folded(user.name)].append(user)
        times = Counter(folded(each.name) for each in records)
        found = {}
        for each in records:
            alone = by_name[folded(each.name)] if times[folded(each.name)] == 1 else []
            user = by_email.get(each.email) if each.email else only(alone)
            if user:
                found[each.source_id] = user
        return found

    @classmethod
    def now(cls, rows: Sequence[User]) -> list[Facts]:
        return [
            {"name": row.name, "is_active": row.is_active, "email": row.email or ""} for row in rows
        ]

    def insert(self, rows: Sequence[User], facts: Sequence[Facts]) -> None:
        """Make people who cannot sign in until somebody invites them."""
        for row, told in zip(rows, facts, strict=True):
            row.email = told["email"] or None
            row.sort_key = sort_key(row.name)
            row.set_unusable_password()
        User.objects.bulk_create(rows, batch_size=BATCH)
        RoleHeld.objects.bulk_create([RoleHeld(user=row, role=Role.THERAPIST) for row in rows])

    @classmethod
    def put(cls, rows: Sequence[User], facts: Sequence[Facts]) -> None:
        """Change names and whether somebody works here; an address is changed by an invitation only."""
        for row, told in zip(rows, facts, strict=True):
            row.name, row.is_active = told["name"], told["is_active"]
            told["email"] = row.email or ""
            row.save(update_fields=["name", "sort_key", "is_active"])


class SitesWriter(Writer[SiteRecord, Site]):
    """Places; one of the same name that is here already is meant."""

    model: ClassVar[type[models.Model]] = Site
    columns: ClassVar[tuple[str, ...]] = ("name", "address")

    def facts(self, record: SiteRecord) -> Facts:
        return {"name": record.name, "address": record.address}

    def found_here(self, records: Sequence[SiteRecord]) -> dict[str, Site]:
        names = [each.name for each in records]
        sites = Site.objects.filter(name__in=names).exclude(pk__in=self.known.taken("organization"))
        by_name = {site.name: site for site in sites}
        return {each.source_id: by_name[each.name] for each in records if each.name in by_name}


class ClientsWriter(Writer[ClientRecord, Client]):
    """Clients with their channels. Nobody has consented to anything yet.

    `registered` says since when the files know somebody, moved as they are moved.
    """

    model: ClassVar[type[models.Model]] = Client
    is_referred_to: ClassVar[bool] = True
    columns: ClassVar[tuple[str, ...]] = (
        "name",
        "known_as",
        "pronouns",
        "born_on",
        "died_on",
        "languages",
    )

    def __init__(self, known: Known, tally: Tally, registered: dict[str, date], on: date) -> None:
        super().__init__(known, tally)
        self.registered, self.on = registered, on

    def facts(self, record: ClientRecord) -> Facts:
        told: Facts = {column: getattr(record, column) for column in self.columns}
        channels = sorted([each.kind, each.value, ""] for each in record.channels)
        return {**told, "languages": list(record.languages), "channels": channels}

    @classmethod
    def now(cls, rows: Sequence[Client]) -> list[Facts]:
        """Return columns and channels; a channel with a consent or a note is no longer what was imported."""
        channels: dict[Any, list[list[str]]] = defaultdict(list)
        for each in ContactChannel.objects.filter(client__in=rows):
            told = f"{each.consented_on or ''}{each.note}"
            channels[each.client_id].append([each.kind, each.value, told])
        return [
            {**facts, "channels": sorted(channels[row.pk])}
            for row, facts in zip(rows, super().now(rows), strict=True)
        ]

    def found_here(self, records: Sequence[ClientRecord]) -> dict[str, Client]:
        """Return clients who are here already under our own code, or by the same name and day of birth."""
        codes = [each.source_id for each in records]
        births = {each.born_on for each in records if each.born_on}
        candidates = Client.objects.filter(
            models.Q(code__in=codes) | models.Q(born_on__in=births)
        ).exclude(pk__in=self.known.taken("patient"))
        by_code = {(row.code, folded(row.name)): row for row in candidates}
        by_birth: dict[Any, list[Client]] = defaultdict(list)
        for row in candidates:
            by_birth[row.born_on, folded(row.name)].append(row)
        found = {}
        for each in records:
            name = folded(each.name)
            alone = by_birth[each.born_on, name] if each.born_on else []
            meant = by_code.get((each.source_id, name), only(alone))
            if meant is not None:
                found[each.source_id] = meant
        return found

    def refusal(self, record: ClientRecord, was: Facts, facts: Facts) -> str:
        """Refuse an id that has come to mean somebody else: another name and another birth (R22)."""
        other_name = folded(was["name"]) != folded(facts["name"])
        other_birth = was["born_on"] and facts["born_on"] and was["born_on"] != facts["born_on"]
        return "another_person" if other_name and other_birth else ""

    def insert(self, rows: Sequence[Client], facts: Sequence[Facts]) -> None:
        for row in rows:
            row.sort_key = sort_key(row.name)
        Client.objects.bulk_create(rows, batch_size=BATCH)
        write_channels(zip(rows, facts, strict=True))

    def build(self, record: ClientRecord, facts: Facts) -> Client:
        columns = {column: facts[column] for column in self.columns}
        return Client(**columns, registered_on=self.registered.get(record.source_id, self.on))

    @classmethod
    def put(cls, rows: Sequence[Client], facts: Sequence[Facts]) -> None:
        super().put(rows, facts)
        for row in rows:
            row.sort_key = sort_key(row.sort_by or row.name)
            row.revision += 1
        Client.objects.bulk_update(rows, ["sort_key", "revision"], batch_size=BATCH)
        ContactChannel.objects.filter(client__in=rows).delete()
        write_channels(zip(rows, facts, strict=True))


def write_channels(pairs: Iterable[tuple[Client, Facts]]) -> None:
    ContactChannel.objects.bulk_create(
        [
            ContactChannel(client=row, kind=kind, value=value)
            for row, facts in pairs
            for kind, value, _note in facts["channels"]
        ],
        batch_size=BATCH,
    )
