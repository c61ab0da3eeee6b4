"""Nothing that names a client leaves the app (R22): a marker in every field, and a look at every way out.

Pages show a client to whom they may; their addresses, titles and headers, and everything that is sent, logged,
queued or cached, name nobody.
"""

import io
import logging
import re
import zipfile
from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Client, FileRequest
from caseload.operations.file_jobs import carry_out
from core.clock import as_of, now, today
from core.logs import Wordless
from reminders.operations.ticking import night, tick
from tests.access_table import PEOPLE, TABLE
from tests.canaries import Canaries, one_of_everything, personal_fields
from tests.roles import as_owner, standing_as
from tests.test_access import PAGES, address
from tests.world import World, a_world

pytestmark = pytest.mark.django_db

# They see codes and counts; no page of theirs holds a word about a client.
HAVE_NO_ROAD = ("directory_admin", "practice_admin")


@pytest.fixture
def world() -> World:
    made = a_world()
    one_of_everything()
    return made


@pytest.fixture
def canaries(world: World) -> Canaries:
    put = Canaries()
    put.put()
    return put


@pytest.fixture
def codes(canaries: Canaries) -> set[str]:
    with as_owner():
        return set(Client.objects.values_list("code", flat=True))


@pytest.fixture
def log():
    """Everything that is logged at any level, as it is written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Wordless(settings.LOGGING["formatters"]["line"]["format"]))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    sent: list[object] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda _app, *said, **more: sent.append((said, more))
    )
    return sent


def codes_in(text: object, codes: set[str]) -> set[str]:
    return {code for code in codes if re.search(rf"\b{re.escape(code)}\b", str(text))}


def title_of(body: str) -> str:
    found = re.search(r"<title>(.*?)</title>", body, re.DOTALL)
    return found.group(1) if found else ""


def test_every_personal_field_holds_a_marker(canaries: Canaries) -> None:
    every = {f"{field.model._meta.label}.{field.name}" for field in personal_fields()}

    assert (canaries.refused, canaries.without_row) == (set(), set())
    assert set(canaries.field_of.values()) == every
    assert {"caseload.Client.name", "endings.Telling.reaction", "accounts.Draft.text"} <= every


def test_the_markers_are_seen_where_they_may_be(
    canaries: Canaries, world: World, client: Browser
) -> None:
    """The test can fail: the therapist's pages are full of them."""
    client.force_login(world.people["therapist"])

    page = client.get(address("desk:client", world.keys)).content.decode()

    assert "caseload.Client.known_as" in canaries.in_text(page)


@pytest.mark.parametrize("person", [one for one in PEOPLE if one != "anonymous"])
def test_addresses_titles_headers_logs_queue_and_cache_name_nobody(
    canaries, codes, world, client, log, queued, person, django_capture_on_commit_callbacks
) -> None:
    client.force_login(world.people[person])
    client.raise_request_exception = False
    found: dict[str, set[str]] = {}

    for name in sorted(PAGES.keys() & TABLE.keys()):
        where = address(name, world.keys)
        with django_capture_on_commit_callbacks(execute=True):
            got = client.get(where)
            got = client.post(where) if got.status_code == 405 else got
        body = got.getvalue().decode("utf-8", "replace") if person in HAVE_NO_ROAD else ""
        is_page = got["Content-Type"].startswith("text/html") if "Content-Type" in got else False
        title = title_of(got.content.decode()) if is_page and not got.streaming else ""
        outside = [where, title, got.headers, got.cookies]
        told = canaries.in_text(*outside, body) | codes_in([*outside], codes)
        if told:
            found[name] = told

    assert found == {}
    assert (
        canaries.in_text(log.getvalue(), queued) | codes_in([log.getvalue(), queued], codes)
        == set()
    )
    assert canaries.in_text(list(getattr(cache, "_cache", {}).items())) == set()


def test_no_mail_of_any_day_names_anybody(canaries: Canaries, codes: set[str], log, queued) -> None:
    noon = datetime.combine(today(), time(12), tzinfo=UTC)
    for day in range(-2, 60, 2):
        at = noon + timedelta(days=day)
        with as_of(at):
            tick(clock=now)
            night(at=now())

    assert len(mail.outbox) > 3
    everything = [sent.message().as_string() for sent in mail.outbox]
    decoded = [
        [sent.subject, sent.body, sent.alternatives, sent.extra_headers] for sent in mail.outbox
    ]
    assert canaries.in_text(everything, decoded) == set()
    assert codes_in([everything, decoded], codes) == set()
    assert canaries.in_text(log.getvalue(), queued) | codes_in(log.getvalue(), codes) == set()


def test_a_copy_of_a_file_names_nobody_on_its_way(
    canaries, codes, world, client, log, queued, django_capture_on_commit_callbacks
) -> None:
    """Nobody stands in the task, the log, the job, the names in the zip, the title of the PDF, the headers."""
    request = FileRequest.objects.get(pk=world.keys["file_request"])
    client.force_login(world.people["records_keeper"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("caseload:agree_to_request", args=[request.pk]))
    request.refresh_from_db()
    with standing_as("worker"):
        carry_out(request.job_id, at=now())

    client.force_login(request.asked_by)
    got = client.post(reverse("caseload:collect_copy", args=[request.pk]))
    request.job.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        names, record = archive.namelist(), archive.read("record.json").decode()
        paper = archive.read("record.pdf")
    head = re.findall(rb"/(?:Title|Author|Subject|Keywords)[^\n]*", paper)
    outside = [queued, log.getvalue(), request.job.said, request.job.kind, names, head, got.headers]

    assert "caseload.Client.name" in canaries.in_text(record)
    assert len(queued) == 1
    assert canaries.in_text(*outside) | codes_in(outside, codes) == set()
