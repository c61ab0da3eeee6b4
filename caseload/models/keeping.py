"""How long a file is kept and who gets a copy: holds, and what two people must agree to."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Job, Role, User
from caseload.models.clients import Client
from core.clock import today
from core.fields import uuid_key
from core.guard import Guard, Worker, both, either, holding, mine
from core.history import tracked
from core.sealed import SealedTextField

# Whoever is acting leads somebody who works, or worked, with the client of the row.
HAS_LED = 'sight.has_led((select sight.actor()), (select sight.today()), "client_id")'
ENDS_A_FILE = "kind = 'disposal' and state = 'asked'"
ASKED_FOR = (
    "exists (select from caseload_filerequest r"
    " where r.id = request_id and r.asked_by_id = (select sight.actor()))"
)
ANSWERS = either(
    mine("asked_by_id"),
    mine("agreed_by_id"),
    mine("declined_by_id"),
    holding("records_keeper"),
    both(holding("supervisor"), either(ENDS_A_FILE, HAS_LED)),
)


def led_by(user: User) -> "models.Func":
    """Return the condition that `user` leads somebody who works, or worked, with the client of the row."""
    return models.Func(
        Value(user.pk),
        Value(today()),
        F("client_id"),
        function="sight.has_led",
        output_field=models.BooleanField(),
    )


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, user: User) -> Self:
        """Holds of files that `user` keeps, or of work that they lead."""
        return self if user.holds(Role.RECORDS_KEEPER) else self.filter(led_by(user))


@tracked
class LegalHold(models.Model):
    """Why a file must be kept whatever its date says. While one stands, nothing is disposed of.

    PostgreSQL keeps `Client.on_legal_hold` true while one stands. Nobody has set the one that came with the
    suspension of somebody's access.
    """

    guard = Guard(
        read=either(holding("records_keeper"), HAS_LED),
        insert=either(holding("records_keeper"), both(holding("supervisor"), HAS_LED)),
        update=either(holding("records_keeper"), both(holding("supervisor"), HAS_LED)),
        fixed=("client_id",),
        sight_writes=("insert",),
        because="lifted, never removed; what came with a suspension gets its row by a trigger",
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="holds")
    reason = SealedTextField()
    set_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_why = SealedTextField()

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-set_at", "pk"]
        constraints = [
            CheckConstraint(
                name="who_lifted_a_hold_and_when_go_together",
                condition=Q(lifted_by=None, lifted_at=None)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}"


class FileRequestQuerySet(models.QuerySet["FileRequest"]):
    def visible_to(self, user: User) -> Self:
        """What `user` asked for or answered, what they keep, and what they could answer.

        Those who led the work with a file of long ago may have left, so any supervisor answers for its end.
        """
        if user.holds(Role.RECORDS_KEEPER):
            return self
        own = Q(asked_by=user) | Q(agreed_by=user) | Q(declined_by=user)
        if not user.holds(Role.SUPERVISOR):
            return self.filter(own)
        ending = Q(kind=FileRequest.Kind.DISPOSAL, state=FileRequest.State.ASKED)
        return self.filter(own | ending | Q(led_by(user)))

    def under_way(self) -> Self:
        """Not ended: asked for, agreed to, or ready."""
        return self.filter(state__in=UNDER_WAY)

    def too_old(self, at: datetime) -> Self:
        return self.filter(state=FileRequest.State.READY, expires_at__lte=at)

    def newest_first(self) -> Self:
        return self.order_by("-asked_at", "pk")


@tracked
class FileRequest(models.Model):
    """A copy of everything of a client, or the end of it: asked for by one, agreed to by another (decision 7)."""

    class Kind(models.TextChoices):
        EXPORT = "export", pgettext_lazy("file request", "Copy")
        DISPOSAL = "disposal", pgettext_lazy("file request", "Disposal")
        JOIN = "join", pgettext_lazy("file request", "Joining two files")

    class Ground(models.TextChoices):
        CLIENT = "client", _("The client asked for it")
        FOR_CLIENT = "for_client", _("Somebody who may act for the client asked for it")
        AUTHORITY = "authority", _("A court or an authority asked for it")
        OVER = "over", _("The time for keeping it is over")
        SAME = "same", _("Both are of one person")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("file request", "Waits for a second yes")
        AGREED = "agreed", pgettext_lazy("file request", "Under way")
        READY = "ready", pgettext_lazy("file request", "Ready")
        DONE = "done", pgettext_lazy("file request", "Done")
        COLLECTED = "collected", pgettext_lazy("file request", "Collected")
        EXPIRED = "expired", pgettext_lazy("file request", "Not collected in time")
        DECLINED = "declined", pgettext_lazy("file request", "Declined")
        STOPPED = "stopped", pgettext_lazy("file request", "Stopped")
        FAILED = "failed", pgettext_lazy("file request", "Not possible")
        APART = "apart", pgettext_lazy("file request", "Taken apart again")

    guard = Guard(
        read=ANSWERS,
        insert=both(mine("asked_by_id"), holding("records_keeper")),
        update=ANSWERS,
        fixed=("client_id", "other_id", "moved", "kind", "ground", "asked_by_id", "asked_at"),
        sight_moves=("moved", "state", "ended_at"),
        worker=Worker(reads=True, writes=("update",)),
        because="asked by one, answered by another; it stays when the file is gone",
    )

    id = uuid_key()
    kind = models.CharField(max_length=8, choices=Kind)
    ground = models.CharField(max_length=10, choices=Ground)
    # Outlives the client: that somebody had a copy made is evidence.
    client = models.ForeignKey(
        Client, on_delete=models.DO_NOTHING, db_constraint=False, related_name="file_requests"
    )
    code = models.CharField(max_length=12, editable=False)
    # Of two files of one person the one that goes into `client`; which rows moved, for the way back.
    other = models.ForeignKey(
        Client, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    other_code = models.CharField(max_length=12, editable=False, blank=True, default="")
    moved = models.JSONField(default=dict, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="file_requests")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = FileRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="whoever_agrees_is_somebody_else", condition=~Q(asked_by=F("agreed_by"))
            ),
            CheckConstraint(
                name="who_agreed_and_when_go_together",
                condition=Q(agreed_by=None, agreed_at=None)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False),
            ),
            CheckConstraint(
                name="nothing_goes_on_before_a_second_yes",
                condition=Q(state__in=["asked", "declined"]) | Q(agreed_by__isnull=False),
            ),
            CheckConstraint(
                name="two_files_are_joined_not_one",
                condition=~Q(kind="join") | (Q(other__isnull=False) & ~Q(other=F("client"))),
            ),
            UniqueConstraint(
                fields=["client", "kind"],
                condition=Q(state__in=["asked", "agreed", "ready"]),
                name="one_request_of_a_kind_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("caseload:file_request", args=[self.pk])

    @property
    def is_export(self) -> bool:
        return self.kind == self.Kind.EXPORT

    @property
    def is_join(self) -> bool:
        return self.kind == self.Kind.JOIN

    @property
    def codes(self) -> str:
        return " + ".join(filter(None, (self.code, self.other_code)))


UNDER_WAY = (FileRequest.State.ASKED, FileRequest.State.AGREED, FileRequest.State.READY)


class ExportParcelQuerySet(models.QuerySet["ExportParcel"]):
    def visible_to(self, user: User) -> Self:
        """Copies that `user` has asked for."""
        return self.filter(request__asked_by=user)


class ExportParcel(models.Model):
    """The copy itself, base64 of a zip, sealed; it is there until it is collected, or for a week."""

    guard = Guard(
        read=ASKED_FOR,
        delete=ASKED_FOR,
        worker=Worker(writes=("insert", "delete")),
        because="collected once, by who asked; the worker writes it and cannot read it again",
    )

    id = uuid_key()
    request = models.OneToOneField(FileRequest, on_delete=models.CASCADE, related_name="parcel")
    content = SealedTextField()

    objects = ExportParcelQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Parcel {self.pk}"
