"""The pages of an import: a records keeper looks first, imports, stops, takes back; nobody else does."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Job, User
from caseload import tasks
from caseload.models import Client, ImportRun, Session
from caseload.operations import import_jobs
from caseload.operations.importing.progress import Progress, Stopped
from caseload.operations.importing.uploads import folder_of
from caseload.operations.imports import half_way_endings
from core.clock import now
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.imports.made import encounter, lines, patient, practitioner

pytestmark = pytest.mark.django_db
NEW = reverse("caseload:start_import")
SHEET = (
    "Client\tTherapist\tLast session\tTold on\tHow\n"
    "Wren Okafor\tMarta Zielińska\t2026-12-18\t2026-11-17\tin person\n"
    "Lark Fern\tMarta Zielińska\tsomeday\t\t\n"
)


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def keeper() -> User:
    PracticeFactory()
    return UserFactory(roles=["records_keeper"], name="Ines Prado")


@pytest.fixture
def signed_in(client: Browser, keeper: User) -> Browser:
    client.force_login(keeper)
    return client


def uploaded(tmp_path: Path, *rows: Any, name: str = "all.ndjson") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, lines(tmp_path / name, *rows).read_bytes())


def work() -> Job:
    """Let the worker do what was asked for last."""
    job = Job.objects.latest("created_at")
    tasks.import_caseload(str(job.pk))
    job.refresh_from_db()
    return job


def page(browser: Browser, name: str, run: ImportRun) -> str:
    return browser.get(reverse(f"caseload:{name}", args=[run.pk])).content.decode()


def words(html: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index("<main") :]).split())


def press(browser: Browser, name: str, run: ImportRun) -> Any:
    return browser.post(reverse(f"caseload:{name}", args=[run.pk]))


# --- the whole way ---------------------------------------------------------------------------------
def test_files_are_looked_at_imported_and_taken_back(signed_in: Browser, tmp_path: Path) -> None:
    files = [
        uploaded(tmp_path, patient(), practitioner(), name="people.ndjson"),
        uploaded(tmp_path, encounter(), encounter("e2", whose="nobody"), name="Encounter.ndjson"),
    ]

    response = signed_in.post(NEW, {"uploads": files})
    run = ImportRun.objects.get()
    assert response.headers["Location"] == reverse("caseload:import_run", args=[run.pk])
    assert "Waiting for its turn" in page(signed_in, "import_run", run)

    assert work().state == Job.State.DONE
    preview = words(page(signed_in, "import_run", run))
    assert "This would be imported" in preview
    assert "New 3 Changed 0 The same 0 Skipped 0 Rejected 1" in preview
    assert "Encounter.ndjson 2 The client it belongs to is not in these files. Rejected" in preview
    assert "Okafor" not in preview
    assert Client.objects.count() == 0

    press(signed_in, "apply_import", run)
    assert work().state == Job.State.DONE
    report = words(page(signed_in, "import_run", run))
    assert "Imported" in report
    assert (Client.objects.count(), Session.objects.count()) == (1, 1)
    assert not folder_of(run).exists()

    asked = page(signed_in, "undo_import", run)
    assert "Take this import back?" in asked
    press(signed_in, "undo_import", run)
    assert work().state == Job.State.DONE
    assert "Taken back" in words(page(signed_in, "import_run", run))
    assert Client.objects.count() == 0


def test_a_pasted_sheet_is_read_once_its_columns_are_said(signed_in: Browser) -> None:
    response = signed_in.post(NEW, {"pasted": SHEET, "source": "Marta’s list"})
    run = ImportRun.objects.get()
    assert response.headers["Location"] == reverse("caseload:choose_columns", args=[run.pk])

    columns = page(signed_in, "choose_columns", run)
    assert re.findall(r'<option value="(\w+)" selected>', columns) == [
        "name",
        "therapist",
        "last_session_on",
        "told_on",
        "told_mode",
    ]
    assert "Okafor" not in columns
    said = {
        f"column_{n}": each
        for n, each in enumerate(["name", "therapist", "last_session_on", "told_on", "told_mode"])
    }
    response = signed_in.post(
        reverse("caseload:choose_columns", args=[run.pk]), {**said, "has_header": "on"}
    )
    assert response.status_code == 302

    work()
    preview = words(page(signed_in, "import_run", run))
    assert "New 1 Changed 0 The same 0 Skipped 0 Rejected 1" in preview
    assert "pasted.csv 3 Last session is not a date that can be read." in preview
    press(signed_in, "apply_import", run)
    work()
    run.refresh_from_db()
    assert (run.state, run.source) == (ImportRun.State.APPLIED, "Marta’s list")
    assert [each.told_mode for each in half_way_endings(run)] == ["in_person"]


def test_the_day_and_month_question_is_asked(signed_in: Browser) -> None:
    UserFactory(name="Marta Zielińska", email="marta@example.org")
    signed_in.post(NEW, {"pasted": "Client;Told on\nWren;03/04/2026\n"})
    run = ImportRun.objects.get()
    address = reverse("caseload:choose_columns", args=[run.pk])
    said = {"column_0": "name", "column_1": "told_on", "has_header": "on"}

    refused = signed_in.post(address, said)
    assert refused.status_code == 422
    assert "How is 03/04/2026 meant?" in refused.content.decode()

    marta = User.objects.get(email="marta@example.org")
    signed_in.post(address, {**said, "order": "month", "therapist": str(marta.pk)})
    work()
    press(signed_in, "apply_import", run)
    work()
    told = half_way_endings(run)
    assert [each.told_on.isoformat() for each in told if each.told_on] == ["2026-03-04"]
    assert User.objects.filter(name="Marta Zielińska").count() == 1


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"column_0": "", "column_1": "told_on"}, "Say which column holds the names"),
        ({"column_0": "name", "column_1": "name"}, "Another column says this already"),
    ],
)
def test_columns_that_say_too_little_or_twice_the_same(
    signed_in: Browser, said: dict[str, str], problem: str
) -> None:
    signed_in.post(NEW, {"pasted": "Client;Told on\nWren;2026-11-17\n"})
    run = ImportRun.objects.get()

    response = signed_in.post(reverse("caseload:choose_columns", args=[run.pk]), said)

    assert response.status_code == 422
    assert problem in response.content.decode()


# --- what cannot be imported -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "Choose files, or paste cells."),
        ({"pasted": "   "}, "Choose files, or paste cells."),
        ({"uploads": [SimpleUploadedFile("a.csv", b"\n \n")]}, "This file is empty."),
        ({"uploads": [SimpleUploadedFile("a.csv", b"")]}, "file is empty"),
        (
            {"uploads": [SimpleUploadedFile("a.zip", b"PK\x03\x04")]},
            "Only FHIR (JSON, NDJSON) and CSV can be read.",
        ),
        ({"uploads": [SimpleUploadedFile("a.csv", b"PK\x03\x04")]}, "This file is compressed."),
        ({"uploads": [SimpleUploadedFile("a.csv", "Imię;Żuraw\n".encode("cp1250"))]}, "not UTF-8"),
        ({"uploads": [SimpleUploadedFile("a.json", b"[1]")]}, "neither a FHIR Bundle"),
    ],
)
def test_what_cannot_be_an_import_is_said_at_once_and_nothing_kept(
    signed_in: Browser, uploads: Path, given: dict[str, Any], problem: str
) -> None:
    response = signed_in.post(NEW, given)

    assert response.status_code == 422
    assert problem in response.content.decode()
    assert ImportRun.objects.count() == 0
    assert not uploads.exists() or list((uploads / "imports").iterdir()) == []


def test_one_spreadsheet_at_a_time(signed_in: Browser, uploads: Path) -> None:
    two = [SimpleUploadedFile(f"{name}.csv", b"Client\nWren\n") for name in "ab"]

    response = signed_in.post(NEW, {"uploads": two})

    assert "One spreadsheet at a time, please." in response.content.decode()
    assert list((uploads / "imports").iterdir()) == []


def test_files_and_cells_at_once_are_too_much(signed_in: Browser, tmp_path: Path) -> None:
    response = signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())], "pasted": SHEET})

    assert "Files or pasted cells, not both." in response.content.decode()


def test_a_file_that_breaks_off_is_told_and_nothing_has_changed(
    signed_in: Browser, tmp_path: Path
) -> None:
    whole = lines(tmp_path / "a.ndjson", patient("p1"), patient("p2")).read_bytes()
    signed_in.post(NEW, {"uploads": [SimpleUploadedFile("a.ndjson", whole[:-9])]})
    run = ImportRun.objects.get()

    assert work().state == Job.State.FAILED
    shown = words(page(signed_in, "import_run", run))
    assert "a.ndjson: This file ends in the middle of a row. Nothing has been changed." in shown
    assert "Import this" not in shown


def test_an_import_with_which_people_have_worked_says_with_whom(
    signed_in: Browser, tmp_path: Path
) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient(), practitioner(), encounter())]})
    run = ImportRun.objects.get()
    work()
    press(signed_in, "apply_import", run)
    work()
    Client.objects.update(pronouns="they")

    press(signed_in, "undo_import", run)

    assert work().state == Job.State.FAILED
    assert f"since: {Client.objects.get().code}" in words(page(signed_in, "import_run", run))
    assert Client.objects.count() == 1


def test_something_unforeseen_is_logged_and_told_without_its_words(
    signed_in: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    run = ImportRun.objects.get()

    def broken(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(import_jobs, "preview_import", broken)

    assert work().state == Job.State.FAILED
    assert "Something went wrong on our side." in page(signed_in, "import_run", run)
    assert "ZeroDivisionError" in caplog.text
    assert "Okafor" not in caplog.text


# --- watching and stopping -------------------------------------------------------------------------
def test_the_middle_of_the_page_asks_again_until_it_is_done(
    signed_in: Browser, tmp_path: Path
) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    run = ImportRun.objects.get()
    Job.objects.update(state=Job.State.RUNNING, done=1200, total=2659)
    address = reverse("caseload:import_run", args=[run.pk])

    whole = signed_in.get(address).content.decode()
    middle = signed_in.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "1,200 of 2,659 rows compared" in whole
    assert '<noscript><meta http-equiv="refresh"' in whole
    assert middle.lstrip().startswith('<div id="progress"')
    assert 'data-hx-trigger="every 2s"' in middle
    Job.objects.update(state=Job.State.DONE, ended_at=now())
    done = signed_in.get(address, headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"


def test_an_import_that_waits_stops_at_once(signed_in: Browser, tmp_path: Path) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    run = ImportRun.objects.get()

    press(signed_in, "stop_import", run)

    assert Job.objects.get().state == Job.State.CANCELLED
    assert work().state == Job.State.CANCELLED  # the worker leaves it alone
    assert "Stopped. Nothing has been changed." in page(signed_in, "import_run", run)


def test_an_import_that_runs_is_asked_to_stop(
    signed_in: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    run = ImportRun.objects.get()
    Job.objects.update(state=Job.State.RUNNING)

    press(signed_in, "stop_import", run)

    assert Job.objects.get().cancel_asked
    assert "Stopping…" in page(signed_in, "import_run", run)

    def stop(self: Progress, done: int, total: int) -> None:
        raise Stopped

    monkeypatch.setattr(Progress, "__call__", stop)
    assert work().state == Job.State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_and_heard_while_the_transaction_is_open() -> None:
    job = Job.objects.create(
        kind="preview_import", started_by=UserFactory(), state=Job.State.RUNNING
    )
    with Progress(job.pk) as watch:
        watch(7, 9)
        job.refresh_from_db()
        assert (job.done, job.total) == (7, 9)
        watch(8, 9)  # too soon to say again
        job.refresh_from_db()
        assert job.done == 7
        Job.objects.update(cancel_asked=True)
        watch.said_at = 0
        with pytest.raises(Stopped):
            watch(9, 9)


def test_work_under_way_is_not_asked_for_twice(signed_in: Browser, tmp_path: Path) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    run = ImportRun.objects.get()

    response = signed_in.post(reverse("caseload:apply_import", args=[run.pk]), follow=True)

    assert "This import is under way." in response.content.decode()
    assert Job.objects.count() == 1


def test_a_killed_worker_leaves_no_second_import(signed_in: Browser, tmp_path: Path) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient(), practitioner(), encounter())]})
    run = ImportRun.objects.get()
    work()
    press(signed_in, "apply_import", run)
    work()
    Job.objects.update(state=Job.State.RUNNING)  # killed after its work, before saying so

    assert work().state == Job.State.DONE
    run.refresh_from_db()
    assert (run.new, Client.objects.count()) == (3, 1)


def test_the_worker_is_called_once_everything_is_committed(
    signed_in: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(
        "core.tasks.current_app.send_task", lambda name, args, **_: sent.append((name, args))
    )

    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})

    assert sent == [(tasks.import_caseload.name, [str(Job.objects.get().pk)])]


# --- keeping and forgetting ------------------------------------------------------------------------
def test_uploads_are_kept_from_others_and_discarded(signed_in: Browser, tmp_path: Path) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient()), uploaded(tmp_path, patient())]})
    run = ImportRun.objects.get()
    kept = sorted(folder_of(run).iterdir())

    assert [each.name for each in kept] == ["1-all.ndjson", "all.ndjson"]
    assert {each.stat().st_mode & 0o777 for each in kept} == {0o600}
    Job.objects.update(state=Job.State.DONE, ended_at=now())
    press(signed_in, "discard_import", run)
    assert ImportRun.objects.count() == 0


def test_columns_of_a_sheet_that_is_gone_are_chosen_no_more(signed_in: Browser) -> None:
    run = ImportRun.objects.create(kind="csv", source="x", started_at=now())

    response = signed_in.get(reverse("caseload:choose_columns", args=[run.pk]), follow=True)

    assert "The files are no longer here." in response.content.decode()


def test_what_is_imported_cannot_be_imported_stopped_or_taken_back_twice(
    signed_in: Browser,
) -> None:
    run = ImportRun.objects.create(kind="fhir", source="x", state="applied", started_at=now())

    applied = signed_in.post(reverse("caseload:apply_import", args=[run.pk]), follow=True)
    press(signed_in, "stop_import", run)
    ImportRun.objects.update(state="undone", undone_at=now())

    assert "This import is done." in applied.content.decode()
    assert press(signed_in, "undo_import", run).status_code == 404
    assert Job.objects.count() == 0


def test_an_import_that_has_ended_is_not_stopped(signed_in: Browser, tmp_path: Path) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    work()

    press(signed_in, "stop_import", ImportRun.objects.get())

    job = Job.objects.get()
    assert (job.state, job.cancel_asked) == (Job.State.DONE, False)


def test_what_is_imported_cannot_be_discarded(signed_in: Browser) -> None:
    run = ImportRun.objects.create(
        kind="fhir", source="x", state="applied", started_at=now(), applied_at=now()
    )

    press(signed_in, "discard_import", run)

    assert ImportRun.objects.count() == 1


def test_uploads_that_nobody_went_on_with_are_forgotten(signed_in: Browser, tmp_path: Path) -> None:
    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})
    old = ImportRun.objects.get()
    ImportRun.objects.update(started_at=now() - timedelta(days=3))

    signed_in.post(NEW, {"uploads": [uploaded(tmp_path, patient())]})

    assert not folder_of(old).exists()
    Job.objects.update(state=Job.State.DONE, ended_at=now())
    press(signed_in, "preview_import", old)
    work()
    assert "The files are no longer here." in page(signed_in, "import_run", old)
    old.refresh_from_db()
    assert old.upload == ""


# --- who may ---------------------------------------------------------------------------------------
PAGES = ["imports", "start_import", "import_run", "choose_columns", "undo_import"]
ACTS = ["apply_import", "preview_import", "stop_import", "discard_import"]
OTHERS = ["therapist", "supervisor", "directory_admin", "practice_admin", "front_desk"]


def addresses(names: list[str]) -> list[str]:
    bare = {"imports", "start_import"}
    return [reverse(f"caseload:{name}", args=[] if name in bare else [uuid4()]) for name in names]


@pytest.mark.parametrize("role", OTHERS)
def test_only_a_records_keeper_comes_here(client: Browser, role: str) -> None:
    client.force_login(UserFactory(roles=[role]))

    assert [client.get(each).status_code for each in addresses(PAGES)] == [403] * len(PAGES)
    assert [client.post(each).status_code for each in addresses(ACTS)] == [403] * len(ACTS)


def test_nobody_comes_here_without_signing_in(client: Browser) -> None:
    assert {client.get(each).status_code for each in addresses(PAGES + ACTS)} == {302}


def test_what_is_not_there_is_not_there(signed_in: Browser) -> None:
    assert [signed_in.get(each).status_code for each in addresses(PAGES)] == [
        200,
        200,
        404,
        404,
        404,
    ]
    assert {signed_in.post(each).status_code for each in addresses(ACTS)} == {404}
    assert {signed_in.get(each).status_code for each in addresses(ACTS)} == {405}


def test_the_list_says_what_there_is_and_what_to_do_where_there_is_nothing(
    signed_in: Browser,
) -> None:
    empty = signed_in.get(reverse("caseload:imports")).content.decode()
    ImportRun.objects.create(
        kind="csv",
        source="Marta’s list",
        state="applied",
        new=12,
        started_at=now(),
        applied_at=now(),
    )
    one = words(signed_in.get(reverse("caseload:imports")).content.decode())

    assert "Nothing imported yet." in empty
    assert "Spreadsheet Marta’s list – 12 0 0 Applied" in one


def test_the_list_and_the_report_cost_the_same_for_one_and_for_thirty(
    signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        run = ImportRun.objects.create(kind="csv", source=str(number), started_at=now())
        run.issues.create(file="a.csv", line=number, code="no_name")

    with django_assert_max_num_queries(12):
        signed_in.get(reverse("caseload:imports"))
    with django_assert_max_num_queries(12):
        page(signed_in, "import_run", run)
