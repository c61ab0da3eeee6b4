"""Stretches of work and who does them, over dated days."""

from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import CheckConstraint, Exists, F, Min, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import User
from accounts.models.teams import DatedQuerySet, Row, days
from caseload.models.clients import Client
from core.dates import clock, listed, weekday
from core.fields import Revisioned, short_text, uuid_key
from core.guard import IMPORTS, READS, SOMEBODY, Guard, either, of_work, through
from core.history import tracked
from core.sight import opened_by


class Mode(models.TextChoices):
    """Where people meet; *in the room* is in person (R1)."""

    ROOM = "in_person", pgettext_lazy("mode", "In person")
    VIDEO = "video", pgettext_lazy("mode", "Video")
    PHONE = "phone", pgettext_lazy("mode", "Phone")


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def visible_to(self, user: User) -> Self:
        """Work that `user` may know about clinically today."""
        return self.filter(opened_by("episodes_of", "pk", user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_episodes_of", "pk", user))


@tracked
class Episode(Revisioned):
    """A stretch of work with one client, a couple, a family or a group (FHIR's episode of care)."""

    history_names = "episode"

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        COUPLE = "couple", _("Couple")
        FAMILY = "family", _("Family")
        GROUP = "group", _("Group")

    guard = Guard(
        read=through("id", "episodes"),
        insert=SOMEBODY,
        update=through("id", "own_episodes"),
        worker=IMPORTS,
        because="an episode that nobody works on opens nothing",
    )

    id = uuid_key()
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INDIVIDUAL)
    title = short_text(120)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    returns_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="returned_as"
    )

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="episode_opens_before_it_closes",
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
            )
        ]

    def __str__(self) -> str:
        return f"Episode {self.pk}"

    @property
    def people(self) -> list[Client]:
        """Who takes part and has not left; everybody who did, once nobody does."""
        rows = list(self.participations.all())
        return [row.client for row in rows if row.left_on is None] or [row.client for row in rows]

    @property
    def called(self) -> str:
        """What a page says first: the group's name, or who takes part."""
        return self.title or listed([client.called for client in self.people])

    @property
    def codes(self) -> str:
        return ", ".join(client.code for client in self.people)


