"""What an import makes of a spreadsheet, also half-way through a departure."""

from datetime import date

import pytest

from caseload.models import (
    Assignment,
    Client,
    ImportedFrom,
    Session,
)
from caseload.operations.imports import (
    half_way_endings,
    undo_import,
)
from core.clock import now
from tests.accounts.factories import UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
)
from tests.caseload.imports.importing import (
    BASE,
    Importing,
    counted,
    issues,
)
from tests.caseload.imports.made import (
    patient,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


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
