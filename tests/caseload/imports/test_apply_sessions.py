"""What an import makes of sessions: past and planned, moved, cancelled, gone; and of time."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from caseload.models import (
    Assignment,
    Booking,
    Client,
    Commitment,
    Episode,
    Goal,
    ImportRun,
    Session,
)
from caseload.operations.imports import (
    Input,
)
from tests.accounts.factories import UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    SessionFactory,
)
from tests.caseload.imports.importing import (
    BASE,
    TODAY,
    WARSAW,
    Importing,
    counted,
    issues,
    reasons,
)
from tests.caseload.imports.made import (
    appointment,
    bundle,
    care_plan,
    encounter,
    goal,
    patient,
    practitioner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


# --- sessions --------------------------------------------------------------------------------------
def test_planned_sessions_take_the_therapists_time(importing: Importing) -> None:
    importing.fhir(practitioner(), patient(), appointment())

    booking = Booking.objects.get()
    assert booking.during.lower == datetime(2027, 3, 2, 10, tzinfo=ZoneInfo("UTC"))
    assert (
        Assignment.objects.get().starts_on == TODAY
    )  # work goes on now, not from the next session


def test_a_plan_for_a_time_that_is_taken_is_refused(importing: Importing) -> None:
    marta = UserFactory(name="Marta Zielińska")
    SessionFactory(
        booked=True,
        assignment=AssignmentFactory(therapist=marta),
        starts_at=datetime(2027, 3, 2, 10, 30, tzinfo=ZoneInfo("UTC")),
    )

    run = importing.fhir(
        practitioner(),
        patient(),
        appointment("a1", "2027-03-02"),
        appointment("a2", "2027-03-09"),
        appointment("a3", "2027-03-09"),
    )

    assert issues(run) == [(3, "busy"), (5, "busy")]
    assert Booking.objects.count() == 2


def test_a_planned_session_may_move_within_its_own_time(importing: Importing) -> None:
    importing.fhir(practitioner(), patient(), appointment())

    run = importing.fhir(appointment(start="2027-03-02T10:15:00Z", end="2027-03-02T11:05:00Z"))

    assert counted(run) == (0, 1, 0, 0, 0)
    assert Booking.objects.get().during.lower.minute == 15


def test_a_plan_that_came_about_frees_the_time(importing: Importing) -> None:
    importing.fhir(practitioner(), patient(), appointment())

    run = importing.fhir(appointment(status="fulfilled"))

    assert counted(run)[1] == 1
    assert Session.objects.get().state == Session.State.ATTENDED
    assert Booking.objects.count() == 0


def test_an_appointment_and_the_visit_it_became_are_one_session(importing: Importing) -> None:
    became = encounter("e9", "2027-03-02", appointment=[{"reference": "Appointment/a1"}])
    together = importing.fhir(practitioner(), patient(), appointment(), became)

    assert reasons(together) == {"held_as_session": 1}
    assert Session.objects.count() == 1


def test_a_visit_takes_the_place_of_the_appointment_that_came_earlier(importing: Importing) -> None:
    importing.fhir(practitioner(), patient(), appointment())
    became = encounter("e9", "2027-03-02", appointment=[{"reference": "Appointment/a1"}])

    run = importing.fhir(became)
    again = importing.fhir(appointment(), became)

    assert counted(run) == (0, 1, 0, 0, 0)
    assert Session.objects.get().state == Session.State.ATTENDED
    assert counted(again) == (0, 0, 1, 1, 0)


def test_overlaps_in_the_past_are_taken_and_told(importing: Importing) -> None:
    run = importing.fhir(
        practitioner(),
        patient("p1"),
        patient("p2"),
        encounter("e1", whose="p1"),
        encounter("e2", whose="p2", at="10:30:00", until="11:20:00"),
        encounter("e3", whose="p2", at="10:40:00", until="11:00:00", status="cancelled"),
        encounter("e4", whose="p1", at="11:20:00", until="12:10:00"),
    )

    assert issues(run, rejected=False) == [(5, "overlap")]
    assert Session.objects.count() == 4


def test_rows_without_their_people_are_refused_and_the_others_go_on(importing: Importing) -> None:
    run = importing.fhir(
        *BASE,
        encounter("e2", whose="nobody"),
        encounter("e3", by="nobody"),
        goal("g2", whose="nobody"),
        care_plan("c2", whose="nobody"),
        patient("p2"),
        goal("g3", whose="p2"),
        encounter("e1", "2026-03-10"),
        encounter(),
    )

    assert issues(run) == [
        (5, "client_unknown"),
        (6, "therapist_unknown"),
        (7, "client_unknown"),
        (8, "client_unknown"),
        (10, "nobody_leads"),
        (11, "differs"),
    ]
    assert reasons(run)["again"] == 1
    assert counted(run) == (5, 0, 0, 1, 6)


def test_in_a_bundle_everybody_is_known_once_everything_is_read(
    importing: Importing, tmp_path: Path
) -> None:
    keys = [f"urn:uuid:{key}" for key in ("t1", "p1")]
    both = [{"actor": {"reference": key}, "status": "accepted"} for key in keys]
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "urn:uuid:t1"},
    }
    visit = encounter(
        "e2", "2026-03-17", participant=[{"individual": {"reference": "urn:uuid:r1"}}]
    )
    path = bundle(
        tmp_path / "b.json", appointment(participant=both), visit, role, patient(), practitioner()
    )

    run = importing.run(ImportRun.Kind.FHIR, Input.at(path), TODAY)

    assert counted(run) == (4, 0, 0, 1, 0)
    assert {row.assignment.therapist.name for row in Session.objects.all()} == {"Marta Zielińska"}


def test_references_by_identifier_are_found(importing: Importing) -> None:
    run = importing.fhir(
        encounter(
            subject={"identifier": {"system": "urn:nhs", "value": "99"}},
            participant=[{"individual": {"reference": "Practitioner?identifier=urn:npi|5"}}],
        ),
        patient(identifier=[{"system": "urn:nhs", "value": "99"}]),
        practitioner(identifier=[{"system": "urn:npi", "value": "5"}]),
    )

    assert counted(run) == (3, 0, 0, 0, 0)


# --- time ------------------------------------------------------------------------------------------
def test_a_shift_keeps_weekdays_and_the_clock_on_the_wall(importing: Importing) -> None:
    run = importing.fhir(
        *BASE,
        encounter("e2", "2026-07-07"),
        care_plan(goal=[{"reference": "Goal/g1"}]),
        goal(),
        shift_to=date(2027, 1, 18),
    )

    starts = [row.starts_at.astimezone(WARSAW) for row in Session.objects.order_by("starts_at")]
    assert run.weeks_shifted == 27
    assert [each.strftime("%a %d %b %Y %H:%M") for each in starts] == [
        "Tue 08 Sep 2026 11:00",
        "Tue 12 Jan 2027 12:00",
    ]
    assert Client.objects.get().born_on == date(1990, 2, 28)
    assert Goal.objects.get().set_on == date(2026, 1, 5) + timedelta(weeks=27)
    assert Episode.objects.get().opened_on == date(2026, 1, 5) + timedelta(weeks=27)


def test_a_source_is_moved_ever_after_as_it_was_the_first_time(importing: Importing) -> None:
    importing.fhir(*BASE, shift_to=date(2026, 11, 21))

    later = importing.fhir(*BASE, encounter("e2", "2026-03-10"), shift_to=date(2027, 11, 21))

    assert counted(later) == (1, 0, 4, 0, 0)
    assert later.weeks_shifted == 37
    gap = (
        Session.objects.latest("starts_at").starts_at
        - Session.objects.earliest("starts_at").starts_at
    )
    assert gap == timedelta(days=7)


def test_a_goal_without_a_day_has_that_of_the_work(importing: Importing) -> None:
    run = importing.fhir(*BASE, goal())

    assert Goal.objects.get().set_on == date(2026, 3, 3)
    assert issues(run, rejected=False) == [(5, "goal_without_date")]


def test_work_with_somebody_who_has_died_is_closed(importing: Importing) -> None:
    importing.fhir(practitioner(), patient(deceasedDateTime="2026-05-06"), encounter())

    assignment = Assignment.objects.get()
    assert assignment.ends_on == assignment.episode.closed_on == date(2026, 5, 6)
    assert assignment.episode.participations.get().left_on == date(2026, 5, 6)
    assert Commitment.objects.count() == 0


def test_a_client_with_whom_nobody_works_is_told(importing: Importing) -> None:
    run = importing.fhir(patient())

    assert issues(run, rejected=False) == [(1, "nobody_leads")]
    assert Episode.objects.count() == 0


def test_the_practitioner_on_the_patient_leads_where_no_visit_says_who(
    importing: Importing,
) -> None:
    importing.fhir(practitioner(), patient(generalPractitioner=[{"reference": "Practitioner/t1"}]))

    assert Assignment.objects.get().starts_on == TODAY