class OfAnEpisodeQuerySet(DatedQuerySet[Row]):
    """Rows that belong to everybody who works on the episode today."""

    def visible_to(self, user: User) -> Self:
        return self.filter(opened_by("episodes_of", "episode_id", user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_episodes_of", "episode_id", user))


class OfAnAssignmentQuerySet(DatedQuerySet[Row]):
    """Rows of one therapist's work. A successor on the same episode does not see them (decision 4)."""

    def visible_to(self, user: User) -> Self:
        return self.filter(opened_by("assignments_of", "assignment_id", user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_assignments_of", "assignment_id", user))

    def with_who(self) -> Self:
        """Load who the work is with: one more query."""
        return self.select_related("assignment", "episode").prefetch_related(who_takes_part())


@tracked
class Participation(models.Model):
    """One client in one episode."""

    guard = Guard(
        read=through("episode_id", "episodes"),
        insert="sight.may_take_part(episode_id, client_id)",
        update=through("episode_id", "own_episodes"),
        fixed=("episode_id", "client_id"),
        sight_writes=("insert",),
        worker=IMPORTS,
        because="gives sight: only into one’s own work, of a new client or one to begin with",
    )

    id = uuid_key()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="participations")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="participations")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    objects = OfAnEpisodeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["client", "episode"])]
        constraints = [
            ExclusionConstraint(
                name="a_client_takes_part_once_at_a_time",
                expressions=[
                    ("episode", RangeOperators.EQUAL),
                    ("client", RangeOperators.EQUAL),
                    (days("joined_on", "left_on"), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"Participation {self.pk}"


def who_takes_part(through: str = "episode") -> "Prefetch[str]":
    """Return the prefetch that `Episode.people` needs: one query for any number of rows."""
    return Prefetch(
        f"{through}__participations",
        queryset=Participation.objects.select_related("client").order_by("client__sort_key", "pk"),
    )


class AssignmentQuerySet(DatedQuerySet["Assignment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(opened_by("assignments_of", "pk", user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_assignments_of", "pk", user))

    def with_who(self) -> Self:
        """Load therapist and people in one more query, for pages that say who."""
        return self.select_related("therapist", "episode").prefetch_related(who_takes_part())

    def by_name(self) -> Self:
        """In order of the first name of who takes part."""
        return self.annotate(first_name=Min("episode__participations__client__sort_key")).order_by(
            "first_name", "pk"
        )

    def by_person(self, day: date) -> Self:
        """One row for each person who takes part on `day`, with `client_key`, `name`, `known_as`, `code`."""
        person = "episode__participations__client"
        here = Q(episode__participations__left_on=None) | Q(
            episode__participations__left_on__gte=day
        )
        return self.filter(here).annotate(
            client_key=F(f"{person}_id"),
            name=F(f"{person}__name"),
            known_as=F(f"{person}__known_as"),
            code=F(f"{person}__code"),
            name_key=F(f"{person}__sort_key"),
        )

    def of_client(self, client: Client) -> Self:
        taking_part = Participation.objects.filter(client=client, episode=OuterRef("episode"))
        return self.filter(Exists(taking_part))

    def with_rights_of(self, user: User) -> Self:
        """Annotate `may_act`: whether `user` acts in this work today."""
        return self.annotate(may_act=opened_by("own_assignments_of", "pk", user))

    def without_rhythm(self, day: date) -> Self:
        """Work of `day` that has no rhythm on that day or later."""
        running = Cadence.objects.filter(assignment=OuterRef("pk")).exclude(ends_on__lt=day)
        return self.on(day).filter(~Exists(running))

    def led_by(self, user: User, day: date) -> Self:
        """What `user` leads or holds on `day`."""
        return self.on(day).filter(
            therapist=user, role__in=[Assignment.Role.PRIMARY, Assignment.Role.HOLDING]
        )


@tracked
class Assignment(Revisioned):
    """A therapist on an episode over dated days; rows are added and closed, never overwritten."""

    class Role(models.TextChoices):
        PRIMARY = "primary", pgettext_lazy("assign", "Leads")
        CO_WORKING = "co_working", pgettext_lazy("assign", "Works along")
        COVERING = "covering", pgettext_lazy("assign", "Stands in")
        HOLDING = "holding", pgettext_lazy("assign", "Holds until somebody takes over")

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("assignment.state", "Active")
        ON_BREAK = "on_break", pgettext_lazy("assignment.state", "On a break")
        DORMANT = "dormant", pgettext_lazy("assignment.state", "Dormant")

    guard = Guard(
        read=through("id", "known_assignments"),
        insert="sight.may_begin_work(episode_id, therapist_id)",
        update=either(through("id", "own_assignments"), through("id", "handed_on")),
        fixed=("episode_id", "therapist_id"),
        worker=IMPORTS,
        because="gives sight: one’s own on a new episode, or the receiver’s after telling, yes and consent (R5)",
    )

    id = uuid_key()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assignments")
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=12, choices=Role, default=Role.PRIMARY)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    expected_end_on = models.DateField(null=True, blank=True)
    usual_mode = models.CharField(max_length=10, choices=Mode, default=Mode.ROOM)
    reason = short_text(200)
    returns_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="returned_as"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["therapist", "episode"],
                include=["starts_on", "ends_on"],
                name="assignments_of_a_therapist",
            )
        ]
        constraints = [
            CheckConstraint(
                name="assignment_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            CheckConstraint(
                name="covering_has_a_reason_and_an_end",
                condition=~Q(role="covering") | (~Q(reason="") & Q(ends_on__isnull=False)),
            ),
            ExclusionConstraint(
                name="one_primary_therapist_at_a_time",
                expressions=[("episode", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(role="primary"),
            ),
        ]

    def __str__(self) -> str:
        return f"Assignment {self.pk}"


@tracked
class Break(models.Model):
    """A pause that both agreed on, with the date on which somebody gets in touch (R25)."""

    guard = of_work(READS)

    id = uuid_key()
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="breaks")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    contact_on = models.DateField()

    objects = OfAnAssignmentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Break {self.pk}"


@tracked
class Cadence(models.Model):
    """The rhythm of an assignment in wall-clock time of the practice's zone (decision 9)."""

    guard = of_work(READS)

    id = uuid_key()
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="cadences")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=50)
    every_weeks = models.PositiveSmallIntegerField(default=1)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.ROOM)
    room = models.ForeignKey("caseload.Room", null=True, blank=True, on_delete=models.PROTECT)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = OfAnAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(name="weekday_is_monday_to_sunday", condition=Q(weekday__lte=6)),
            CheckConstraint(
                name="rhythm_is_every_one_to_twelve_weeks", condition=Q(every_weeks__range=(1, 12))
            ),
            ExclusionConstraint(
                name="one_rhythm_at_a_time",
                expressions=[
                    ("assignment", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"Cadence {self.pk}"

    @property
    def in_words(self) -> str:
        """Return “Wednesday 10:00, weekly”."""
        return f"{weekday(MONDAY + timedelta(days=self.weekday))} {clock(self.starts_at)}, {self.how_often}"

    @property
    def how_often(self) -> str:
        return every(self.every_weeks)


MONDAY = date(2024, 1, 1)  # any Monday: only its weekday is said


def every(weeks: int) -> str:
    """Return “weekly” or “every 2 weeks”."""
    if weeks == 1:
        return _now("weekly")
    return ngettext("every %(count)s week", "every %(count)s weeks", weeks) % {"count": weeks}
