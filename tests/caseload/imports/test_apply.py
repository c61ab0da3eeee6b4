"""What an import makes of rows: new, changed, the same; what stays, what is refused, what is taken back."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import RoleHeld, Site, User
from caseload.models import (
    Assignment,
    Booking,
    Client,
    Commitment,
    ContactChannel,
    Episode,
    Goal,
    ImportedFrom,
    ImportIssue,
    ImportRun,
    Session,
)
from caseload.operations.imports import (
    Input,
    TouchedSince,
    apply_import,
    half_way_endings,
    preview_import,
    undo_import,
)
from caseload.readers.problems import FileUnreadable
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.factories import PracticeFactory, SiteFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
    GoalFactory,
    SessionFactory,
)
from tests.caseload.imports.made import (
    appointment,
    bundle,
    care_plan,
    encounter,
    goal,
    lines,
    organization,
    patient,
    practitioner,
)

TODAY = date(2026, 11, 21)
WARSAW = ZoneInfo("Europe/Warsaw")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory()


class Importing:
    """Imports what it is given, one file a run, from one source."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.source = folder, "elsewhere"

    def fhir(self, *resources: Any, on: date = TODAY, **told: Any) -> ImportRun:
        path = lines(self.folder / "all.ndjson", *resources)
        return self.run(ImportRun.Kind.FHIR, Input.at(path, **told), on)

    def csv(self, text: str, on: date = TODAY, **told: Any) -> ImportRun:
        path = self.folder / "sheet.csv"
        path.write_text(text, encoding="utf-8")
        return self.run(ImportRun.Kind.CSV, Input.at(path, **told), on)

    def run(self, kind: str, given: Input, on: date) -> ImportRun:
        run = ImportRun.objects.create(kind=kind, source=self.source, started_at=now())
        apply_import(run=run, given=given, on=on, at=now())
        return run


@pytest.fixture
def importing(tmp_path: Path) -> Importing:
    return Importing(tmp_path)


