"""What leaves the house: numbers and links, in the reader's language, and no name anywhere (R22)."""

import re
from datetime import timedelta
from email.message import Message as Letter
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from core.clock import now, today
from endings.models import Departure, Ending, HandoverInvitation, Review
from reminders.models import Message, Reminder
from reminders.occasions import Occasion
from reminders.operations.mails import Paragraph, compose
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.reminders.practice import post_now, tick_now

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23 08:00", tick=False),
]

DAY = timedelta(days=1)
CANARIES = [
    "Kanarienvogel",
    "Goldhaehnchen",
    "Zeisig",
    "Girlitz",
    "C-4",
    "K-4711",
    "t_moving",
    "coast",
]
LANGUAGES = ["en", "pl", "nl", "it"]


def a_practice_of_canaries(language: str) -> Departure:
    """Return a departure in which every name would be heard: client, therapist, practice, supervisor."""
    PracticeFactory.create(name="Girlitz Practice")
    leads = SupervisionFactory.create(
        supervisee=UserFactory.create(name="Zeisig", language=language),
        supervisor__name="Goldhaehnchen",
        supervisor__language=language,
    )
    departure = DepartureFactory.create(therapist=leads.supervisee)
    for number, facts in enumerate(
        [
            {},
            {"window_opens_on": today() - 9 * DAY, "window_closes_on": today() - DAY},
            {"told": True},
            {"chosen": True},
            {"last_held": True},
        ]
    ):
        client = ClientFactory.create(name=f"Kanarienvogel {number}", known_as="Kanarienvogel")
        work = AssignmentFactory.create(therapist=departure.therapist, client=client)
        EndingFactory.create(departure=departure, assignment=work, client=client, **facts)
    Ending.objects.filter(last_held_on__isnull=False).update(last_held_on=today() - 8 * DAY)
    HandoverInvitation.objects.create(
        ending=Ending.objects.filter(chosen_on__isnull=False).first(),
        receiver=UserFactory.create(language=language, name="Girlitz"),
        code="K-4711",
        invited_by=departure.therapist,
        invited_at=now(),
    )
    Review.objects.create(
        kind="departure",
        departure=departure,
        author=departure.therapist,
        reviewer=leads.supervisor,
        asked_at=now() - 3 * DAY,
        due_on=today(),
    )
    return departure


def whole(letter: Letter) -> str:
    """Return everything of a mail that could be read on its way, decoded."""
    heads = "\n".join(f"{name}: {value}" for name, value in letter.items() if name != "To")
    bodies = [
        part.get_payload(decode=True).decode()
        for part in letter.walk()
        if part.get_content_maintype() == "text"
    ]
    return heads + "\n".join(bodies)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_leaves_the_house(language: str) -> None:
    a_practice_of_canaries(language)
    tick_now()
    kinds = set(Message.objects.filter(state="sent").values_list("kind", flat=True))
    assert kinds == {"digest", "escalation", "invitation", "review"}
    assert len(mail.outbox) >= 6
    for sent in mail.outbox:
        letter = sent.message()
        assert letter["Content-Language"] == language
        for canary in CANARIES:
            assert canary not in whole(letter), (canary, sent.subject)


def test_the_digest_counts_by_lines_and_links_to_an_opaque_address() -> None:
    therapist = a_practice_of_canaries("en").therapist
    tick_now()
    [digest] = [
        sent for sent in mail.outbox if sent.to == [therapist.email] and "Today" in sent.subject
    ]
    message = Message.objects.get(person=therapist, kind="digest")
    counts = Reminder.objects.filter(person=therapist, closed_at=None)
    total = counts.count()
    late = counts.filter(is_late=True).count()

    assert digest.subject == f"Today: {total} things to do"
    paragraphs = digest.body.strip().split("\n\n")
    assert paragraphs[0] == "Good morning."
    assert paragraphs[1].splitlines()[0] == "– 2 conversations to have in person"
    assert (
        paragraphs[1].splitlines()[-1] == f"– {late} of these {'is' if late == 1 else 'are'} late"
    )
    assert paragraphs[2] == f"Open your day: http://localhost:8000/reminders/go/{message.pk}/"
    assert paragraphs[3] == "This mail holds numbers only. It never names anyone."
    assert paragraphs[4].startswith(
        "It comes on your working days at 07:00. Change that here: http"
    )


def test_a_link_opens_the_sign_in_page_and_then_the_thing_itself(client: Client) -> None:
    """Neither a token nor a name stands in it: whoever has only the mail, has nothing (R22)."""
    a_practice_of_canaries("en")
    tick_now()
    linked = {
        (sent.to[0], address)
        for sent in mail.outbox
        for address in re.findall(r"http://localhost:8000(\S+)", sent.body)
    }
    assert len(linked) > len(mail.outbox)
    keys = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    for reader, address in linked:
        assert re.fullmatch(f"/reminders/go/{keys}/|/people/settings/", address), address
        client.logout()
        door = client.get(address)
        assert (door.status_code, unquote(door.headers["Location"])) == (
            302,
            f"/account/login/?next={address}",
        )
        client.force_login(User.objects.get(email=reader))
        assert client.get(address, follow=True).status_code == 200


