"""The door tells nobody who is here: neither in words nor by time; and it keeps count of all who try."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Attempt, Device, Role, User
from accounts.operations import attempts, mails
from accounts.operations import people as operations
from accounts.operations.attempts import LIMITS, Kind
from accounts.operations.closing import suspend_access
from accounts.sign_in import known
from accounts.tasks import send_notice, send_reset_link
from core.actor import acting
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.door import PASSWORD, gives_code, gives_password, is_in, shown_by_app, with_app
from tests.accounts.factories import InvitationFactory, PracticeFactory, UserFactory

pytestmark = pytest.mark.django_db
COMMON = [
    "123456789012",
    "passwordpassword",
    "qwertyqwerty",
    "Password2026!",
    "sunshine-123456",
    "aaaaaaaaaaaaaaaa",
    "abababababab",
]


class Counting(MD5PasswordHasher):
    """Counts how often a password is put through the mill."""

    algorithm = "counting"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.times += 1
        return super().encode(password, salt)


@pytest.fixture
def marta() -> User:
    PracticeFactory.create(second_factor_required=True)
    return UserFactory.create(name="Marta", email="marta@example.org", password=PASSWORD)


def tries(email: str, password: str = "not this one") -> Any:  # noqa: S107
    return Client().post(reverse("account_login"), {"login": email, "password": password})


# --- who is here ---------------------------------------------------------------------------------------
def test_known_and_unknown_are_answered_alike_and_cost_the_same(
    marta: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt burns one hash: a wrong password, nobody's address, somebody invited, somebody suspended."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    for user in (marta, UserFactory.create(email="gone@example.org")):
        user.set_password(PASSWORD)
        user.save()
    with acting(admin):
        suspend_access(person=User.objects.get(email="gone@example.org"), by=admin, at=now())
    invited = UserFactory.create(email="invited@example.org")
    invited.set_unusable_password()
    invited.save()

    said, cost = set(), set()
    for email in (
        "marta@example.org",
        "nobody@example.org",
        "invited@example.org",
        "gone@example.org",
    ):
        Counting.times = 0
        answer = tries(email)
        said.add((answer.status_code, answer.content.decode().count("do not fit together")))
        cost.add(Counting.times)

    assert said == {(422, 1)}
    assert cost == {1}


def test_a_forgotten_password_is_answered_alike(
    marta: User, django_capture_on_commit_callbacks: Any
) -> None:
    """The page only hands the address on; whether anybody has it is found out by the worker."""
    answers = set()
    for email in ("marta@example.org", "nobody@example.org"):
        with django_capture_on_commit_callbacks() as handed_on:
            answer = Client().post(reverse("account_reset_password"), {"email": email})
        answers.add((answer.status_code, answer.url, len(handed_on)))
    assert answers == {(302, reverse("account_reset_password_done"), 1)}
    assert mail.outbox == []


# --- keeping count -------------------------------------------------------------------------------------
@pytest.mark.parametrize("email", ["marta@example.org", "nobody@example.org"])
def test_after_five_wrong_passwords_the_right_one_has_to_wait(marta: User, email: str) -> None:
    for _attempt in range(5):
        assert "Too many" not in tries(email).content.decode()

    assert "Too many" in tries(email, PASSWORD).content.decode()

    Attempt.objects.update(at=now() - timedelta(minutes=6))
    waited = tries(email, PASSWORD)
    assert waited.status_code == (302 if email == marta.email else 422)


def test_strangers_who_guess_do_not_lock_out_a_browser_one_has_signed_in_with(marta: User) -> None:
    mine, elsewhere = Client(), Client()
    gives_password(mine, marta)
    mine.post(reverse("account_logout"))
    for _attempt in range(6):
        tries("marta@example.org")

    assert gives_password(elsewhere, marta).status_code == 422
    assert gives_password(mine, marta).status_code == 302

    mine.post(reverse("account_logout"))
    for _attempt in range(5):
        gives_password(mine, marta, "not this one")
    assert gives_password(mine, marta).status_code == 422


def test_the_sign_of_a_known_browser_names_nobody_and_ends_with_the_password(marta: User) -> None:
    mine = Client()
    gives_password(mine, marta)
    sign = mine.cookies["known"]
    assert len(sign.value) == 64
    assert sign["httponly"]
    before = known.sign_of(marta)
    marta.set_password("eleven calm harbours")
    assert before == sign.value != known.sign_of(marta)


def test_attempts_are_counted_in_the_database_without_the_address(marta: User) -> None:
    tries("Marta@Example.org")
    tries("marta@example.org")
    kept = Attempt.objects.get(pk=Attempt.objects.earliest("pk").pk)
    assert "marta" not in kept.whom
    assert Attempt.objects.filter(kind=Kind.PASSWORD, whom=kept.whom).count() == 2


def test_what_is_older_than_a_day_is_forgotten(marta: User) -> None:
    long_ago = now() - timedelta(days=2)
    attempts.count_attempt(kind=Kind.RESET, whom="a@example.org", at=long_ago)
    attempts.count_attempt(kind=Kind.RESET, whom="b@example.org", at=now())
    assert Attempt.objects.count() == 1


def test_a_reset_can_be_asked_for_a_few_times_only(marta: User) -> None:
    limit, _span = LIMITS[Kind.RESET][0]
    for email in ("marta@example.org", "nobody@example.org"):
        said = {"email": email}
        answers = [
            Client().post(reverse("account_reset_password"), said).status_code
            for _each in range(limit + 1)
        ]
        assert answers == [302] * limit + [422]


# --- a forgotten password ------------------------------------------------------------------------------
def link_in_mail() -> str:
    body = str(mail.outbox[-1].body)
    return next(line for line in body.splitlines() if "://" in line).split("8000", 1)[1]


def test_the_link_works_once_ends_every_session_and_asks_for_the_code_still(
    marta: User, client: Client
) -> None:
    with_app(marta)
    elsewhere = Client()
    elsewhere.force_login(marta)
    send_reset_link("MARTA@example.org")
    link = link_in_mail()
    page = client.get(link, follow=True)
    new = "eleven calm harbours"

    done = client.post(page.request["PATH_INFO"], {"password1": new})

    assert done.url == reverse("account_reset_password_from_key_done")
    assert not is_in(client)
    assert elsewhere.get(reverse("accounts:own_settings")).status_code == 302
    again = Client().get(link, follow=True)
    assert "no longer works" in again.content.decode()
    fresh = Client()
    assert gives_password(fresh, marta, new).url == reverse("mfa_authenticate")
    assert not is_in(fresh)


def test_no_link_for_strangers_for_the_suspended_and_for_those_without_a_password(
    marta: User,
) -> None:
    invited = UserFactory.create(email="invited@example.org")
    invited.set_unusable_password()
    invited.save()
    UserFactory.create(email="gone@example.org", suspended_at=now())
    for address in ("nobody@example.org", "invited@example.org", "gone@example.org", ""):
        send_reset_link(address)
    assert mail.outbox == []


@pytest.mark.parametrize("language", ["en", "pl", "nl", "it"])
def test_mails_name_nobody(marta: User, language: str) -> None:
    marta.language = language
    marta.save()
    send_reset_link(str(marta.email))
    for what in mails.NOTICES:
        send_notice(str(marta.pk), what)
    assert len(mail.outbox) == 1 + len(mails.NOTICES)
    for each in mail.outbox:
        assert "Marta" not in f"{each.subject} {each.body}"
        assert "Linden" not in f"{each.subject} {each.body}"


def test_who_has_no_address_gets_no_mail() -> None:
    nobody = UserFactory.create(email=None)
    assert not mails.send_notice(person=nobody, what="password_changed")


# --- passwords -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("password", [*COMMON, "short", "marta@example.org"])
def test_weak_and_well_known_passwords_are_refused(
    marta: User, client: Client, password: str
) -> None:
    client.force_login(marta)
    said = {"oldpassword": PASSWORD, "password1": password}
    assert client.post(reverse("account_change_password"), said).status_code == 422

    newcomer = UserFactory.create(name="Marta", email="new@example.org", password=None)
    _invitation, code = operations.renew_invitation(person=newcomer, by=None, at=now())
    said = {"language": "en", "password": password}
    accept = reverse("accounts:accept_invitation", args=[code])
    assert Client().post(accept, said).status_code == 422


def test_a_new_password_ends_every_session_this_one_too(marta: User, client: Client) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        each.force_login(marta)
    said = {"oldpassword": PASSWORD, "password1": "eleven calm harbours"}

    client.post(reverse("account_change_password"), said)

    for each in (client, elsewhere):
        assert each.get(reverse("accounts:own_settings")).status_code == 302
    assert not Device.objects.exists()


def test_argon2_comes_first() -> None:
    from config.settings import sign_in

    assert sign_in.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


# --- access ends between two steps ---------------------------------------------------------------------
def test_suspended_between_password_and_code_one_stays_outside(marta: User, client: Client) -> None:
    with_app(marta)
    gives_password(client, marta)
    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    with acting(admin):
        suspend_access(person=marta, by=admin, at=now())

    answer = gives_code(client, shown_by_app())

    assert answer.url == reverse("account_inactive")
    assert not is_in(client)


def test_an_old_invitation_opens_no_account_that_is_in_use(marta: User, client: Client) -> None:
    """Neither a new link nor one that was left over sets the password of somebody who comes in already."""
    with pytest.raises(RuleBroken, match="in use"):
        operations.renew_invitation(person=marta, by=None, at=now())
    code = "left-over"
    InvitationFactory.create(user=marta, code_digest=operations.digest_of(code))

    answer = client.post(
        reverse("accounts:accept_invitation", args=[code]),
        {"language": "en", "password": "eleven calm harbours"},
    )

    assert answer.status_code == 422
    assert User.objects.get(pk=marta.pk).check_password(PASSWORD)


def test_nobody_signs_up_and_nobody_changes_an_address_by_themselves() -> None:
    for path in ("signup/", "email/", "password/set/", "confirm-email/", "login/code/"):
        assert Client().get(f"/account/{path}").status_code == 404


def test_too_many_wakes_nobody(marta: User) -> None:
    for _each in range(5):
        attempts.count_attempt(kind=Kind.CODE, whom=str(marta.pk), at=now())
    with pytest.raises(RuleBroken, match="Too many"):
        attempts.refuse_too_many(kind=Kind.CODE, whom=str(marta.pk), at=now())
