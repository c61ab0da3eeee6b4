"""What tests of files share: one who asks, another who agrees, and the worker."""

import io
import json
import zipfile
from base64 import b64decode
from datetime import timedelta

from django.db import transaction

from accounts.models import Job, User
from caseload.models import Client, FileRequest
from caseload.models.roads import File, file_of
from caseload.operations import file_requests
from caseload.operations.file_jobs import carry_out
from core.actor import acting
from core.clock import now, today
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
    GoalFactory,
    ReadLogFactory,
)
from tests.roles import standing_as


def seen_by(person: User, client: Client) -> File:
    with acting(person), transaction.atomic():
        found = file_of(client.pk)
    assert found is not None
    return found


def agreed(request: FileRequest, by: User) -> Job:
    with acting(by):
        return file_requests.agree(request=request, by=by, at=now())


def worked_on(job: Job) -> FileRequest:
    with standing_as("worker"):
        carry_out(job.pk, at=now())
    return FileRequest.objects.get(job=job)


def copied(client: Client, keeper: User, second: User) -> FileRequest:
    with acting(keeper):
        request = file_requests.ask_for_copy(
            file=seen_by(keeper, client), ground="client", by=keeper, at=now()
        )
    return worked_on(agreed(request, second))


def disposal_of(client: Client, keeper: User) -> FileRequest:
    with acting(keeper):
        return file_requests.ask_for_disposal(
            file=seen_by(keeper, client), by=keeper, on=today(), at=now()
        )


def over_long_ago(**facts: object) -> Client:
    """A client whose work ended and whose time for keeping is over."""
    client = ClientFactory.create(kept_until=today() - timedelta(days=1), **facts)
    ended = today() - timedelta(days=3000)
    work = AssignmentFactory.create(
        client=client, starts_on=ended - timedelta(days=300), ends_on=ended
    )
    GoalFactory.create(assignment=work, episode=work.episode, words="To sleep again")
    ReadLogFactory.create(client=client)
    return client


def opened(request: FileRequest, by: User) -> tuple[dict, bytes]:
    with acting(by):
        content = file_requests.collect(request=request, by=by, at=now())
    with zipfile.ZipFile(io.BytesIO(b64decode(content))) as archive:
        assert archive.namelist() == ["record.json", "record.pdf"]
        return json.loads(archive.read("record.json")), archive.read("record.pdf")
