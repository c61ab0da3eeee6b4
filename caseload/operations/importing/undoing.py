"""Taking an import back: what it made goes, what it changed becomes what it was, or nothing happens."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import RoleHeld, Site, User
from caseload.models import (
    Assignment,
    Booking,
    Client,
    Commitment,
    ContactChannel,
    Episode,
    Goal,
    ImportedFrom,
    ImportRun,
    Participation,
    Session,
)
from caseload.operations.importing.goals import GoalsWriter
from caseload.operations.importing.known import BATCH, Facts, batches, kept, plain
from caseload.operations.importing.people import ClientsWriter, PeopleWriter, SitesWriter
from caseload.operations.importing.sessions import SessionsWriter
from caseload.operations.importing.work import AssignmentDates, EpisodeDays
from core.errors import RuleBroken

WRITERS: Final[dict[str, Any]] = {
    "practitioner": PeopleWriter,
    "organization": SitesWriter,
    "patient": ClientsWriter,
    "episode": EpisodeDays,
    "assignment": AssignmentDates,
    "session": SessionsWriter,
    "goal": GoalsWriter,
}
# In this order nothing is deleted while something else still refers to it.
DELETED: Final = (Session, Goal, Assignment, Episode, Client, User, Site)
# What goes with the row it belongs to; whether a person has changed it is seen in the row's own facts.
OWN: Final = {RoleHeld, Booking, Commitment, ContactChannel, Participation}


class TouchedSince(RuleBroken):
    """An import cannot be taken back, because people have worked with what it brought.

    `codes` are the reference codes of the clients it is about, as far as it is about clients.
    """

    def __init__(self, codes: Sequence[str], others: int) -> None:
        self.codes, self.others = sorted(codes), others
        super().__init__("touched")

    def __str__(self) -> str:
        if not self.codes:
            return _("People have worked with what this import brought. It stays as it is.")
        said = ngettext(
            "People have worked with %(count)s client of this import since: %(codes)s. It stays as it is.",
            "People have worked with %(count)s clients of this import since: %(codes)s. It stays as it is.",
            len(self.codes),
        )
        named = ", ".join(self.codes[:20]) + (" …" if len(self.codes) > 20 else "")
        return said % {"count": len(self.codes), "codes": named}


class Undoing:
    """Takes one run back. `made` and `changed` hold its memories by what they are about.

    `watch` hears how many of all rows are compared or removed, and may raise to stop it.
    """

    def __init__(self, run: ImportRun, watch: Callable[[int, int], None]) -> None:
        self.run, self.watch, self.done, self.total = run, watch, 0, 0
        self.made: dict[str, list[ImportedFrom]] = defaultdict(list)
        self.changed: dict[str, list[tuple[ImportedFrom, Facts]]] = defaultdict(list)
        self.fresh: dict[type[models.Model], set[UUID]] = defaultdict(set)
        for row in ImportedFrom.objects.filter(run=run).iterator(chunk_size=BATCH):
            self.sort(row)

    def sort(self, row: ImportedFrom) -> None:
        told = kept(row)
        if "hash" in told:
            self.changed[row.source_type].append((row, told))
            return
        self.made[row.source_type].append(row)
        if row.source_type in WRITERS and not told.get("found"):
            self.fresh[WRITERS[row.source_type].model].add(row.object_id)

    def went_on(self, rows: int) -> None:
        self.done += rows
        self.watch(self.done, self.total)

    def take_back(self) -> None:
        """Delete what is new and restore what was changed; raises `TouchedSince` and changes nothing."""
        remembered = sum(len(rows) for rows in self.made.values())
        remembered += sum(len(rows) for rows in self.changed.values())
        self.total = remembered + sum(len(keys) for keys in self.fresh.values())
        touched = [*self.touched_facts(), *self.referred_to()]
        if touched:
            raise TouchedSince(*codes_of(touched))
        for source_type, rows in self.changed.items():
            self.restore(source_type, rows)
        Participation.objects.filter(episode__in=self.fresh[Episode]).delete()
        for model in DELETED:
            for batch in batches(self.fresh[model]):
                delete(model, batch)
                self.went_on(len(batch))
        ImportedFrom.objects.filter(
            pk__in=[row.pk for rows in self.made.values() for row in rows]
        ).delete()

    def touched_facts(self) -> Iterable[models.Model]:
        """Yield rows that no longer say what this import wrote."""
        for source_type, writer in WRITERS.items():
            wrote = {row.object_id: kept(row).get("wrote") for row in self.made[source_type]}
            wrote |= {row.object_id: told["wrote"] for row, told in self.changed[source_type]}
            wrote = {key: facts for key, facts in wrote.items() if facts is not None}
            for batch in batches(wrote):
                self.went_on(len(batch))
                rows = list(writer.model._default_manager.in_bulk(batch).values())
                standing = zip(rows, writer.now(rows), strict=True)
                yield from (row for row, facts in standing if plain(facts) != wrote[row.pk])

    def referred_to(self) -> Iterable[models.Model]:
        """Yield rows of this import to which something points that this import did not make."""
        for model in DELETED:
            for relation in model._meta.get_fields(include_hidden=True):
                if relation.auto_created and not relation.concrete and self.counts(relation):
                    yield from self.pointed_at(model, relation)

    def counts(self, relation: Any) -> bool:
        """Say whether a relation comes from a row that a person makes: not from history, not from parts.

        History and read log outlive what they are about, so that reading alone holds nothing up.
        """
        other = relation.related_model
        is_history = other._meta.app_label == "pghistory" or hasattr(other, "pgh_tracked_model")
        outlives = relation.field.remote_field.on_delete is models.DO_NOTHING
        return other not in OWN and not is_history and not outlives

    def pointed_at(self, model: type[models.Model], relation: Any) -> Iterable[models.Model]:
        other, name = relation.related_model, relation.field.name
        for batch in batches(self.fresh[model]):
            strange = other._base_manager.filter(**{f"{name}__in": batch}).exclude(
                pk__in=self.fresh[other]
            )
            keys = set(strange.order_by().values_list(f"{name}_id", flat=True))
            yield from model._default_manager.filter(pk__in=keys)

    def restore(self, source_type: str, rows: Sequence[tuple[ImportedFrom, Facts]]) -> None:
        """Let rows say again what they said before, and remember them as they were then."""
        writer = WRITERS.get(source_type)
        if writer:
            standing = writer.model._default_manager.in_bulk([row.object_id for row, _told in rows])
            was = {row.object_id: told["was"] for row, told in rows}
            writer.put(
                list(standing.values()), [parsed(writer.model, was[key]) for key in standing]
            )
        for row, told in rows:
            row.content_hash, row.run_id = told["hash"], told["run"]
            row.before = json.dumps({"wrote": told["was"]})
            row.save()


def delete(model: type[models.Model], keys: Sequence[UUID]) -> None:
    """Delete rows with what goes with them. Nothing else points at them, so that nothing else is asked:

    Django would read whole rows of every table that could, and the worker may not.
    """
    for relation in model._meta.related_objects:
        if relation.related_model in OWN:
            own = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": keys}
            )
            own._raw_delete(own.db)
    rows = model._base_manager.filter(pk__in=keys)
    rows._raw_delete(rows.db)


def parsed(model: type[models.Model], facts: Facts) -> Facts:
    """Return facts from JSON as the columns take them."""
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return {
        name: columns[name].to_python(value) if name in columns else value
        for name, value in facts.items()
    }


def codes_of(rows: Iterable[models.Model]) -> tuple[list[str], int]:
    """Return the codes of the clients that rows are about, and how many rows are about no client."""
    by_model: dict[type[models.Model], set[UUID]] = defaultdict(set)
    for row in rows:
        by_model[type(row)].add(row.pk)
    episodes = by_model[Episode].union(
        *(
            model._default_manager.filter(pk__in=by_model[model]).values_list(
                "episode_id", flat=True
            )
            for model in (Assignment, Session, Goal)
        )
    )
    clients = Client.objects.filter(
        models.Q(pk__in=by_model[Client]) | models.Q(participations__episode__in=episodes)
    )
    others = len(by_model[User]) + len(by_model[Site])
    return list(clients.distinct().values_list("code", flat=True)), others
