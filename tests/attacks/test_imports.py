"""Files that want to fill a disk, a memory or another folder: bombs, and names that climb."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Job, User
from caseload import tasks
from caseload.models import Client, ImportRun
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.imports.made import patient

pytestmark = pytest.mark.django_db
NEW = reverse("caseload:start_import")


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def keeper(client: Browser) -> Browser:
    PracticeFactory.create()
    person: User = UserFactory.create(roles=["records_keeper"])
    client.force_login(person)
    client.raise_request_exception = False
    return client


def zipped(name: str, content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return kept.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]><Bundle>&c;&d;</Bundle>"""
BOMBS = {
    "a zip": ("a.json", zipped("../../evil.json", b"0" * 10_000_000)),
    "a zip that says it is a sheet": ("a.csv", zipped("xl/workbook.xml", b"0" * 1_000_000)),
    "a billion laughs": ("a.xml", LAUGHS),
    "a billion laughs that say they are JSON": ("a.json", LAUGHS),
    "brackets without end": ("a.json", b'{"resourceType": "Bundle", "entry": ' + b"[" * 500_000),
    "objects without end": ("a.ndjson", b'{"resourceType":"Patient","a":' + b'{"a":' * 300_000),
    "a number without end": (
        "a.json",
        b'{"total": ' + b"9" * 200_000 + b', "resourceType": "Bundle"}',
    ),
    "a number as a type": ("a.json", b'{"resourceType": ' + b"9" * 200_000 + b"}"),
    "a power": ("a.json", b'{"resourceType": 1e999999999}'),
    "a sheet of a million columns": ("a.csv", b"Client" + b"," * 1_000_000 + b"\n"),
    "a cell without end": ("a.csv", b'Client,Therapist\n"' + b"a" * 3_000_000),
    "a NUL": ("a.csv", b"Client\0,Therapist\nWren,Marta\n"),
}


@pytest.mark.parametrize("kind", sorted(BOMBS))
def test_a_bomb_is_refused_in_a_sentence_and_not_kept(
    keeper: Browser, uploads: Path, kind: str
) -> None:
    name, content = BOMBS[kind]

    answer = keeper.post(NEW, {"uploads": [SimpleUploadedFile(name, content)]})

    if answer.status_code == 302:  # read by the worker, who refuses it
        at_work = Job.objects.first()
        if at_work is not None:
            tasks.import_caseload(str(at_work.pk))
            at_work.refresh_from_db()
            assert at_work.state in (Job.State.DONE, Job.State.FAILED)
    else:
        assert answer.status_code in (400, 422)
        assert not uploads.exists() or list((uploads / "imports").iterdir()) == []
    assert not Client.objects.exists()
    assert not list(uploads.parent.rglob("evil*"))
    assert "root:" not in answer.content.decode()


def test_a_row_with_a_number_without_end_is_a_bad_row(keeper: Browser) -> None:
    """The rows beside it are read; the server does not stumble."""
    big = json.dumps(patient("p1")).replace('"1990-02-28"', "9" * 10_000)
    rows = f"{json.dumps(patient('p2'))}\n{big}\n{json.dumps(patient('p3'))}\n".encode()

    answer = keeper.post(NEW, {"uploads": [SimpleUploadedFile("all.ndjson", rows)]})
    job = Job.objects.get()
    tasks.import_caseload(str(job.pk))

    assert answer.status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert ImportRun.objects.get().issues.filter(is_rejected=True).count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "../../../evil.csv",
        "/etc/evil.csv",
        "..\\..\\evil.csv",
        "C:\\evil.csv",
        "....//evil.csv",
        "%2e%2e%2fevil.csv",
        "evil.csv\x00.png",
        "..",
        ".",
        "evil" * 200 + ".csv",
        "<script>evil.csv",
        'evil".csv',
        "evil\r\nX-Evil: 1.csv",
    ],
)
def test_a_name_that_climbs_stays_in_the_folder_of_its_import(
    keeper: Browser, uploads: Path, tmp_path: Path, name: str
) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="uploads"; filename="'
        + name.replace('"', "%22").encode()
        + b'"\r\nContent-Type: text/csv\r\n\r\nClient,Therapist\nWren,Marta\n\r\n--b--\r\n'
    )

    answer = keeper.generic("POST", NEW, body, content_type="multipart/form-data; boundary=b")

    assert answer.status_code in (302, 400, 422)
    assert "X-Evil" not in answer.headers
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    folders = {uploads / "imports" / str(run.pk) for run in ImportRun.objects.all()}
    assert {path.parent for path in kept} <= folders
    assert all(path.name.strip(".") and len(path.name) < 100 for path in kept)
    assert not Path("/etc/evil.csv").exists()
