"""What an import makes of rows: new, changed, the same; all of it or nothing."""

from datetime import date
from pathlib import Path

import pytest

from accounts.models import RoleHeld, Site, User
from caseload.models import (
    Assignment,
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
    apply_import,
    preview_import,
)
from caseload.readers.problems import FileUnreadable
from core.clock import now
from tests.accounts.factories import SiteFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
)
from tests.caseload.imports.importing import (
    BASE,
    TODAY,
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
    lines,
    organization,
    patient,
    practitioner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


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
