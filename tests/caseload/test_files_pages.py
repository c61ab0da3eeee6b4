"""Pages of files: two people, one after the other, and what each of them sees."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role, User
from caseload.models import Client, ExportParcel, FileRequest, LegalHold, ReadLog
from caseload.operations.file_jobs import carry_out
from core.clock import now, today
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory, FileRequestFactory
from tests.proof import has_proved
from tests.roles import standing_as

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice():
    return PracticeFactory.create()


@pytest.fixture
def keeper() -> User:
    return UserFactory.create(roles=[Role.RECORDS_KEEPER])


@pytest.fixture
def second() -> User:
    return UserFactory.create(roles=[Role.RECORDS_KEEPER])


@pytest.fixture
def file() -> Client:
    return ClientFactory.create(name="Zenobia Kwiatek")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the worker was handed."""
    jobs: list[str] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda _app, _name, args, **_more: jobs.extend(args)
    )
    return jobs


def page(name: str, pk: object = None) -> str:
    return reverse(f"caseload:{name}", args=[pk] if pk else [])


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def test_a_copy_from_asking_to_collecting(
    keeper, second, file, sent, django_capture_on_commit_callbacks
) -> None:
    mine, theirs = signed_in(keeper), signed_in(second)

    found = mine.post(page("files"), {"code": f" {file.code.lower()} "})
    assert found.url == page("file", file.pk)
    assert "Zenobia" in mine.get(found.url).content.decode()
    asked = mine.post(page("ask_for_copy", file.pk), {"ground": "client"})
    request = FileRequest.objects.get()
    assert asked.url == page("file_request", request.pk)

    assert f"file {file.code}" in theirs.get(page("files")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        theirs.post(page("agree_to_request", request.pk))
    assert sent == [str(FileRequest.objects.get().job_id)]
    with standing_as("worker"):
        carry_out(FileRequest.objects.get().job_id, at=now())

    assert theirs.post(page("collect_copy", request.pk)).status_code == 302
    assert ExportParcel.objects.exists()
    copy = mine.post(page("collect_copy", request.pk))
    assert copy["Content-Disposition"] == 'attachment; filename="copy.zip"'
    assert copy["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(copy.content)) as archive:
        assert archive.testzip() is None
        assert b"Zenobia Kwiatek" in archive.read("record.json")
    assert mine.post(page("collect_copy", request.pk)).status_code == 302
    read = set(ReadLog.objects.filter(client=file).values_list("page", flat=True))
    assert {"caseload:file", "caseload:ask_for_copy", "caseload:collect_copy"} <= read


def test_a_page_about_a_request_names_nobody(keeper, second, file) -> None:
    request = FileRequestFactory.create(client=file, asked_by=keeper)
    for person in (keeper, second):
        assert (
            "Zenobia"
            not in signed_in(person).get(page("file_request", request.pk)).content.decode()
        )
        assert "Zenobia" not in signed_in(person).get(page("files")).content.decode()


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("ask_for_copy", "get"),
        ("ask_for_disposal", "get"),
        ("set_hold", "get"),
        ("lift_hold", "get"),
        ("agree_to_request", "post"),
        ("collect_copy", "post"),
    ],
)
def test_what_is_grave_asks_again_who_is_there(second, file, name, method) -> None:
    request = FileRequestFactory.create(client=file)
    browser = signed_in(second)
    has_proved(browser, second, "password", ago=3600)
    about = request.pk if "request" in name or name == "collect_copy" else file.pk

    got = getattr(browser, method)(page(name, about))

    assert got.status_code == 302
    assert "reauthenticate" in got.url
    request.refresh_from_db()
    assert request.state == "asked"


def test_nobody_answers_their_own_request(keeper, file, sent) -> None:
    request = FileRequestFactory.create(client=file, asked_by=keeper)
    mine = signed_in(keeper)
    assert "Agree to the copy" not in mine.get(page("file_request", request.pk)).content.decode()
    mine.post(page("agree_to_request", request.pk))
    request.refresh_from_db()
    assert (request.state, sent) == ("asked", [])
    mine.post(page("decline_request", request.pk))
    request.refresh_from_db()
    assert (request.state, request.declined_by) == ("declined", keeper)


