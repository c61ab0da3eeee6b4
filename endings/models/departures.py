"""A therapist leaves, takes leave, or reduces."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Supervision, User
from core.clock import today
from core.fields import Revisioned, short_text, uuid_key
from core.guard import READS, Guard, mine, through
from core.history import tracked
from core.sealed import SealedTextField


class DepartureQuerySet(models.QuerySet["Departure"]):
    def visible_to(self, user: User) -> Self:
        """One's own; a supervisor's supervisees', once sent. A draft is invisible to everybody else."""
        leads = Supervision.objects.leading_on(today()).filter(
            supervisor=user, supervisee=OuterRef("therapist")
        )
        hidden = Q(state=Departure.State.DRAFT) | (
            Q(state=Departure.State.WITHDRAWN) & Q(submitted_at=None)
        )
        return self.filter(Q(therapist=user) | (Exists(leads) & ~hidden))

    def editable_by(self, user: User) -> Self:
        """Who leaves plans the departure."""
        return self.filter(therapist=user)

    def open(self) -> Self:
        return self.exclude(state__in=[Departure.State.COMPLETED, Departure.State.WITHDRAWN])


@tracked
class Departure(Revisioned):
    """The plan by which a therapist leaves clients behind well."""

    history_names = "departure"

    class Kind(models.TextChoices):
        LEAVING = "leaving", _("Leaving the practice")
        LEAVE = "leave", _("Taking leave")
        REDUCING = "reducing", _("Reducing the caseload")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan.draft", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("plan.submitted", "Sent to supervision")
        RETURNED = "returned", pgettext_lazy("plan.returned", "Returned")
        AGREED = "agreed", pgettext_lazy("plan.agreed", "Agreed")
        UNDER_WAY = "under_way", pgettext_lazy("plan.under_way", "Under way")
        COMPLETED = "completed", pgettext_lazy("plan.completed", "Completed")
        WITHDRAWN = "withdrawn", pgettext_lazy("plan.withdrawn", "Withdrawn")

    class Reason(models.TextChoices):
        MOVING = "t_moving", _("Moving away")
        NEW_POSITION = "t_new_position", _("New position")
        RETIRING = "t_retiring", _("Retiring")
        CLOSING = "t_closing", _("Closing the practice")
        HEALTH = "t_health", _("Health")
        PARENTAL = "t_parental", _("Parental leave")
        LAID_OFF = "t_laid_off", _("Post ended")
        TRANSFERRED = "t_transferred", _("Moved to another team")
        OTHER = "other", _("Another reason")

    guard = Guard(
        read=through("id", "departures"),
        insert=mine("therapist_id"),
        update=through("id", "own_departures"),
        delete=mine("therapist_id"),
        fixed=("therapist_id",),
        worker=READS,
        because="a draft is its author’s; the state follows the facts of whoever records them",
    )

    id = uuid_key()
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="departures")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LEAVING)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # The reason stays between the therapist and the leading supervisor; only the words travel (R4).
    reason = models.CharField(max_length=16, choices=Reason, blank=True, default="")
    reason_note = SealedTextField()
    words = SealedTextField()
    last_day = models.DateField()
    returns_on = models.DateField(null=True, blank=True)
    ground = SealedTextField()
    embargo_until = models.DateField(null=True, blank=True)
    embargo_by = short_text(120)
    embargo_words = SealedTextField()
    carried_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="carries_departures"
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    opened_by_supervisor_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["therapist"],
                condition=~Q(state__in=["completed", "withdrawn"]),
                name="one_departure_at_a_time",
            ),
            CheckConstraint(
                name="leave_comes_back_after_the_last_day",
                condition=Q(returns_on=None) | Q(returns_on__gt=F("last_day")),
            ),
            CheckConstraint(
                name="who_carries_on_is_somebody_else",
                condition=Q(carried_by=None) | ~Q(carried_by=F("therapist")),
            ),
        ]

    def __str__(self) -> str:
        return f"Departure {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.RETURNED)
