"""Imports of the directory: what came, what it changes, what was put aside, and what a person has corrected."""

from typing import Final

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Job, User
from core.fields import short_text, uuid_key
from core.history import tracked
from referrals.models.directory import Source
from referrals.models.written import AsWritten

NOTHING: Final = models.Value({}, models.JSONField())


class DirectoryImport(models.Model):
    """One reading of a source: what was new, changed, the same, and what could not be taken.

    `decisions` are an admin's answers to hand-made corrections that the source contradicts, by
    `kind/key/member`: "source" gives the correction up. `headers` are the columns of each table, as they came.
    """

    class State(models.TextChoices):
        PREVIEW = "preview", pgettext_lazy("import.state", "Preview")
        APPLIED = "applied", pgettext_lazy("import.state", "Applied")
        UNDONE = "undone", pgettext_lazy("import.state", "Taken back")
        FAILED = "failed", pgettext_lazy("import.state", "Failed")

    id = uuid_key()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    started_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    job_id = models.UUIDField(
        null=True, blank=True
    )  # no foreign key: this table is open, that one is not
    upload = short_text(200, db_default="")
    mapping = models.JSONField(default=dict, blank=True, db_default=NOTHING)
    decisions = models.JSONField(default=dict, blank=True, db_default=NOTHING)
    headers = models.JSONField(default=dict, blank=True, db_default=NOTHING)
    file_hashes = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"Directory import {self.pk}"

    @property
    def job(self) -> Job | None:
        """The work that is, or was, under way for it; nothing for somebody who may not see it."""
        return Job.objects.filter(pk=self.job_id).first() if self.job_id else None


class DirectoryIssue(models.Model):
    """One row of a source that was not taken as it was, with file, line and reason."""

    class Weight(models.TextChoices):
        NOTED = "noted", pgettext_lazy("import", "Taken, with a remark")
        SKIPPED = "skipped", pgettext_lazy("import", "Skipped")
        REJECTED = "rejected", pgettext_lazy("import", "Put aside")

    id = uuid_key()
    run = models.ForeignKey(DirectoryImport, on_delete=models.CASCADE, related_name="issues")
    file = short_text(200)
    line = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    weight = models.CharField(max_length=8, choices=Weight, default=Weight.NOTED)

    class Meta:
        ordering = ["file", "line"]

    def __str__(self) -> str:
        return f"{self.code} at line {self.line}"


class DirectoryChange(models.Model):
    """What an import does to one row: made, changed, removed, or not said any more.

    `diff` is `{member: [before, after]}`; `kept` are members where a hand-made correction stands against the
    source. `before` is the whole row, so that the import can be taken back.
    """

    class What(models.TextChoices):
        NEW = "new", pgettext_lazy("import.one", "New")
        CHANGED = "changed", pgettext_lazy("import.one", "Changed")
        REMOVED = "removed", pgettext_lazy("import.one", "Removed")
        MISSING = "missing", pgettext_lazy("import.one", "Not in the source any more")

    id = uuid_key()
    run = models.ForeignKey(DirectoryImport, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=8, choices=What)
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    label = short_text(300)
    diff = models.JSONField(default=dict, blank=True)
    kept = models.JSONField(default=dict, blank=True)
    before = AsWritten(null=True, blank=True)

    class Meta:
        ordering = ["kind", "label", "pk"]
        indexes = [models.Index(fields=["run", "what", "kind"], name="changes_of_an_import")]

    def __str__(self) -> str:
        return f"{self.what} {self.kind} {self.object_id}"


class PutAside(models.Model):
    """An object of a source that cannot stand in the directory: whole, with the reason (never dropped)."""

    id = uuid_key()
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="put_aside")
    run = models.ForeignKey(DirectoryImport, on_delete=models.CASCADE, related_name="put_aside")
    kind = models.CharField(max_length=80)
    original_id = short_text(200)
    said = AsWritten()
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    file = short_text(200)
    line = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["kind", "file", "line", "pk"]
        indexes = [models.Index(fields=["source", "kind"], name="put_aside_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


@tracked
class Correction(models.Model):
    """What a person says instead of the source, member by member; it wins until an admin gives it up."""

    id = uuid_key()
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    member = models.CharField(max_length=80, help_text=_("As HSDS calls it."))
    value = models.JSONField(null=True, blank=True)
    instead_of = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    given_up_in = models.ForeignKey(
        DirectoryImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["kind", "object_id", "member"],
                condition=Q(given_up_in=None),
                name="a_member_is_corrected_once",
            )
        ]

    def __str__(self) -> str:
        return f"Correction {self.pk}"
