"""What people have worked with since an import, and taking one back."""

from datetime import date

import pytest

from accounts.models import Site, User
from caseload.models import (
    Assignment,
    Booking,
    Client,
    Commitment,
    ContactChannel,
    Episode,
    Goal,
    ImportedFrom,
    ImportRun,
    ReadLog,
    Session,
)
from caseload.operations.imports import (
    TouchedSince,
    undo_import,
)
from caseload.operations.reading import log_read
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.factories import SiteFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    GoalFactory,
    SessionFactory,
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
    care_plan,
    encounter,
    goal,
    organization,
    patient,
    practitioner,
)
from tests.roles import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


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


def test_reading_alone_keeps_no_import_here_and_stays_on_record(importing: Importing) -> None:
    run = importing.fhir(*BASE)
    client, reader = Client.objects.get(), UserFactory()
    log_read(client=client, page="desk:client", by=reader, at=now())
    before = ReadLog.objects.values().get()

    undo_import(run=run, at=now())

    assert not Client.objects.exists()
    assert ReadLog.objects.values().get() == before
    with as_owner():
        said = Client.pgh_event_model.objects.filter(pgh_obj_id=before["client_id"])
        assert client.code in set(said.values_list("code", flat=True))
        assert said.filter(pgh_label="delete").exists()


def test_a_therapist_who_has_other_work_by_now_keeps_the_import_here(importing: Importing) -> None:
    run = importing.fhir(practitioner())
    AssignmentFactory(therapist=User.objects.get())

    with pytest.raises(TouchedSince, match="It stays as it is") as refused:
        undo_import(run=run, at=now())

    assert (refused.value.codes, refused.value.others) == ([], 1)
