"""Imports: what came from where, what was wrong, and how to take a run back."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Job, User
from core.fields import short_text, uuid_key
from core.guard import IMPORTS, Guard, either, holding, through
from core.sealed import SealedTextField


class ImportRun(models.Model):
    """One import of people, history and planned appointments."""

    class Kind(models.TextChoices):
        FHIR = "fhir", _("FHIR R4")
        CSV = "csv", _("Spreadsheet")

    class State(models.TextChoices):
        PREVIEW = "preview", pgettext_lazy("import.state", "Preview")
        APPLIED = "applied", pgettext_lazy("import.state", "Applied")
        UNDONE = "undone", pgettext_lazy("import.state", "Taken back")
        FAILED = "failed", pgettext_lazy("import.state", "Failed")

    guard = Guard(
        read=either(
            holding("records_keeper"),
            "exists (select from caseload_importedfrom f where f.run_id = caseload_importrun.id)",
        ),
        write=holding("records_keeper"),
        worker=IMPORTS,
        because="who works with what it brought knows from where",
    )

    id = uuid_key()
    kind = models.CharField(max_length=5, choices=Kind)
    source = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    started_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    upload = short_text(200)
    mapping = models.JSONField(default=dict, blank=True)
    weeks_shifted = models.IntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"Import {self.pk}"


class ImportIssue(models.Model):
    """One row that could not be taken as it was, with file, line and reason."""

    guard = Guard(read=holding("records_keeper"), write=holding("records_keeper"), worker=IMPORTS)

    id = uuid_key()
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="issues")
    file = short_text(200)
    line = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    is_rejected = models.BooleanField(default=True)

    class Meta:
        ordering = ["file", "line"]

    def __str__(self) -> str:
        return f"{self.code} at line {self.line}"


class ImportedFrom(models.Model):
    """Where a row came from, so that a second run knows it again."""

    guard = Guard(
        read=through("object_id", "own_assignments"),
        worker=IMPORTS,
        because="what a sheet told of one’s own work; written by the worker",
    )

    id = uuid_key()
    source = models.CharField(max_length=120)
    source_type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="imported")
    before = SealedTextField()

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id"])]
        constraints = [
            UniqueConstraint(
                fields=["source", "source_type", "source_id"], name="a_source_row_is_known_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_type} {self.pk}"
