"""Goals, looks at risk, load, waiting people and places."""

from datetime import timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Site, User
from accounts.models.teams import DatedQuerySet
from caseload.models.clients import Client, OfAClientQuerySet
from caseload.models.episodes import (
    MONDAY,
    Assignment,
    Episode,
    OfAnAssignmentQuerySet,
    every,
)
from core.dates import clock, weekday
from core.fields import Revisioned, short_text, uuid_key
from core.guard import IMPORTS, READS, Guard, either, of_work, through
from core.history import tracked
from core.sealed import SealedTextField
from core.sight import opened_by


@tracked
class Goal(Revisioned):
    """What client and therapist set out to reach, in the client's words."""

    class Met(models.TextChoices):
        OPEN = "open", pgettext_lazy("goal", "Open")
        MET = "met", pgettext_lazy("goal", "Met")
        PARTLY = "partly", pgettext_lazy("goal", "Partly met")
        NOT_MET = "not_met", pgettext_lazy("goal", "Not met")

    guard = of_work(IMPORTS)

    id = uuid_key()
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="goals")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="goals")
    words = SealedTextField()
    set_on = models.DateField()
    met = models.CharField(max_length=8, choices=Met, default=Met.OPEN)
    reviewed_on = models.DateField(null=True, blank=True)
    review_next_on = models.DateField(null=True, blank=True)

    objects = OfAnAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["set_on", "pk"]

    def __str__(self) -> str:
        return f"Goal {self.pk}"


class RiskLookQuerySet(models.QuerySet["RiskLook"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(opened_by("clinical_clients_of", "client_id", user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_clients_of", "client_id", user))

    def newest_first(self) -> Self:
        return self.order_by("-on", "-recorded_at")


@tracked
class RiskLook(models.Model):
    """A look at risk (R24). Facts are added, not changed; the newest one speaks."""

    append_only = True

    class Level(models.TextChoices):
        NONE_SEEN = "none_seen", pgettext_lazy("risk", "None seen")
        SOME = "some", pgettext_lazy("risk", "Some concern")
        HIGH = "high", pgettext_lazy("risk", "High")

    guard = Guard(
        read=through("client_id", "clinical_clients"),
        insert=through("client_id", "own_clients"),
        worker=READS,
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="risk_looks")
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Level)
    note = SealedTextField()
    has_safety_plan = models.BooleanField(default=False)
    is_safeguarding_open = models.BooleanField(default=False)
    tell_not_before = models.DateField(null=True, blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    objects = RiskLookQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["client", "-on"])]

    def __str__(self) -> str:
        return f"Risk look {self.pk}"


class Commitment(models.Model):
    """Load, written by whoever causes it; a person's load is the sum on a day (R17)."""

    class Kind(models.TextChoices):
        WEIGHT = "weight", _("Weight")
        ENDING = "ending", _("Ending")
        INCOMING = "incoming", _("Incoming")

    guard = Guard(
        read=either(
            through("user_id", "worked_for"),
            through("assignment_id", "known_assignments"),
            through("cause", "own_invitations"),
        ),
        write=either(
            through("user_id", "stood_in"),
            through("assignment_id", "own_assignments"),
            through("assignment_id", "handed_on"),
            through("cause", "own_invitations"),
        ),
        worker=IMPORTS,
    )

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="commitments")
    kind = models.CharField(max_length=10, choices=Kind)
    points = models.DecimalField(max_digits=4, decimal_places=1)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.CASCADE, related_name="commitments"
    )
    cause = models.UUIDField(null=True, blank=True)
    reason = short_text(200)

    objects = DatedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "starts_on"]), models.Index(fields=["cause"])]
        constraints = [
            CheckConstraint(name="load_is_never_negative", condition=Q(points__gte=0)),
        ]

    def __str__(self) -> str:
        return f"Commitment {self.pk}"


class WaitingEntryQuerySet(OfAClientQuerySet["WaitingEntry"]):
    def editable_by(self, user: User) -> Self:
        """Those whom `user` knows of by more than an emergency, which opens a file to read alone."""
        return self.filter(opened_by("kept_clients_of", "client_id", user))

    def still_waiting(self) -> Self:
        return self.filter(ended_on=None)

    def with_rights_of(self, user: User) -> Self:
        """Annotate `may_begin`: whether `user` may begin work with who waits."""
        return self.annotate(may_begin=opened_by("takeable_clients_of", "client_id", user))

    def for_list(self) -> Self:
        """With client and named person, who is to be contacted first on top."""
        rows = self.select_related("client", "named_person")
        return rows.order_by("next_contact_on", "since", "pk")


@tracked
class WaitingEntry(models.Model):
    """Somebody who waits, with a named person and a date (R25)."""

    guard = Guard(
        read=through("client_id", "clients"),
        insert=either(through("client_id", "takeable_clients"), "sight.is_new_client(client_id)"),
        update=through("client_id", "kept_clients"),
        fixed=("client_id",),
        worker=READS,
        sight_moves=("ended_on", "ended_why"),
        because="gives the named person identity: of a new client, or of one to begin with; nobody names themselves"
        " where a colleague works",
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="waiting")
    since = models.DateField()
    needs = SealedTextField()
    times = short_text(200)
    named_person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="waiting_people")
    next_contact_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    ended_why = short_text(200)

    objects = WaitingEntryQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Waiting entry {self.pk}"


class PlaceQuerySet(DatedQuerySet["Place"]):
    def free(self) -> Self:
        return self.filter(taken_since=None)


@tracked
class Place(models.Model):
    """What a therapist can offer; there is no client in it."""

    id = uuid_key()
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="places")
    weekday = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=50)
    every_weeks = models.PositiveSmallIntegerField(default=1)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    languages = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    needs = short_text(200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    taken_since = models.DateField(null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts_at"]

    def __str__(self) -> str:
        return f"Place {self.pk}"

    @property
    def in_words(self) -> str:
        """Return “Wednesday 10:00, weekly”, as a rhythm is said."""
        on = MONDAY + timedelta(days=self.weekday)
        return f"{weekday(on)} {clock(self.starts_at)}, {every(self.every_weeks)}"