def test_text_and_html_say_the_same() -> None:
    a_practice_of_canaries("en")
    tick_now()
    for sent in mail.outbox:
        [(html, kind)] = sent.alternatives
        assert kind == "text/html"
        assert "<style" not in html
        assert "<img" not in html
        for line in filter(None, sent.body.splitlines()):
            said = line.removeprefix("– ").partition("http")[0].strip()
            assert said.replace("“", "“") in html


def test_a_supervisor_is_asked_to_talk_first() -> None:
    departure = a_practice_of_canaries("en")
    tick_now()
    [short] = [sent for sent in mail.outbox if sent.subject == "Please look at something today"]
    assert short.to != [departure.therapist.email]
    assert "– 1 conversation to have in person" in short.body
    assert short.body.strip().endswith("Talk to each other first; decide after that.")


def test_polish_counts_as_polish_does() -> None:
    person = UserFactory.create(language="pl")
    person.refresh_from_db()
    seen = set()
    for number in (1, 2, 5):
        Reminder.objects.all().delete()
        for row in range(number):
            Reminder.objects.create(
                person=person,
                occasion=Occasion.TELL,
                about=person.pk,
                due_on=today() - row * DAY,
                raised_at=now(),
            )
        message = Message(person=person, kind="digest", day=today())
        envelope = compose(message, at=now())
        assert envelope is not None
        seen.add(envelope.subject.split()[-1])
    assert seen == {"sprawa", "sprawy", "spraw"}


def test_a_polish_word_of_one_letter_does_not_end_a_line() -> None:
    with override("pl"):
        said = Paragraph("W tej wiadomości i w innych: %(url)s", {"url": "http://x/i y"})
        assert said.as_text() == "W\u00a0tej wiadomości i\u00a0w\u00a0innych: http://x/i y"
        assert said.as_html().startswith("W\u00a0tej wiadomości i\u00a0w\u00a0innych: <a href")
    assert Paragraph("I am a b").as_text() == "I am a b"


def test_where_nothing_is_left_to_say_nothing_is_sent() -> None:
    UserFactory.create()
    tick_now()
    assert mail.outbox == []
    assert [row.state for row in Message.objects.all()] == ["dropped"]


def test_what_was_done_before_the_mail_went_out_is_not_asked_for() -> None:
    ending = EndingFactory.create()
    post_now()
    Ending.objects.filter(pk=ending.pk).update(
        told_on=today(),
        told_by=ending.assignment.therapist,
        stage="told",
        window_opens_on=today() - 9 * DAY,
    )
    tick_now()
    assert mail.outbox == []


def test_somebody_suspended_meanwhile_gets_nothing() -> None:
    ending = EndingFactory.create()
    post_now()
    User.objects.filter(pk=ending.assignment.therapist_id).update(suspended_at=now())
    tick_now()
    assert mail.outbox == []


@override_settings(DEFAULT_FROM_EMAIL="Practice <post@practice.example>")
def test_every_try_has_the_same_message_id() -> None:
    person = UserFactory.create()
    person.refresh_from_db()
    Reminder.objects.create(
        person=person, occasion=Occasion.TELL, about=person.pk, due_on=today(), raised_at=now()
    )
    message = Message(person=person, kind="digest", day=today())
    first, second = compose(message, at=now()), compose(message, at=now() + DAY)
    assert first is not None
    assert second is not None
    said = first.message()["Message-ID"]
    assert said == second.message()["Message-ID"] == f"<{message.pk}@practice.example>"


def test_a_directory_admin_is_called_to_check_by_numbers_only(client: Client) -> None:
    admin = UserFactory.create(language="nl")
    for number in range(3):
        Reminder.objects.create(
            person=admin,
            occasion=Occasion.CHECK_ENTRY,
            about=UUID(int=number),
            due_on=today(),
            is_late=number == 0,
            raised_at=now(),
        )
    message = Message.objects.create(
        person=admin, kind="directory", day=today(), send_after=now(), useful_until=now() + DAY
    )

    envelope = compose(message, at=now())

    assert envelope is not None
    assert envelope.subject == "3 vermeldingen te controleren"
    assert "– 3 vermeldingen te controleren\n– waarvan 1 te laat" in envelope.body
    assert f"/reminders/go/{message.pk}/" in envelope.body
    client.force_login(admin)
    answer = client.get(reverse("reminders:go", args=[message.pk]))
    assert answer.headers["Location"] == reverse("referrals:directory")


def test_entries_that_were_checked_meanwhile_are_not_called_for() -> None:
    admin = UserFactory.create()
    message = Message(person=admin, kind="directory", day=today())
    assert compose(message, at=now()) is None
