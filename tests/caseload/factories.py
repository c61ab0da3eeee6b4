"""Clients and the work with them, for every test.

AssignmentFactory()                          episode, client, participation and therapist in one go
AssignmentFactory(therapist=marta, client=wren)
assignment.client                            the client it was made with
SessionFactory(assignment=…, starts_at=…)    planned, in a week; `booked=True` takes the therapist and the room
AttendedFactory(assignment=…)                held, a week ago
"""

from datetime import datetime, time, timedelta
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Role
from caseload.models import (
    Assignment,
    Booking,
    Break,
    BreakGlass,
    BreakGlassReview,
    Cadence,
    Client,
    ClientLink,
    ClosedDay,
    Commitment,
    ContactChannel,
    Episode,
    ExportParcel,
    FileRequest,
    Goal,
    InvolvedPerson,
    LegalHold,
    Participation,
    Place,
    ReadLog,
    RiskLook,
    Room,
    Session,
    WaitingEntry,
)
from core.clock import now, today
from tests.accounts.factories import SiteFactory, UserFactory, ago

KNOWN_AS = [
    "Juniper",
    "Wren",
    "Hazel",
    "Otter",
    "Sorrel",
    "Lark",
    "Bramble",
    "Fern",
    "Żuraw",
    "Alder",
]


def at_clock(days: int, clock: time) -> datetime:
    """Return `clock` in the active zone, `days` from the clock's today."""
    return timezone.make_aware(datetime.combine(today() + timedelta(days=days), clock))


class ClientFactory(DjangoModelFactory):
    class Meta:
        model = Client

    name = factory.Sequence(lambda number: f"{KNOWN_AS[number % len(KNOWN_AS)]} Person{number}")
    known_as = factory.Sequence(lambda number: f"{KNOWN_AS[number % len(KNOWN_AS)]}{number}")
    registered_on = ago(300)

    @classmethod
    def _after_postgeneration(cls, instance: Client, create: bool, results: Any = None) -> None:
        """Read the code that the database made."""
        if create:
            instance.refresh_from_db(fields=["code"])


class ContactChannelFactory(DjangoModelFactory):
    class Meta:
        model = ContactChannel

    client = factory.SubFactory(ClientFactory)
    kind = ContactChannel.Kind.PHONE
    value = "+48 22 555 01 02"
    consented_on = ago(200)


class ClientLinkFactory(DjangoModelFactory):
    class Meta:
        model = ClientLink

    client = factory.SubFactory(ClientFactory)
    other = factory.SubFactory(ClientFactory)
    how = "sisters"


class InvolvedPersonFactory(DjangoModelFactory):
    class Meta:
        model = InvolvedPerson

    client = factory.SubFactory(ClientFactory)
    name = factory.Sequence(lambda number: f"Guardian {number}")
    kind = InvolvedPerson.Kind.GUARDIAN
    told = InvolvedPerson.Told.MUST


class EpisodeFactory(DjangoModelFactory):
    class Meta:
        model = Episode

    opened_on = ago(200)


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    episode = factory.SubFactory(EpisodeFactory)
    client = factory.SubFactory(ClientFactory)
    joined_on = factory.LazyAttribute(lambda row: row.episode.opened_on)


class AssignmentFactory(DjangoModelFactory):
    """A therapist's work with one client. `client=False` leaves an existing episode's people as they are."""

    class Meta:
        model = Assignment
        skip_postgeneration_save = True

    episode = factory.SubFactory(EpisodeFactory)
    therapist = factory.SubFactory(UserFactory)
    starts_on = factory.LazyAttribute(lambda row: row.episode.opened_on)

    @factory.post_generation
    def client(self: Any, create: bool, asked: Client | bool | None, **facts: Any) -> None:
        there = self.episode.participations.select_related("client").first()
        if asked is False or (there and asked is None):
            self.client = there.client if there else None
            return
        self.client = asked or ClientFactory.create(**facts)
        ParticipationFactory.create(episode=self.episode, client=self.client)


class BreakFactory(DjangoModelFactory):
    class Meta:
        model = Break

    assignment = factory.SubFactory(AssignmentFactory)
    episode = factory.SelfAttribute("assignment.episode")
    starts_on = ago(7)
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=42))
    contact_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=28))


class RoomFactory(DjangoModelFactory):
    class Meta:
        model = Room

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda number: f"Room {number}")


class ClosedDayFactory(DjangoModelFactory):
    class Meta:
        model = ClosedDay

    on = factory.LazyFunction(today)
    name = "Holiday"


