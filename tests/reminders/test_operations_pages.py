"""The operations page counts and names nobody; the demonstration shows its mails, and only it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from accounts.models import Backup
from core.clock import now, today
from reminders.models import Message
from tests.accounts.factories import UserFactory
from tests.endings.factories import EndingFactory
from tests.reminders.practice import raise_now, tick_now

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def a_mail(state: str, **facts: Any) -> Message:
    return Message.objects.create(
        **{"person": UserFactory.create(), "kind": "digest", "day": today(), "state": state}
        | {"send_after": now() - MINUTE, "useful_until": now() + DAY}
        | facts
    )


def test_the_page_counts_what_went_out_and_what_did_not(client: Client) -> None:
    a_mail("sent", sent_at=now())
    a_mail("waiting")
    a_mail("waiting", send_after=now() - 11 * MINUTE, last_error="451")
    a_mail("failed", last_error="550")
    a_mail("failed", last_error="550", send_after=now() - 8 * DAY)
    ending = EndingFactory.create()
    raise_now()
    client.force_login(UserFactory.create(roles=["practice_admin"]))

    response = client.get("/reminders/operations/")

    sums = response.context["mail"]
    assert (sums.sent, sums.waiting, sums.stuck, sums.failed) == (1, 2, 1, 1)
    assert sums.faults == (("451", 1), ("550", 1))
    assert not sums.is_well
    assert (response.context["work"].standing, response.context["work"].late) == (1, 0)
    said = response.content.decode()
    assert "Some mail has not gone out." in said
    for name in (ending.client.name, ending.client.code, ending.assignment.therapist.name):
        assert name not in said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([], "There is no backup yet."),
        ([27], "There is no good backup of the last day."),
        ([3], "3\xa0hours"),
    ],
)
def test_the_page_says_how_old_the_last_good_backup_is(
    client: Client, hours: list[int], said: str
) -> None:
    for age in hours:
        Backup.objects.create(made_at=now() - timedelta(hours=age), is_good=True, size=3_000_000)
    for _day in range(8):
        Backup.objects.create(made_at=now() - MINUTE, is_good=False, said="no space left")
    client.force_login(UserFactory.create(roles=["practice_admin"]))

    response = client.get("/reminders/operations/")

    page = response.content.decode()
    assert said in page
    assert "no space left" in page
    assert ("same disk as the data" in page) == bool(hours)
    assert response.context["backups"].is_late == (hours != [3])


@pytest.mark.parametrize("role", ["therapist", "supervisor", "directory_admin", "front_desk"])
def test_it_is_the_practice_admins_page(client: Client, role: str) -> None:
    client.force_login(UserFactory.create(roles=[role]))
    assert client.get("/reminders/operations/").status_code == 403


@pytest.fixture
def mail_folder(tmp_path: Path) -> Any:
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=str(tmp_path),
        DEMO=True,
    ):
        yield tmp_path


def test_the_demonstration_shows_what_it_would_send(client: Client, mail_folder: Path) -> None:
    for _ in range(2):
        EndingFactory.create(therapist=UserFactory.create())
    tick_now()
    assert len(list(mail_folder.glob("*.log"))) == 1
    client.force_login(UserFactory.create())

    response = client.get("/reminders/mails/")

    assert len(response.context["letters"]) == 2
    letter = response.context["letters"][0]
    assert letter.subject == "Today: 1 thing to do"
    assert letter.sent_at == now()
    assert "– 1 conversation to have in person" in letter.text
    assert "Good morning." in response.content.decode()


def test_without_a_mail_there_is_a_good_word(client: Client, mail_folder: Path) -> None:
    client.force_login(UserFactory.create())
    assert "No mails yet." in client.get("/reminders/mails/").content.decode()


def test_a_real_practice_has_no_such_page(client: Client, mail_folder: Path) -> None:
    client.force_login(UserFactory.create())
    with override_settings(DEMO=False):
        assert client.get("/reminders/mails/").status_code == 404
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend"):
        assert client.get("/reminders/mails/").status_code == 404
    assert mail.outbox == []


def test_a_half_written_mail_is_left_out(client: Client, mail_folder: Path) -> None:
    (mail_folder / "20261123-070000-1.log").write_bytes(b"Subject: half\n\nno end")
    client.force_login(UserFactory.create())
    assert client.get("/reminders/mails/").context["letters"] == []
