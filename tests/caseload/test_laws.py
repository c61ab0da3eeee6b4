"""The laws that the database itself keeps in the caseload: each refuses, by its name."""

from datetime import date, datetime, time, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Role, User
from caseload.models import (
    Appointment,
    AppointmentRun,
    AppointmentSource,
    Booking,
    Client,
    FileRequest,
    KnownSeries,
    ReadLog,
    RiskLook,
)
from core.actor import acting
from core.clock import now
from tests.accounts.factories import UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    BookingFactory,
    BreakGlassFactory,
    CadenceFactory,
    ClientFactory,
    ClientLinkFactory,
    ClosedDayFactory,
    CommitmentFactory,
    EpisodeFactory,
    FileRequestFactory,
    LegalHoldFactory,
    ParticipationFactory,
    ReadLogFactory,
    RiskLookFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)
from tests.roles import as_app_for, as_owner

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)
LATER = DAY + timedelta(days=1)


def two_leads() -> None:
    first = AssignmentFactory(starts_on=DAY, ends_on=LATER)
    AssignmentFactory(episode=first.episode, starts_on=LATER)


def covering_without_an_end() -> None:
    AssignmentFactory(role="covering", reason="Leave")


def covering_without_a_reason() -> None:
    AssignmentFactory(role="covering", starts_on=DAY, ends_on=LATER)


def room_taken_twice() -> None:
    room = RoomFactory()
    SessionFactory(room=room, booked=True)
    SessionFactory(room=room, starts_at=at_clock(7, time(10, 30)), booked=True)


def person_taken_twice() -> None:
    therapist = UserFactory()
    for _ in range(2):
        SessionFactory(assignment=AssignmentFactory(therapist=therapist), booked=True)


def asked_for_twice() -> None:
    first = FileRequestFactory()
    FileRequestFactory(client=first.client)


def agreed_with_oneself() -> None:
    request = FileRequestFactory()
    with acting(request.asked_by):
        agree_by_hand(request, request.asked_by, now())


def agreed_at_no_time() -> None:
    second = UserFactory(roles=[Role.RECORDS_KEEPER])
    request = FileRequestFactory()
    with acting(second):
        agree_by_hand(request, second, None)


def agree_by_hand(request: FileRequest, by: User, at: datetime | None) -> None:
    FileRequest.objects.filter(pk=request.pk).update(state="agreed", agreed_by=by, agreed_at=at)


def booking_of_nobody() -> None:
    BookingFactory(user=None)


def booking_of_both() -> None:
    BookingFactory(room=RoomFactory())


def joined_twice() -> None:
    first = ParticipationFactory(joined_on=DAY)
    ParticipationFactory(episode=first.episode, client=first.client, joined_on=LATER)


def two_rhythms() -> None:
    first = CadenceFactory(starts_on=DAY)
    CadenceFactory(assignment=first.assignment, starts_on=LATER)


def one_day_of_a_rhythm_twice() -> None:
    cadence = CadenceFactory()
    for _ in range(2):
        SessionFactory(assignment=cadence.assignment, cadence=cadence, cadence_day=DAY)


def linked_twice() -> None:
    first = ClientLinkFactory()
    ClientLinkFactory(client=first.client, other=first.other)


def linked_to_oneself() -> None:
    client = ClientFactory()
    ClientLinkFactory(client=client, other=client)


def closed_twice() -> None:
    ClosedDayFactory(on=DAY, site=None)
    ClosedDayFactory(on=DAY, site=None)


def same_source_row_twice() -> None:
    from caseload.models import ImportedFrom, ImportRun
    from core.clock import now

    run = ImportRun.objects.create(kind="csv", source="old", started_at=now())
    for _ in range(2):
        ImportedFrom.objects.create(
            source="old",
            source_type="Patient",
            source_id="1",
            content_hash="",
            object_type="client",
            object_id=run.pk,
            run=run,
        )


def joined_with_itself() -> None:
    client = ClientFactory()
    FileRequestFactory(kind="join", client=client, other=client)


def a_calendar() -> AppointmentSource:
    return AppointmentSource.objects.create(user=UserFactory(), name="Mine", made_at=now())


def read_twice() -> None:
    source = a_calendar()
    run = AppointmentRun.objects.create(source=source, user=source.user, started_at=now())
    for _ in range(2):
        Appointment.objects.create(
            run=run,
            user=source.user,
            series="s",
            key="s-1",
            starts_at=now(),
            ends_at=now() + timedelta(hours=1),
            verdict="new",
        )


def known_twice() -> None:
    source = a_calendar()
    for _ in range(2):
        KnownSeries.objects.create(source=source, user=source.user, series="s")


