"""Lines in a name, an address, a subject: none of them becomes a header, none keeps a mail from going."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Practice, User
from accounts.operations import mails
from accounts.operations.mails import NOTICES
from core.http import LONGEST_NUMBER, number_of, words_of
from tests.accounts.factories import PracticeFactory, UserFactory

pytestmark = pytest.mark.django_db
LINES = "House\r\nBcc: evil@example.org\r\n\r\nby the canal"


@pytest.fixture
def admin(client: Browser) -> Browser:
    PracticeFactory.create()
    client.force_login(UserFactory.create(roles=["practice_admin"]))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    "address",
    [
        "marta@example.org\r\nBcc: evil@example.org",
        "marta@example.org\nevil@example.org",
        "marta@example.org, evil@example.org",
        "marta@example.org;evil@example.org",
        '"marta@example.org evil@example.org"@example.org, x',
        "marta@example.org\0",
    ],
)
def test_an_invitation_goes_to_one_address(admin: Browser, address: str) -> None:
    said = {"name": "Marta", "email": address, "roles": ["therapist"], "language": "en"}

    answer = admin.post(reverse("accounts:invite_person"), said)

    assert answer.status_code == 422
    assert not User.objects.filter(email__contains="evil").exists()
    assert mail.outbox == []


@pytest.mark.parametrize("words", [LINES, "House\nby the canal", "a\x0bb\x0cc", "a\u2028b"])
def test_a_practice_with_lines_in_its_name_still_writes(admin: Browser, words: str) -> None:
    """Whatever the form has let through: each mail goes out, to one person, with its own headers."""
    Practice.objects.update(name=words)
    marta = UserFactory.create(
        name=words, email="marta@example.org", password="eleven calm harbours"
    )

    assert mails.send_notice(person=marta, what=next(iter(NOTICES)))
    assert mails.send_reset_link(address="marta@example.org")

    assert len(mail.outbox) == 2
    for sent in mail.outbox:
        message = sent.message()
        assert sent.recipients() == ["marta@example.org"]
        assert message["Bcc"] is None
        assert "\n" not in str(message["Subject"]).replace("\n ", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Host": "evil.example"},
        {"Host": "testserver:80@evil.example"},
        {"Host": "evil.example, testserver"},
    ],
)
def test_a_host_of_somebody_elses_is_in_no_answer_and_in_no_mail(
    admin: Browser, headers: dict[str, str], django_capture_on_commit_callbacks: Any
) -> None:
    UserFactory.create(email="marta@example.org", password="eleven calm harbours")

    with django_capture_on_commit_callbacks(execute=True):
        answer = Browser().post(
            reverse("account_reset_password"), {"email": "marta@example.org"}, headers=headers
        )
    mails.send_reset_link(address="marta@example.org")

    assert answer.status_code in (302, 400)
    assert "evil" not in answer.headers.get("Location", "") + answer.content.decode()
    assert all("evil" not in str(sent.message()) for sent in mail.outbox)


@pytest.mark.parametrize(
    "language", ["en\r\nSet-Cookie: evil=1", "../../../etc/passwd", "x" * 9000, "*"]
)
def test_a_language_that_is_none_is_ours(language: str) -> None:
    PracticeFactory.create()

    answer = Browser().get(reverse("account_login"), headers={"Accept-Language": language})

    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == "en"
    assert "evil" not in answer.cookies


def test_numbers_and_words_of_an_address() -> None:
    taken = {said: number_of(said) for said in ("7", "٣", "²", "-1", "1e3", "", " 7", "7_0")}

    assert taken == {
        "7": 7,
        "٣": 3,
        "²": None,
        "-1": None,
        "1e3": None,
        "": None,
        " 7": None,
        "7_0": None,
    }
    assert number_of("9" * LONGEST_NUMBER) == int("9" * LONGEST_NUMBER)
    assert number_of("9" * (LONGEST_NUMBER + 1)) is None
    assert (words_of(" a\0b "), len(words_of("x" * 500))) == ("ab", 80)
