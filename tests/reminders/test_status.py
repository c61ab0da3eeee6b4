"""`manage.py status` names what somebody has to look at, and nobody."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Backup
from accounts.operations.sealing import seal_history
from core.clock import now
from reminders.models import Message, Tick
from tests.accounts.factories import UserFactory
from tests.roles import standing_as

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def status() -> str:
    said = StringIO()
    with standing_as("worker"):
        call_command("status", stdout=said)
    return said.getvalue()


def all_is_well() -> None:
    Backup.objects.create(made_at=now() - timedelta(hours=3))
    Tick.objects.create(worker="one", began_at=now(), ended_at=now())
    with standing_as("worker"):
        seal_history()


def test_when_all_is_well_every_line_says_so() -> None:
    UserFactory.create()
    all_is_well()
    lines = status().splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["ok", "backup:"],
        ["ok", "mail:"],
        ["ok", "worker:"],
        ["ok", "seals:"],
    ]
    assert "3 h ago" in lines[0]


def test_a_practice_that_has_just_begun_has_a_lot_to_look_at() -> None:
    with pytest.raises(CommandError, match="backup, worker, seals"):
        status()


def test_what_is_ill_is_named_by_its_part_alone() -> None:
    person = UserFactory.create(name="Zenobia Kwiatek")
    all_is_well()
    Backup.objects.create(made_at=now(), is_good=False, said="no space left")
    Message.objects.create(
        person=person,
        kind="digest",
        day=now().date(),
        state="failed",
        send_after=now(),
        useful_until=now(),
    )
    Tick.objects.update(fault="OSError")
    with pytest.raises(CommandError, match=r"^Not as it should be: backup, mail, worker$"):
        status()