BROKEN = {
    "an_appointment_is_read_once": [read_twice],
    "a_series_is_known_once": [known_twice],
    "one_primary_therapist_at_a_time": [two_leads],
    "covering_has_a_reason_and_an_end": [covering_without_an_end, covering_without_a_reason],
    "broken_glass_lasts_an_hour": [
        lambda: BreakGlassFactory(until=now() + timedelta(hours=2)),
        lambda: BreakGlassFactory(until=now()),
    ],
    "assignment_starts_before_it_ends": [
        lambda: AssignmentFactory(role="holding", starts_on=LATER, ends_on=DAY)
    ],
    "episode_opens_before_it_closes": [lambda: EpisodeFactory(opened_on=LATER, closed_on=DAY)],
    "a_client_takes_part_once_at_a_time": [joined_twice],
    "weekday_is_monday_to_sunday": [lambda: CadenceFactory(weekday=7)],
    "rhythm_is_every_one_to_twelve_weeks": [
        lambda: CadenceFactory(every_weeks=0),
        lambda: CadenceFactory(every_weeks=13),
    ],
    "one_rhythm_at_a_time": [two_rhythms],
    "a_rhythm_gives_each_day_once": [one_day_of_a_rhythm_twice],
    "session_starts_before_it_ends": [lambda: SessionFactory(ends_at=at_clock(7, time(10)))],
    "a_booking_takes_a_person_or_a_room": [booking_of_nobody, booking_of_both],
    "no_two_bookings_of_one_room": [room_taken_twice],
    "no_person_in_two_bookings_at_once": [person_taken_twice],
    "two_clients_are_linked_once": [linked_twice],
    "nobody_is_linked_to_themselves": [linked_to_oneself],
    "a_day_is_closed_once": [closed_twice],
    "load_is_never_negative": [lambda: CommitmentFactory(points=-1)],
    "a_source_row_is_known_once": [same_source_row_twice],
    "whoever_agrees_is_somebody_else": [agreed_with_oneself],
    "who_agreed_and_when_go_together": [agreed_at_no_time],
    "nothing_goes_on_before_a_second_yes": [lambda: FileRequestFactory(state="ready")],
    "one_request_of_a_kind_at_a_time": [asked_for_twice],
    "two_files_are_joined_not_one": [
        lambda: FileRequestFactory(kind="join"),
        joined_with_itself,
    ],
    "who_lifted_a_hold_and_when_go_together": [lambda: LegalHoldFactory(lifted_at=now())],
}
CASES = [(name, act) for name, acts in BROKEN.items() for act in acts]


@pytest.mark.parametrize(("name", "act"), CASES, ids=[name for name, _act in CASES])
def test_the_database_refuses(name, act) -> None:
    with pytest.raises(IntegrityError) as refusal:
        act()
    assert refusal.value.__cause__.diag.constraint_name == name


def test_every_law_of_the_caseload_is_tried() -> None:
    laws = {
        constraint.name
        for model in apps.get_app_config("caseload").get_models()
        for constraint in model._meta.constraints
    }
    assert laws == set(BROKEN)


def test_a_successor_leads_from_the_next_day() -> None:
    first = AssignmentFactory(starts_on=DAY, ends_on=DAY)
    assert AssignmentFactory(episode=first.episode, starts_on=LATER).role == "primary"


def test_two_may_work_along_on_the_same_days() -> None:
    first = AssignmentFactory()
    assert AssignmentFactory(episode=first.episode, role="co_working").pk


def test_a_person_and_a_room_may_be_taken_back_to_back() -> None:
    session = SessionFactory(room=RoomFactory(), booked=True)
    after = DateTimeTZRange(session.ends_at, session.ends_at + timedelta(hours=1))
    next_one = SessionFactory(
        assignment=session.assignment, starts_at=after.lower, ends_at=after.upper
    )
    Booking.objects.create(session=next_one, user=session.assignment.therapist, during=after)
    Booking.objects.create(session=next_one, room=session.room, during=after)


@pytest.mark.parametrize("factory", [RiskLookFactory, ReadLogFactory])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_facts_are_corrected_not_changed(factory, act) -> None:
    row = factory.create()
    mine = type(row).objects.filter(pk=row.pk)
    acts = {
        "update": lambda: mine.update(client=row.client),
        "delete": lambda: mine._raw_delete(mine.db),
    }
    with (
        as_app_for(row.by),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        acts[act]()
    assert type(row) in (RiskLook, ReadLog)


def test_history_is_written_by_the_database_and_never_rewritten() -> None:
    client = ClientFactory(name="Before")
    Client.objects.filter(pk=client.pk).update(name="After")
    events = client.events.order_by("pgh_id")
    assert [event.name for event in events] == ["Before", "After"]
    with (
        as_app_for(UserFactory()),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        events._raw_delete(events.db)


def test_what_is_sealed_is_not_readable_in_the_table_nor_in_its_history() -> None:
    client = ClientFactory(safe_to_contact="Only before noon.")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select row_to_json(c)::text from caseload_client c where id = %s", [client.pk]
        )
        row = cursor.fetchone()[0]
        cursor.execute("select string_agg(e::text, ' ') from caseload_clientevent e")
        history = cursor.fetchone()[0]
    assert "noon" not in row + history
    assert client.safe_to_contact_digest in history