class CadenceFactory(DjangoModelFactory):
    """Weekly, from the assignment's first day, on that day's weekday at ten."""

    class Meta:
        model = Cadence

    assignment = factory.SubFactory(AssignmentFactory)
    episode = factory.SelfAttribute("assignment.episode")
    weekday = factory.LazyAttribute(lambda row: row.starts_on.weekday())
    starts_at = time(10)
    starts_on = factory.SelfAttribute("assignment.starts_on")


class SessionFactory(DjangoModelFactory):
    """A planned session in a week, at ten."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    class Params:
        days = 7

    assignment = factory.SubFactory(AssignmentFactory)
    episode = factory.SelfAttribute("assignment.episode")
    starts_at = factory.LazyAttribute(lambda row: at_clock(row.days, time(10)))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=50))

    @factory.post_generation
    def booked(self: Session, create: bool, asked: bool | None, **kwargs: Any) -> None:
        if not asked:
            return
        during = DateTimeTZRange(self.starts_at, self.ends_at)
        Booking.objects.create(session=self, user=self.assignment.therapist, during=during)
        if self.room:
            Booking.objects.create(session=self, room=self.room, during=during)


class AttendedFactory(SessionFactory):
    """A session that was held, a week ago at ten."""

    class Params:
        days = -7

    state = Session.State.ATTENDED
    state_by = factory.SelfAttribute("assignment.therapist")
    state_at = factory.SelfAttribute("ends_at")


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = Booking

    session = factory.SubFactory(SessionFactory)
    user = factory.SelfAttribute("session.assignment.therapist")
    during = factory.LazyAttribute(
        lambda row: DateTimeTZRange(row.session.starts_at, row.session.ends_at)
    )


class GoalFactory(DjangoModelFactory):
    class Meta:
        model = Goal

    assignment = factory.SubFactory(AssignmentFactory)
    episode = factory.SelfAttribute("assignment.episode")
    words = "I want to sleep through the night."
    set_on = ago(100)


class RiskLookFactory(DjangoModelFactory):
    class Meta:
        model = RiskLook

    client = factory.SubFactory(ClientFactory)
    on = factory.LazyFunction(today)
    by = factory.SubFactory(UserFactory)
    level = RiskLook.Level.NONE_SEEN
    recorded_at = factory.LazyFunction(now)


class CommitmentFactory(DjangoModelFactory):
    class Meta:
        model = Commitment

    user = factory.SubFactory(UserFactory)
    kind = Commitment.Kind.WEIGHT
    points = 1
    starts_on = ago(200)


class WaitingEntryFactory(DjangoModelFactory):
    class Meta:
        model = WaitingEntry

    client = factory.SubFactory(ClientFactory)
    since = ago(30)
    named_person = factory.SubFactory(UserFactory)
    next_contact_on = factory.LazyFunction(lambda: today() + timedelta(days=7))


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    therapist = factory.SubFactory(UserFactory)
    weekday = 2
    starts_at = time(14)
    starts_on = ago(30)


class ReadLogFactory(DjangoModelFactory):
    class Meta:
        model = ReadLog

    at = factory.LazyFunction(now)
    by = factory.SubFactory(UserFactory)
    client = factory.SubFactory(ClientFactory)
    page = "desk:client"


class BreakGlassFactory(DjangoModelFactory):
    class Meta:
        model = BreakGlass

    client = factory.SubFactory(ClientFactory)
    by = factory.SubFactory(UserFactory)
    reason = "She calls and cannot be calmed"
    at = factory.LazyFunction(now)
    until = factory.LazyAttribute(lambda one: one.at + timedelta(hours=1))


class BreakGlassReviewFactory(DjangoModelFactory):
    class Meta:
        model = BreakGlassReview

    break_glass = factory.SubFactory(BreakGlassFactory)
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(now)
    decision = BreakGlassReview.Decision.IN_ORDER
    comment = "Nobody else was there"


class LegalHoldFactory(DjangoModelFactory):
    class Meta:
        model = LegalHold

    client = factory.SubFactory(ClientFactory)
    reason = "A claim is expected"
    set_by = factory.SubFactory(UserFactory, roles=[Role.RECORDS_KEEPER])
    set_at = factory.LazyFunction(now)


class FileRequestFactory(DjangoModelFactory):
    """A copy that one records keeper has asked for, and nobody has agreed to."""

    class Meta:
        model = FileRequest

    kind = FileRequest.Kind.EXPORT
    ground = FileRequest.Ground.CLIENT
    client = factory.SubFactory(ClientFactory)
    code = factory.SelfAttribute("client.code")
    asked_by = factory.SubFactory(UserFactory, roles=[Role.RECORDS_KEEPER])
    asked_at = factory.LazyFunction(now)


class ExportParcelFactory(DjangoModelFactory):
    class Meta:
        model = ExportParcel

    request = factory.SubFactory(FileRequestFactory)
    content = "UEsDBA=="
