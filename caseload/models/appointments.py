"""Appointments from somebody's own calendar elsewhere: where it lies, what was read, what became of it.

All of it is one person's alone, the words of their calendar above all. Sessions and assignments are named by key,
without a foreign key: a file that ends takes these rows along (`caseload.record.contents.NOTED`).
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import pgettext_lazy

from accounts.models import Job, User
from core.fields import uuid_key
from core.guard import READS, of_person
from core.sealed import SealedTextField


class AppointmentSourceQuerySet(models.QuerySet["AppointmentSource"]):
    def in_use(self) -> Self:
        return self.filter(ended_at=None)

    def due(self, since: datetime) -> Self:
        """Those to be read each night that nobody has read since `since`, of people whose account is open."""
        unread = Q(read_at=None) | Q(read_at__lt=since)
        return self.in_use().filter(
            unread, is_nightly=True, user__is_active=True, user__suspended_at=None
        )


class AppointmentSource(models.Model):
    """One calendar of a person: an address, or files that they bring."""

    guard = of_person("user_id", READS)

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    address = SealedTextField()
    is_nightly = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentSourceQuerySet.as_manager()

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"Calendar {self.pk}"


class AppointmentRun(models.Model):
    """One reading of a calendar: looked at first, then applied, or taken back."""

    class State(models.TextChoices):
        PREVIEW = "preview", pgettext_lazy("import.state", "Preview")
        APPLIED = "applied", pgettext_lazy("import.state", "Applied")
        UNDONE = "undone", pgettext_lazy("import.state", "Taken back")

    guard = of_person("user_id", READS)

    id = uuid_key()
    source = models.ForeignKey(AppointmentSource, on_delete=models.CASCADE, related_name="runs")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    by_itself = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    text = SealedTextField()
    skipped = models.JSONField(default=dict, blank=True)
    stayed = models.PositiveIntegerField(default=0)
    held_back = models.BooleanField(default=False)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"Reading {self.pk}"


class Appointment(models.Model):
    """One appointment of a reading, and what it means here. Its words are wiped once it is applied."""

    class Verdict(models.TextChoices):
        NEW = "new", pgettext_lazy("appointment", "New")
        CHANGED = "changed", pgettext_lazy("appointment", "Changed")
        GONE = "gone", pgettext_lazy("appointment", "Gone")
        SAME = "same", pgettext_lazy("appointment", "Here already")
        UNMATCHED = "unmatched", pgettext_lazy("appointment", "Not matched")
        REFUSED = "refused", pgettext_lazy("appointment", "Does not fit")
        LEFT_OUT = "left_out", pgettext_lazy("appointment", "Left out")

    guard = of_person("user_id")

    id = uuid_key()
    run = models.ForeignKey(AppointmentRun, on_delete=models.CASCADE, related_name="appointments")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    series = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    words = SealedTextField()
    verdict = models.CharField(max_length=9, choices=Verdict)
    why = models.CharField(max_length=20, blank=True, default="")
    assignment_key = models.UUIDField(null=True, blank=True)
    session_key = models.UUIDField(null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [UniqueConstraint(fields=["run", "key"], name="an_appointment_is_read_once")]

    def __str__(self) -> str:
        return f"Appointment {self.pk}"


class KnownSeries(models.Model):
    """What a person said once of a series: whom it is with, or that it is none of this house's."""

    guard = of_person("user_id")

    id = uuid_key()
    source = models.ForeignKey(AppointmentSource, on_delete=models.CASCADE, related_name="known")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    series = models.CharField(max_length=40)
    assignment_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["source", "series"], name="a_series_is_known_once")]

    def __str__(self) -> str:
        return f"Series {self.pk}"
