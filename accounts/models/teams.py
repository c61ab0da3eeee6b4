"""Teams, supervision and absence: the roads on which one person sees another's work."""

from datetime import date
from typing import Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import CheckConstraint, F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.models.practice import InUseQuerySet
from core.fields import short_text, uuid_key
from core.guard import EVERYBODY, READS, Guard, either, holding, mine, through
from core.history import tracked


def days(begin: str = "starts_on", end: str = "ends_on") -> Func:
    """Return the inclusive range of days of a row, for exclusion constraints."""
    return Func(
        F(begin), F(end), models.Value("[]"), function="daterange", output_field=DateRangeField()
    )


Row = TypeVar("Row", bound=models.Model)


class DatedQuerySet(models.QuerySet[Row]):
    def on(self, day: date) -> Self:
        """Rows that hold on `day`; both ends are inside."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


@tracked
class Team(models.Model):
    guard = Guard(
        read=EVERYBODY, write=holding("practice_admin"), because="says nothing of a client"
    )

    id = uuid_key()
    name = models.CharField(max_length=120)
    ended_on = models.DateField(null=True, blank=True)

    objects = InUseQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked
class TeamMembership(models.Model):
    guard = Guard(
        read=EVERYBODY,
        write=holding("practice_admin"),
        fixed=("team_id", "user_id"),
        because="gives sight: only a practice admin writes it",
    )

    id = uuid_key()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Membership {self.pk}"


class SupervisionQuerySet(DatedQuerySet["Supervision"]):
    def leading_on(self, day: date) -> Self:
        """Rows by which somebody leads on `day`: decides, and sees the work."""
        return self.on(day).filter(kind__in=[Supervision.Kind.LEADING, Supervision.Kind.BOTH])


@tracked
class Supervision(models.Model):
    """Who supervises whom. *Leading* decides; *reflective* sees only what is shared (domain.md)."""

    class Kind(models.TextChoices):
        LEADING = "leading", _("Leading")
        REFLECTIVE = "reflective", _("Reflective")
        BOTH = "both", _("Leading and reflective")

    guard = Guard(
        read=EVERYBODY,
        write=holding("practice_admin"),
        fixed=("supervisor_id", "supervisee_id"),
        worker=READS,
        because="gives sight: only a practice admin writes it",
    )

    id = uuid_key()
    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervises")
    supervisee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervised_by")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LEADING)
    is_second = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["supervisor", "supervisee"])]
        constraints = [
            CheckConstraint(
                name="supervisor_is_somebody_else", condition=~Q(supervisor=F("supervisee"))
            ),
            CheckConstraint(
                name="supervision_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"Supervision {self.pk}"


@tracked
class Absence(models.Model):
    """Days on which a person is away, and who stands in."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("Leave")
        SICKNESS = "sickness", _("Sickness")

    guard = Guard(
        read=EVERYBODY,
        write=either(mine("user_id"), through("user_id", "led"), holding("practice_admin")),
        fixed=("user_id",),
        worker=READS,
        because="gives the deputy sight: written by oneself, who leads one, a practice admin",
    )

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LEAVE)
    starts_on = models.DateField()
    ends_on = models.DateField()
    deputy = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="stands_in_for"
    )
    note = short_text(200)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            CheckConstraint(
                name="absence_starts_before_it_ends", condition=Q(ends_on__gte=F("starts_on"))
            ),
            CheckConstraint(name="deputy_is_somebody_else", condition=~Q(deputy=F("user"))),
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[("user", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"Absence {self.pk}"
