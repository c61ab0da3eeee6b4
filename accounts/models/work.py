"""What keeps a person's work safe: drafts, one-use form tokens, and the progress of long work."""

import uuid
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.people import User
from core.fields import short_text, uuid_key
from core.guard import IMPORTS, Guard, Worker, both, either, holding, mine, of_person
from core.sealed import SealedTextField


class FormToken(models.Model):
    """A form that was sent; the same form sent twice goes where the first one went."""

    guard = of_person("user_id")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    went_to = short_text(400)
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["used_at"])]

    def __str__(self) -> str:
        return f"Form {self.pk}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def at(self, form: str, about: uuid.UUID | None, by: User) -> Self:
        """The one draft of a person for a form and its object, or none."""
        return self.filter(user=by, form=form, about=about)


class Draft(models.Model):
    """What a person has typed into a long form and not sent: sealed, theirs alone (decision 26)."""

    guard = of_person("user_id", Worker(reads=True, writes=("delete",)))

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=80)
    about = models.UUIDField(null=True, blank=True)
    text = SealedTextField()
    saved_at = models.DateTimeField()

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["saved_at"])]
        constraints = [
            UniqueConstraint(
                fields=["user", "form", "about"], name="one_draft_per_form", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"Draft {self.pk}"


WATCHED = either(
    mine("started_by_id"),
    holding("records_keeper"),
    both(holding("supervisor"), "kind in ('file_export', 'file_disposal')"),
    both(holding("practice_admin"), "kind = 'test_mail'"),
)


class Job(models.Model):
    """Long work that a page can watch and a person can stop."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("job.state", "Waiting")
        RUNNING = "running", pgettext_lazy("job.state", "Running")
        DONE = "done", pgettext_lazy("job.state", "Done")
        FAILED = "failed", pgettext_lazy("job.state", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("job.state", "Stopped")

    guard = Guard(
        read=WATCHED,
        write=WATCHED,
        delete=either(mine("started_by_id"), holding("records_keeper")),
        fixed=("started_by_id", "kind"),
        worker=IMPORTS,
        because="a supervisor’s yes to a copy or an end of a file sets the worker to it, and can stop it;"
        " whether a mail of trial went out concerns every practice admin",
    )

    id = uuid_key()
    kind = models.CharField(max_length=40)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="jobs")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(db_default=0, help_text="How often a worker began it.")
    said = models.TextField(blank=True, default="", help_text=_("The last line, in words."))
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    handed_on_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was sent to a worker again."
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(
                name="ended_work_says_when",
                condition=Q(state__in=["waiting", "running"]) | Q(ended_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
