"""A marker in every personal and clinical field of a practice, found again by what came out of it.

Which fields those are is read off the models, so that a field of tomorrow is among them by itself: every text
of every model but those of `NOT_ABOUT_PEOPLE`, less choices, digests and what `NOT_PERSONAL` names.
"""

import itertools
import json
from collections.abc import Iterator
from uuid import uuid4

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, models, transaction
from factory.django import DjangoModelFactory

from caseload.models import ImportRun
from core.clock import now, today
from core.sealed import SealedTextField
from tests.accounts import factories as accounts_factories
from tests.caseload import factories as caseload_factories
from tests.endings import factories as endings_factories
from tests.referrals import factories as referrals_factories
from tests.roles import as_owner

FACTORIES = (accounts_factories, caseload_factories, endings_factories, referrals_factories)
OURS = ("accounts", "caseload", "referrals", "endings", "reminders")
SHORTEST = 9  # letters of a marker: a shorter field holds a code

# The directory is public, the practice and its rooms name themselves, people of the practice sign their mails.
NOT_ABOUT_PEOPLE = {
    "accounts": {
        *("Attempt", "Device", "FactorSecret", "FormToken", "HistoryLine", "Practice"),
        *("Seal", "Site", "Team", "User"),
    },
    "caseload": {"ClosedDay", "ImportIssue", "Room"},
    "referrals": {
        *("Address", "Attribute", "Contact", "Correction", "CostOption", "DirectoryChange"),
        *("DirectoryImport", "DirectoryIssue", "DirectoryObject", "Language", "LocalOverlay"),
        *("Location", "OrganizationIdentifier", "PutAside", "ServiceArea", "ServiceCapacity"),
        *("Taxonomy", "TaxonomyTerm", "Unit"),
        *("NewClients", "Organization", "Phone", "Schedule", "SearchEntry", "Service"),
        *("ServiceAtLocation", "Source", "Verification"),
    },
    "reminders": {
        *("CalendarFeed", "Examination", "FeedRead", "HandedOn", "Message", "Reminder", "Tick")
    },
    "endings": set(),
}
# Texts that hold a key of ours and no person's words.
NOT_PERSONAL = {
    "accounts.Draft.form": "the name of a form",
    "accounts.Backup.said": "what a backup program said of itself; it stands on the operations page",
    "accounts.Job.kind": "the name of a kind of work",
    "caseload.ImportRun.source": "chosen by the keeper for a file; a note says not to name anybody",
    "caseload.ImportedFrom.source": "the same",
    "caseload.ImportedFrom.source_type": "a FHIR type",
    "caseload.ImportedFrom.object_type": "a model",
    "caseload.ImportedFrom.content_hash": "a digest",
    "caseload.ReadLog.page": "the name of a page",
}


def is_personal(field: models.Field) -> bool:
    """Say whether a person's words may stand in a field."""
    text = isinstance(field, (models.CharField, models.TextField))
    named = f"{field.model._meta.label}.{field.name}" in NOT_PERSONAL
    short = field.max_length is not None and field.max_length < SHORTEST
    made = field.name.endswith("_digest") or field.primary_key or not field.editable
    inside = isinstance(field, ArrayField)
    return text and not (named or short or made or inside or field.choices)


def personal_fields() -> Iterator[models.Field]:
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            history = hasattr(model, "pgh_tracked_model")
            if not history and model.__name__ not in NOT_ABOUT_PEOPLE[label]:
                yield from filter(is_personal, model._meta.local_fields)


def one_of_everything() -> None:
    """Let a factory make a row of each model that has none yet, and make up what has no factory."""
    for module in FACTORIES:
        for made in vars(module).values():
            a_factory = isinstance(made, type) and issubclass(made, DjangoModelFactory)
            model = made._meta.model if a_factory else None
            if model is not None and not exists(model):
                made.create()
    with as_owner():
        for field in personal_fields():
            if not exists(field.model):
                make_up(field.model)
        # What a row came from is in force: a preview brings nothing, and can be discarded.
        ImportRun.objects.exclude(imported=None).update(state=ImportRun.State.APPLIED)


def make_up(model: type[models.Model]) -> None:
    """Save a row with the least that its columns ask for; what a law forbids stays away and is reported."""
    asked = [
        field for field in model._meta.local_fields if not field.null and not field.has_default()
    ]
    try:
        with transaction.atomic():
            model(**{field.name: made_up(field) for field in asked}).save()
    except DatabaseError:
        return


def made_up(field: models.Field) -> object:
    if isinstance(field, models.ForeignKey):
        return field.related_model._base_manager.first()
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.DateTimeField):
        return now()
    if isinstance(field, models.DateField):
        return today()
    if isinstance(field, models.IntegerField):
        return 1
    if isinstance(field, models.BinaryField):
        return b""
    return field.choices[0][0] if field.choices else ""


def exists(model: type[models.Model]) -> bool:
    with as_owner():
        return model._base_manager.exists()


class Canaries:
    """The markers of one practice, by their text."""

    def __init__(self) -> None:
        self.field_of: dict[str, str] = {}
        self.refused: set[str] = set()
        self.without_row: set[str] = set()
        self.numbers = itertools.count(1)

    def put(self) -> None:
        """Write a marker into every personal field of every row; remember what a constraint refused."""
        with as_owner():
            for field in personal_fields():
                name = f"{field.model._meta.label}.{field.name}"
                rows = list(field.model._base_manager.all())
                if not rows:
                    self.without_row.add(name)
                for row in rows:
                    self.put_into(field, name, row)

    def put_into(self, field: models.Field, name: str, row: models.Model) -> None:
        marker = f"Zwx{next(self.numbers):05d}q"
        try:
            with transaction.atomic():
                write(field, row, marker)
        except DatabaseError:
            self.refused.add(name)
        else:
            self.field_of[marker.casefold()] = name

    def in_text(self, *texts: object) -> set[str]:
        """Return the fields whose markers stand in any of the texts."""
        said = " ".join(map(str, texts)).casefold()
        if "zwx" not in said:
            return set()
        return {name for marker, name in self.field_of.items() if marker in said}


# Sealed texts that hold several answers: a marker stands in one of them.
SHAPED = {"endings.StepRecord.answers": "agreed"}


def write(field: models.Field, row: models.Model, marker: str) -> None:
    if isinstance(field, SealedTextField):
        shaped = SHAPED.get(f"{field.model._meta.label}.{field.name}")
        setattr(row, field.name, json.dumps({shaped: marker}) if shaped else marker)
        row.save(update_fields=[field.name, f"{field.name}_digest"])
    else:
        type(row)._base_manager.filter(pk=row.pk).update(**{field.name: marker})