def test_what_was_answered_is_not_answered_again(keeper, second, file) -> None:
    request = FileRequestFactory.create(client=file, state="declined", declined_by=keeper)
    for act in ("agree_to_request", "decline_request"):
        signed_in(second).post(page(act, request.pk))
    request.refresh_from_db()
    assert (request.state, request.declined_by) == ("declined", keeper)


def test_a_second_request_for_the_same_is_refused(keeper, file) -> None:
    FileRequestFactory.create(client=file)
    got = signed_in(keeper).post(page("ask_for_copy", file.pk), {"ground": "client"})
    assert got.status_code == 422
    assert FileRequest.objects.count() == 1


def test_a_supervisor_finds_the_files_of_those_they_lead(file) -> None:
    stranger = UserFactory.create(roles=[Role.SUPERVISOR])
    got = signed_in(stranger).post(page("files"), {"code": file.code})
    assert got.status_code == 422
    assert signed_in(stranger).get(page("file", file.pk)).status_code == 404
    request = FileRequestFactory.create(client=file)
    assert signed_in(stranger).get(page("file_request", request.pk)).status_code == 404


def test_a_hold_is_set_and_lifted_with_a_reason(keeper, file) -> None:
    mine = signed_in(keeper)
    assert mine.post(page("set_hold", file.pk), {"reason": " "}).status_code == 422
    mine.post(page("set_hold", file.pk), {"reason": "A claim is expected"})
    file.refresh_from_db()
    assert file.on_legal_hold
    assert "A claim is expected" in mine.get(page("file", file.pk)).content.decode()
    mine.post(page("lift_hold", file.pk), {"reason": "Settled"})
    file.refresh_from_db()
    assert not file.on_legal_hold
    assert str(LegalHold.objects.get().lifted_why) == "Settled"


def test_a_file_is_disposed_of_by_two(
    keeper, file, sent, django_capture_on_commit_callbacks
) -> None:
    supervisor = UserFactory.create(roles=[Role.SUPERVISOR])
    ended = today() - timedelta(days=3000)
    AssignmentFactory.create(client=file, starts_on=ended, ends_on=ended)
    Client.objects.filter(pk=file.pk).update(kept_until=today() - timedelta(days=1))
    mine = signed_in(keeper)
    assert file.code in mine.get(page("files")).content.decode()
    assert page("ask_for_disposal", file.pk) in mine.get(page("file", file.pk)).content.decode()

    mine.post(page("ask_for_disposal", file.pk))
    request = FileRequest.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(supervisor).post(page("agree_to_request", request.pk))
    with standing_as("worker"):
        carry_out(FileRequest.objects.get().job_id, at=now())

    assert not Client.objects.filter(pk=file.pk).exists()
    assert file.code in mine.get(page("disposals")).content.decode()
    assert "Done" in mine.get(page("file_request", request.pk)).content.decode()
    assert mine.get(page("file", file.pk)).status_code == 404


def test_what_must_be_kept_says_so(keeper, file) -> None:
    got = signed_in(keeper).post(page("ask_for_disposal", file.pk), follow=True)
    assert "The time for keeping this file is not over." in got.content.decode()


def test_the_page_follows_the_worker(keeper, second, file) -> None:
    request = FileRequestFactory.create(client=file, asked_by=keeper)
    signed_in(second).post(page("agree_to_request", request.pk))
    mine = signed_in(keeper)
    moving = mine.get(page("file_request", request.pk), headers={"HX-Request": "true"})
    assert "data-hx-get" in moving.content.decode()
    assert "<html" not in moving.content.decode()
    mine.post(page("stop_request", request.pk))
    ended = mine.get(page("file_request", request.pk), headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"


@pytest.mark.parametrize("number", ["²", "0", "-1", "9" * 5000, "two"])
def test_a_page_that_is_none_is_the_first(keeper, number) -> None:
    assert signed_in(keeper).get(page("files"), {"page": number}).status_code == 200