def counted(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.new, run.changed, run.same, run.skipped, run.rejected


def issues(run: ImportRun, *, rejected: bool = True) -> list[tuple[int, str]]:
    found = run.issues.filter(is_rejected=rejected).order_by("line", "code")
    return [(each.line, each.code) for each in found]


def reasons(run: ImportRun) -> dict[str, int]:
    return {code: count for _level, code, _what, count in run.counts["reasons"]}


BASE = (organization(), practitioner(), patient(), encounter())


# --- new, changed, same ----------------------------------------------------------------------------
def test_rows_become_people_work_and_sessions(importing: Importing) -> None:
    run = importing.fhir(*BASE, goal(startDate="2026-03-04"))

    client, therapist = Client.objects.get(), User.objects.get()
    assignment, session, found = Assignment.objects.get(), Session.objects.get(), Goal.objects.get()
    assert counted(run) == (5, 0, 0, 0, 0)
    assert (run.state, run.applied_at is not None) == (ImportRun.State.APPLIED, True)
    assert (client.name, client.born_on) == ("Wren Okafor", date(1990, 2, 28))
    assert (client.sort_key[:4], client.code[:2]) == ("wren", "C-")
    assert client.registered_on == date(2026, 3, 3)
    assert RoleHeld.objects.get().user == therapist
    assert (assignment.therapist, assignment.role) == (therapist, Assignment.Role.PRIMARY)
    assert (assignment.starts_on, assignment.ends_on) == (date(2026, 3, 3), None)
    assert assignment.episode.participations.get().client == client
    assert (session.assignment, session.state) == (assignment, Session.State.ATTENDED)
    assert (found.words, found.set_on, found.met) == (
        "To sleep through the night",
        date(2026, 3, 4),
        Goal.Met.OPEN,
    )
    assert Site.objects.get().name == "House by the canal"
    weight = Commitment.objects.get()
    assert (weight.user, weight.points, weight.assignment) == (therapist, 1, assignment)


def test_a_second_run_changes_nothing_whatever_the_form(
    importing: Importing, tmp_path: Path
) -> None:
    rows = (*BASE, goal(), care_plan(), appointment())
    importing.fhir(*rows)
    before = list(ImportedFrom.objects.order_by("pk").values())
    entries = bundle(tmp_path / "bundle.json", *rows)

    again = importing.fhir(*rows)
    as_bundle = importing.run(ImportRun.Kind.FHIR, Input.at(entries), TODAY)

    assert counted(again) == counted(as_bundle) == (0, 0, 7, 0, 0)
    assert list(ImportedFrom.objects.order_by("pk").values()) == before


def test_what_is_new_in_a_row_is_changed_here(importing: Importing) -> None:
    importing.fhir(*BASE, goal())
    code = Client.objects.get().code

    run = importing.fhir(
        organization(name="House by the river"),
        practitioner(name=[{"text": "Marta Król"}]),
        patient(name=[{"text": "Wren Okafor-Lis"}], telecom=[{"system": "phone", "value": "1"}]),
        encounter(status="cancelled", at="12:00:00", until="12:50:00"),
        goal(achievementStatus={"coding": [{"code": "achieved"}]}, description={"text": "To rest"}),
    )

    client, session, found = Client.objects.get(), Session.objects.get(), Goal.objects.get()
    assert counted(run) == (0, 5, 0, 0, 0)
    assert (client.name, client.code, client.revision) == ("Wren Okafor-Lis", code, 1)
    assert client.sort_key.startswith("wren okafor-lis")
    assert ContactChannel.objects.get().consented_on is None
    assert (session.state, session.starts_at.hour) == (Session.State.CANCELLED, 12)
    assert (found.words, found.met) == ("To rest", Goal.Met.MET)
    assert (User.objects.get().name, Site.objects.get().name) == (
        "Marta Król",
        "House by the river",
    )


def test_an_export_of_what_is_new_finds_the_rest_from_before(importing: Importing) -> None:
    importing.fhir(*BASE)

    run = importing.fhir(encounter("e2", "2026-01-13"), encounter("e3", "2026-04-14"), goal())

    assignment = Assignment.objects.get()
    assert counted(run) == (3, 0, 0, 0, 0)
    assert Session.objects.filter(assignment=assignment).count() == 3
    assert assignment.starts_on == date(2026, 1, 13)
    assert assignment.episode.opened_on == date(2026, 1, 13)
    assert assignment.episode.participations.get().joined_on == date(2026, 1, 13)


# --- people have worked with it --------------------------------------------------------------------
def test_what_a_person_has_changed_stays(importing: Importing) -> None:
    importing.fhir(
        *BASE,
        goal(),
        patient("p2", name=[{"text": "Lark Fern"}], telecom=[{"system": "phone", "value": "1"}]),
    )
    Client.objects.filter(name="Wren Okafor").update(known_as="Wrenny")
    Session.objects.update(state=Session.State.MISSED)
    ContactChannel.objects.update(consented_on=TODAY)
    row = Goal.objects.get()
    row.words = "In their own words"
    row.save()

    run = importing.fhir(
        patient(name=[{"text": "Wren O."}]),
        patient("p2", name=[{"text": "Lark F."}], telecom=[{"system": "phone", "value": "2"}]),
        encounter(status="cancelled"),
        goal(description={"text": "To rest"}),
    )

    assert counted(run) == (0, 0, 0, 4, 0)
    assert reasons(run)["touched"] == 4
    assert set(Client.objects.values_list("name", flat=True)) == {"Wren Okafor", "Lark Fern"}
    assert Session.objects.get().state == Session.State.MISSED
    assert Goal.objects.get().words == "In their own words"
    assert ContactChannel.objects.get().value == "1"


def test_an_id_that_has_come_to_mean_somebody_else_is_refused_with_all_that_is_theirs(
    importing: Importing,
) -> None:
    importing.fhir(*BASE)

    run = importing.fhir(
        practitioner(),
        patient(name=[{"text": "Otter Alder"}], birthDate="2001-01-01"),
        encounter("e2", "2026-04-14"),
    )

    assert issues(run) == [(2, "another_person"), (3, "client_unknown")]
    assert Client.objects.get().name == "Wren Okafor"
    assert Session.objects.count() == 1


def test_a_corrected_name_or_birth_is_the_same_person(importing: Importing) -> None:
    importing.fhir(*BASE)

    assert counted(importing.fhir(patient(birthDate="1990-03-01")))[1] == 1
    assert (
        counted(importing.fhir(patient(birthDate="1990-03-01", name=[{"text": "Wren Lis"}])))[1]
        == 1
    )


def test_an_import_never_moves_who_leads(importing: Importing) -> None:
    importing.fhir(*BASE)
    work = Assignment.objects.get()

    run = importing.fhir(
        practitioner("t2", name=[{"text": "Tomasz Król"}]),
        patient(),
        *(encounter(f"n{day}", f"2026-06-{day:02}", by="t2") for day in range(1, 20)),
    )

    work.refresh_from_db()
    beside = Assignment.objects.exclude(pk=work.pk).get()
    assert (work.role, work.ends_on) == (Assignment.Role.PRIMARY, None)
    assert (beside.role, beside.ends_on) == (Assignment.Role.CO_WORKING, date(2026, 6, 19))
    assert issues(run, rejected=False) == [(2, "another_leads")]


def test_sessions_of_work_that_was_handed_over_here_stay_where_they_were(
    importing: Importing,
) -> None:
    importing.fhir(*BASE)
    work = Assignment.objects.get()
    work.ends_on = date(2026, 6, 30)
    work.save()
    receiver = UserFactory()
    Assignment.objects.create(episode=work.episode, therapist=receiver, starts_on=date(2026, 7, 1))

    importing.fhir(patient(), practitioner(), encounter("e2", "2026-08-04"))

    work.refresh_from_db()
    assert work.ends_on == date(2026, 6, 30)
    assert Session.objects.filter(assignment=work).count() == 2


# --- who is here already ---------------------------------------------------------------------------
def test_the_one_therapist_of_that_name_is_meant(importing: Importing) -> None:
    marta = UserFactory(name="Marta Zielińska")

    run = importing.fhir(*BASE)

    assert User.objects.get() == marta
    assert Assignment.objects.get().therapist == marta
    assert reasons(run) == {"linked": 1}
    assert marta.email


def test_of_two_therapists_of_that_name_neither_is_meant(importing: Importing) -> None:
    UserFactory(name="Marta Zielińska")
    UserFactory(name="Marta Zielińska")

    importing.fhir(*BASE)

    assert User.objects.count() == 3
    assert Assignment.objects.get().therapist.email is None


def test_two_practitioners_of_one_name_are_two_people(importing: Importing) -> None:
    UserFactory(name="Marta Zielińska")

    importing.fhir(practitioner("t1"), practitioner("t2"))

    assert User.objects.count() == 3


def test_a_client_who_is_here_already_is_linked_and_not_changed(importing: Importing) -> None:
    here = ClientFactory(name="wren okafor", born_on=date(1990, 2, 28))
    work = AssignmentFactory(client=here, therapist=UserFactory(name="Marta Zielińska"))

    run = importing.fhir(*BASE)

    assert Client.objects.get() == here
    assert Client.objects.get().name == "wren okafor"
    assert Episode.objects.count() == 1
    assert Session.objects.get().assignment == work
    assert reasons(run)["linked"] == 2
    assert counted(run) == (2, 0, 2, 0, 0)


def test_a_place_of_the_same_name_is_the_same_place(importing: Importing) -> None:
    SiteFactory(name="House by the canal")

    importing.fhir(organization())

    assert Site.objects.count() == 1


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


# --- all or nothing --------------------------------------------------------------------------------
def test_a_file_that_breaks_off_changes_nothing(importing: Importing, tmp_path: Path) -> None:
    lines(tmp_path / "Patient.ndjson", *BASE)
    broken = lines(tmp_path / "Zed.ndjson", patient("p9"))
    broken.write_bytes(broken.read_bytes()[:-9])
    run = ImportRun.objects.create(kind=ImportRun.Kind.FHIR, source="x", started_at=now())

    with pytest.raises(FileUnreadable, match="ends in the middle"):
        apply_import(run=run, given=Input.at(tmp_path), on=TODAY, at=now())

    assert Client.objects.count() == 0


def test_files_with_nothing_of_a_caseload_are_refused(importing: Importing) -> None:
    with pytest.raises(FileUnreadable, match="Nothing in these files"):
        importing.fhir({"resourceType": "Observation", "id": "1"})


def test_whoever_looks_on_may_stop_it_and_nothing_has_changed(
    importing: Importing, tmp_path: Path
) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if total:
            raise Stopped

    run = ImportRun.objects.create(kind=ImportRun.Kind.FHIR, source="x", started_at=now())
    given = Input.at(lines(tmp_path / "a.ndjson", *BASE))

    with pytest.raises(Stopped):
        apply_import(run=run, given=given, on=TODAY, at=now(), watch=stop)

    assert Client.objects.count() == 0


def test_a_preview_counts_and_changes_nothing(importing: Importing, tmp_path: Path) -> None:
    given = Input.at(lines(tmp_path / "a.ndjson", *BASE, encounter("e2", whose="nobody")))
    run = ImportRun.objects.create(kind=ImportRun.Kind.FHIR, source="x", started_at=now())

    preview_import(run=run, given=given, on=TODAY)
    run.refresh_from_db()

    assert counted(run) == (4, 0, 0, 0, 1)
    assert (run.state, run.applied_at) == (ImportRun.State.PREVIEW, None)
    assert issues(run) == [(5, "client_unknown")]
    assert (Client.objects.count(), ImportedFrom.objects.count()) == (0, 0)

    apply_import(run=run, given=given, on=TODAY, at=now())
    assert counted(run) == (4, 0, 0, 0, 1)
    assert ImportIssue.objects.count() == 1


# --- taking back -----------------------------------------------------------------------------------
def test_an_import_is_taken_back_whole(importing: Importing) -> None:
    SiteFactory(name="House by the canal")
    run = importing.fhir(*BASE, goal(), care_plan(), appointment())

    undo_import(run=run, at=now())

    gone = (Client, Episode, Assignment, Session, Booking, Goal, User, Commitment, ImportedFrom)
    assert [model._default_manager.count() for model in gone] == [0] * len(gone)
    assert Site.objects.count() == 1  # it was here before
    run.refresh_from_db()
    assert (run.state, run.undone_at is not None) == (ImportRun.State.UNDONE, True)


def test_what_an_import_changed_becomes_what_it_was(importing: Importing) -> None:
    first = importing.fhir(*BASE, goal(), appointment())
    second = importing.fhir(
        practitioner(name=[{"text": "Marta Król"}]),
        organization(name="House by the river"),
        patient(
            name=[{"text": "Wren Lis"}],
            telecom=[{"system": "phone", "value": "1"}],
            communication=[{"language": {"coding": [{"code": "pl"}]}}],
        ),
        encounter(status="cancelled", on="2026-02-03"),
        appointment(start="2027-03-02T11:00:00Z", end="2027-03-02T11:50:00Z"),
        goal(description={"text": "To rest"}, startDate="2026-03-09"),
    )

    undo_import(run=second, at=now())

    client, session = Client.objects.get(), Session.objects.earliest("starts_at")
    assert (client.name, client.languages, client.channels.count()) == ("Wren Okafor", [], 0)
    assert (session.state, session.starts_at.date()) == (Session.State.ATTENDED, date(2026, 3, 3))
    assert Booking.objects.get().during.lower.hour == 10
    assert Goal.objects.get().words == "To sleep through the night"
    assert (User.objects.get().name, Site.objects.get().name) == (
        "Marta Zielińska",
        "House by the canal",
    )
    assert Assignment.objects.get().starts_on == date(2026, 3, 3)
    assert Episode.objects.get().opened_on == date(2026, 3, 3)

    again = importing.fhir(*BASE, goal(), appointment())
    assert counted(again) == (0, 0, 6, 0, 0)
    undo_import(run=again, at=now())
    undo_import(run=first, at=now())
    assert Client.objects.count() == 0


def test_the_newer_import_is_taken_back_first(importing: Importing) -> None:
    first = importing.fhir(*BASE)
    importing.fhir(*BASE)

    with pytest.raises(RuleBroken, match="newer import"):
        undo_import(run=first, at=now())


def test_an_import_is_taken_back_once(importing: Importing) -> None:
    run = importing.fhir(*BASE)
    undo_import(run=run, at=now())

    with pytest.raises(RuleBroken, match="not in force"):
        undo_import(run=run, at=now())


@pytest.mark.parametrize("touch", ["client", "session", "new session", "goal", "channel", "work"])
def test_an_import_with_which_people_have_worked_stays_and_says_whose(
    importing: Importing, touch: str
) -> None:
    run = importing.fhir(
        *BASE,
        patient("p2", name=[{"text": "Lark Fern"}]),
        encounter("e2", "2026-03-10", whose="p2"),
    )
    client = Client.objects.get(name="Wren Okafor")
    assignment = Assignment.objects.get(episode__participations__client=client)
    session = Session.objects.get(assignment=assignment)
    acts = {
        "client": lambda: Client.objects.filter(pk=client.pk).update(pronouns="they"),
        "session": lambda: Session.objects.filter(pk=session.pk).update(mode="video"),
        "new session": lambda: SessionFactory(assignment=assignment),
        "goal": lambda: GoalFactory(assignment=assignment),
        "channel": lambda: ContactChannel.objects.create(client=client, kind="phone", value="7"),
        "work": lambda: Assignment.objects.filter(pk=assignment.pk).update(ends_on=TODAY),
    }
    acts[touch]()

    with pytest.raises(TouchedSince) as refused:
        undo_import(run=run, at=now())

    assert refused.value.codes == [client.code]
    assert client.code in str(refused.value)
    assert Client.objects.count() == 2
    assert run.state == ImportRun.State.APPLIED


def test_a_therapist_who_has_other_work_by_now_keeps_the_import_here(importing: Importing) -> None:
    run = importing.fhir(practitioner())
    AssignmentFactory(therapist=User.objects.get())

    with pytest.raises(TouchedSince, match="It stays as it is") as refused:
        undo_import(run=run, at=now())

    assert (refused.value.codes, refused.value.others) == ([], 1)


# --- spreadsheets ----------------------------------------------------------------------------------
HALF_WAY = (
    "Client;Born;Therapist;Last session;Told on;How;Options;Receiver\n"
    "Wren Okafor;1990-02-28;Marta Zielińska;2026-12-18;2026-11-17;in person;Ola's group;Ines Prado\n"
    "Lark Fern;1985-05-05;Marta Zielińska;2026-12-18;;;;\n"
)


def test_a_departure_half_way_is_kept_for_those_who_make_endings(importing: Importing) -> None:
    ines = UserFactory(name="Ines Prado")

    run = importing.csv(HALF_WAY)

    wren, lark = sorted(half_way_endings(run), key=lambda each: each.told_on is None)
    work = Assignment.objects.get(pk=wren.assignment_id)
    assert counted(run) == (2, 0, 0, 0, 0)  # rows
    assert (wren.last_session_on, wren.told_on, wren.told_mode) == (
        date(2026, 12, 18),
        date(2026, 11, 17),
        "in_person",
    )
    assert (wren.options, wren.receiver, wren.receiver_id) == ("Ola's group", "Ines Prado", ines.pk)
    assert work.therapist.name == "Marta Zielińska"
    assert (work.starts_on, work.ends_on) == (date(2026, 11, 17), None)
    assert (lark.told_on, lark.told_mode, lark.receiver_id) == (None, "", None)
    assert "Ola" not in str(ImportedFrom.objects.filter(source_type="ending").values_list())


def test_a_second_paste_changes_what_has_moved_on(importing: Importing) -> None:
    importing.csv(HALF_WAY)

    same = importing.csv(HALF_WAY)
    changed = importing.csv(HALF_WAY.replace("2026-12-18;;;;", "2026-12-18;2026-11-20;video;;"))

    assert counted(same) == (0, 0, 2, 0, 0)
    assert counted(changed) == (0, 1, 1, 0, 0)
    assert {each.told_mode for each in half_way_endings(changed)} == {"video"}


def test_a_changed_half_way_row_is_taken_back_too(importing: Importing) -> None:
    first = importing.csv(HALF_WAY)
    changed = importing.csv(HALF_WAY.replace("2026-11-17;in person", "2026-11-18;video"))

    undo_import(run=changed, at=now())

    assert {each.told_mode for each in half_way_endings(first)} == {"in_person", ""}


def test_rows_of_a_spreadsheet_are_counted_as_rows(importing: Importing) -> None:
    run = importing.csv(
        "Client,Therapist,Date,Goal\n"
        "Wren,Marta,2026-11-03,To sleep\n"
        "Wren,Marta,2026-11-10,\n"
        "Lark,Marta,someday,\n"
        "Lark,Marta,2026-12-01,\n"
        "Fern,Marta,2026-12-01,\n"
        "\n"
    )

    assert counted(run) == (3, 0, 0, 1, 2)
    assert issues(run) == [(4, "bad_date"), (6, "busy")]
    assert Client.objects.count() == 3
    assert Session.objects.count() == 3


def test_the_therapist_on_the_row_leads(importing: Importing) -> None:
    importing.csv(
        "Client;Therapist;Since;E-mail;Language\nWren;Marta;13.01.2025;w@example.org;polski\n"
    )

    assignment, client = Assignment.objects.get(), Client.objects.get()
    assert (assignment.starts_on, assignment.therapist.name) == (date(2025, 1, 13), "Marta")
    assert (client.registered_on, client.languages) == (date(2025, 1, 13), ["pl"])
    assert client.channels.get().value == "w@example.org"


def test_a_spreadsheet_finds_clients_by_our_own_code(importing: Importing) -> None:
    here = ClientFactory(name="Wren Okafor")
    AssignmentFactory(client=here, therapist=UserFactory(name="Marta"))

    importing.csv(f"Code;Client;Therapist;Last session\n{here.code};Wren Okafor;Marta;18.12.2026\n")

    assert Client.objects.get() == here
    assert Assignment.objects.count() == 1


def test_another_system_does_not_know_the_ids_of_the_first(importing: Importing) -> None:
    importing.fhir(*BASE)
    importing.source = "another system"

    run = importing.fhir(patient(name=[{"text": "Otter Alder"}], birthDate="2001-01-01"))

    assert counted(run) == (1, 0, 0, 0, 0)
    assert Client.objects.count() == 2
