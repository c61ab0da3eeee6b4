"""Meetings, rooms, and what is taken when."""

from datetime import date, datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from accounts.models import Site, User
from caseload.models.episodes import (
    Assignment,
    Cadence,
    Episode,
    Mode,
    OfAnAssignmentQuerySet,
    who_takes_part,
)
from core.fields import Revisioned, short_text, uuid_key
from core.guard import IMPORTS, Guard, either, mine, through
from core.history import tracked


class RoomQuerySet(models.QuerySet["Room"]):
    def in_use(self, day: date) -> Self:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day)).select_related("site")

    def ended(self, day: date) -> Self:
        return self.filter(ended_on__lte=day).select_related("site")


@tracked
class Room(models.Model):
    id = uuid_key()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)
    ended_on = models.DateField(null=True, blank=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering = ["site__name", "name"]

    def __str__(self) -> str:
        return self.name


class ClosedDayQuerySet(models.QuerySet["ClosedDay"]):
    def closing(self, site: Site | None) -> Self:
        """Days on which nobody meets at `site`; without a site, those of the whole practice."""
        return self.filter(Q(site=None) | Q(site=site) if site else Q(site=None))


@tracked
class ClosedDay(models.Model):
    """A day on which the practice, or one site, is closed."""

    id = uuid_key()
    on = models.DateField()
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE)
    name = short_text(80)

    objects = ClosedDayQuerySet.as_manager()

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "site"], name="a_day_is_closed_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.on.isoformat()


class SessionQuerySet(OfAnAssignmentQuerySet["Session"]):
    def planned(self) -> Self:
        return self.filter(state=Session.State.PLANNED)

    def attended(self) -> Self:
        return self.filter(state=Session.State.ATTENDED)

    def between(self, begin: datetime, end: datetime) -> Self:
        """Sessions that start in `[begin, end)`."""
        return self.filter(starts_at__gte=begin, starts_at__lt=end)

    def of_therapist(self, user: User) -> Self:
        return self.filter(assignment__therapist=user)

    def in_order(self) -> Self:
        return self.order_by("starts_at", "pk")

    def with_who(self) -> Self:
        """Load what a page says about a session: who, with whom, where; two queries."""
        return self.select_related(
            "assignment__therapist", "episode", "room__site", "cadence"
        ).prefetch_related(who_takes_part())

    def without_answer(self, at: datetime) -> Self:
        """Sessions that are over and still *planned*: were they held?"""
        return self.planned().filter(ends_at__lte=at)


@tracked
class Session(Revisioned):
    """One meeting, an instant `[starts_at, ends_at)`."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("session.state", "Planned")
        ATTENDED = "attended", pgettext_lazy("session.state", "Held")
        CANCELLED = "cancelled", pgettext_lazy("session.state", "Cancelled")
        MISSED = "missed", pgettext_lazy("session.state", "Missed")

    guard = Guard(
        read=either(through("assignment_id", "assignments"), through("id", "received_sessions")),
        write=through("assignment_id", "own_assignments"),
        worker=IMPORTS,
        sight_moves=("starts_at", "ends_at", "room_id", "arrived_at", "revision"),
        because="the receiver reads the meeting of three; the front desk signs in and moves through sight",
    )

    id = uuid_key()
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="sessions")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="sessions")
    cadence = models.ForeignKey(
        Cadence, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    cadence_day = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.ROOM)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    state_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state_at = models.DateTimeField(null=True, blank=True)
    is_extra = models.BooleanField(default=False)
    # As the front desk says; whether it was held is the therapist's to say.
    arrived_at = models.DateTimeField(null=True, blank=True)
    # Who was booked beside the therapist when it was cancelled, missed or held: undone, they are again.
    booked_beside = ArrayField(models.UUIDField(), null=True, blank=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["episode", "starts_at"]),
            models.Index(fields=["assignment", "starts_at"]),
        ]
        constraints = [
            CheckConstraint(
                name="session_starts_before_it_ends", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["cadence", "cadence_day"], name="a_rhythm_gives_each_day_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("caseload:session", args=[self.pk])

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def where(self) -> str:
        """Return the room, or how people meet without one."""
        return str(self.room) if self.room else str(self.get_mode_display())


OF_OWN_SESSION = (
    "exists (select from caseload_session s where s.id = session_id and"
    f" s.{through('assignment_id', 'own_assignments')})"
)


class BookingQuerySet(models.QuerySet["Booking"]):
    def taken(self, begin: date, end: date) -> Self:
        """Bookings that touch the days `[begin, end)`."""
        return self.filter(during__overlap=(begin, end))


class Booking(models.Model):
    """A person or a room is taken during a range; the row does not say by whom.

    Only planned sessions book: the past is what it was (decision 14).
    """

    guard = Guard(
        read=either(
            mine("user_id"), "exists (select from caseload_session s where s.id = session_id)"
        ),
        insert=OF_OWN_SESSION,
        update=OF_OWN_SESSION,
        delete=either(OF_OWN_SESSION, mine("user_id")),
        sight_moves=("during",),
        sight_writes=("insert", "delete"),
        worker=IMPORTS,
    )

    id = uuid_key()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="bookings")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="bookings")
    room = models.ForeignKey(Room, null=True, on_delete=models.PROTECT, related_name="bookings")
    during = DateTimeRangeField()

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="a_booking_takes_a_person_or_a_room",
                condition=Q(user__isnull=True, room__isnull=False)
                | Q(user__isnull=False, room__isnull=True),
            ),
            ExclusionConstraint(
                name="no_two_bookings_of_one_room",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(room__isnull=False),
            ),
            ExclusionConstraint(
                name="no_person_in_two_bookings_at_once",
                expressions=[("user", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Booking {self.pk}"
