"""A second step: set up before anything else, codes once only, secrets sealed (issue 4, section 2)."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import Device, FactorSecret, Practice, Role, User
from accounts.operations import second_factor as operations
from accounts.operations.attempts import LIMITS, Kind
from accounts.operations.policy import set_sign_in_policy
from accounts.sign_in.second_factor import qr_svg
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.door import (
    PASSWORD,
    SECRET,
    factors_of,
    gives_code,
    gives_password,
    is_in,
    secret_on,
    shown_by_app,
    with_app,
)
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.proof import has_proved
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict() -> Practice:
    return PracticeFactory.create(second_factor_required=True)


@pytest.fixture
def marta(strict: Practice) -> User:
    return UserFactory.create(name="Marta", email="marta@example.org", password=PASSWORD)


# --- set up before anything else -----------------------------------------------------------------------
def test_a_password_alone_leads_to_the_set_up(client: Client, marta: User) -> None:
    answer = gives_password(client, marta)
    assert answer.status_code == 302

    page = client.get(reverse("accounts:own_settings"), follow=True)

    assert page.redirect_chain == [(reverse("sign_in:set_up_second_factor"), 302)]
    assert page.status_code == 200


def test_an_app_is_set_up_and_opens_the_door(client: Client, marta: User) -> None:
    gives_password(client, marta)
    secret = secret_on(client.get(reverse("mfa_activate_totp")))
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 422
    assert secret_on(wrong) == secret

    done = client.post(reverse("mfa_activate_totp"), {"code": shown_by_app(secret)})

    assert done.url == reverse("mfa_view_recovery_codes")
    codes = client.get(done.url).context["unused_codes"]
    assert len(codes) == 10
    assert client.get(reverse("accounts:own_settings")).status_code == 200
    text = client.get(reverse("mfa_download_recovery_codes")).content.decode()
    assert text.split() == codes


def test_the_demonstration_asks_for_no_second_step(client: Client, marta: User) -> None:
    set_sign_in_policy(second_factor_required=False)
    gives_password(client, marta)
    assert client.get(reverse("accounts:own_settings")).status_code == 200


def test_a_new_practice_asks_for_it() -> None:
    assert Practice(name="New").second_factor_required
    Practice.objects.create(id=1, name="New")
    assert Practice.objects.get().second_factor_required


def test_switched_on_it_stops_sessions_that_lack_it(client: Client, marta: User) -> None:
    set_sign_in_policy(second_factor_required=False)
    gives_password(client, marta)
    with_app(marta)
    assert client.get(reverse("accounts:own_settings")).status_code == 200

    set_sign_in_policy(second_factor_required=True)

    stopped = client.get(reverse("accounts:own_settings"))
    assert stopped.url == f"{reverse('mfa_reauthenticate')}?next=%2F"
    client.post(stopped.url, {"code": shown_by_app()})
    assert client.get(reverse("accounts:own_settings")).status_code == 200


def test_who_has_an_app_cannot_add_another_way_in_with_the_password_alone(
    client: Client, marta: User
) -> None:
    client.force_login(marta)
    has_proved(client, marta, "password")
    with_app(marta)
    for name in ("mfa_add_webauthn", "mfa_activate_totp"):
        assert reverse("mfa_reauthenticate") in client.get(reverse(name)).url
    refused = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert refused.url == reverse("mfa_reauthenticate")


# --- codes ---------------------------------------------------------------------------------------------
def test_a_code_of_the_app_signs_in(client: Client, marta: User) -> None:
    with_app(marta)
    assert gives_password(client, marta).url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert gives_code(client, "123").status_code == 422
    assert not is_in(client)

    assert gives_code(client, shown_by_app()).status_code == 302

    assert is_in(client)
    assert client.get(reverse("accounts:own_settings")).status_code == 200


def test_a_code_of_the_app_is_taken_once_and_with_it_every_earlier_one(marta: User) -> None:
    with_app(marta)
    first, second = Client(), Client()
    gives_password(first, marta)
    gives_password(second, marta)
    code, earlier = shown_by_app(), shown_by_app(steps=-1)
    gives_code(first, code)

    for used in (code, earlier):
        assert gives_code(second, used).status_code == 422
    assert is_in(first)
    assert not is_in(second)


def test_the_code_that_set_the_app_up_is_used_up(client: Client, marta: User) -> None:
    gives_password(client, marta)
    secret = secret_on(client.get(reverse("mfa_activate_totp")))
    code = shown_by_app(secret)
    client.post(reverse("mfa_activate_totp"), {"code": code})
    elsewhere = Client()
    gives_password(elsewhere, marta)

    assert gives_code(elsewhere, code).status_code == 422


def test_a_recovery_code_signs_in_once(marta: User) -> None:
    code, other = with_app(marta)[:2]
    for said, enters in ((code, True), (code, False), (other, True)):
        client = Client()
        gives_password(client, marta)
        gives_code(client, said)
        assert is_in(client) is enters


def test_codes_are_those_of_one_person_only(client: Client, marta: User) -> None:
    codes = with_app(UserFactory.create())
    with_app(marta)
    gives_password(client, marta)
    assert gives_code(client, codes[0]).status_code == 422


def test_after_five_wrong_codes_the_right_one_has_to_wait(client: Client, marta: User) -> None:
    with_app(marta)
    gives_password(client, marta)
    for _attempt in range(LIMITS[Kind.CODE][0][0]):
        gives_code(client, "000000")

    refused = gives_code(client, shown_by_app())

    assert refused.status_code == 422
    assert "Too many attempts" in refused.content.decode()
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_requests_with_one_code_at_the_same_instant_one_gets_in(kind: str) -> None:
    """Two workers: each with its own connection, transaction and session."""
    PracticeFactory.create(second_factor_required=True)
    marta = UserFactory.create(email="marta@example.org", password=PASSWORD)
    recovery = with_app(marta)
    code = recovery[3] if kind == "recovery" else shown_by_app()
    clients = [Client() for _each in range(4)]
    for client in clients:
        gives_password(client, marta)
    together = Barrier(len(clients))

    def send(client: Client) -> int:
        together.wait()
        try:
            return int(gives_code(client, code).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = sorted(pool.map(send, clients))

    assert answers == [302, 422, 422, 422]
    assert sum(is_in(client) for client in clients) == 1


# --- what is kept --------------------------------------------------------------------------------------
def everything_kept() -> str:
    """Return every row in which a secret could stand, as a thief of the database would read it."""
    tables = ("mfa_authenticator", "accounts_factorsecret", "django_session")
    with as_owner(), connection.cursor() as cursor:
        said = []
        for table in tables:
            cursor.execute(f"select t::text from {table} t")  # noqa: S608 -- our own names
            said += [row[0] for row in cursor.fetchall()]
    return "\n".join(said)


def test_secrets_and_seeds_stand_nowhere_in_clear(client: Client, marta: User) -> None:
    gives_password(client, marta)
    pending = secret_on(client.get(reverse("mfa_activate_totp")))
    assert pending not in json.dumps(dict(client.session.items()))
    client.post(reverse("mfa_activate_totp"), {"code": shown_by_app(pending)})
    totp = Authenticator.objects.get(user=marta, type="totp")
    codes = Authenticator.objects.get(user=marta, type="recovery_codes").wrap()
    seeds = [str(row.text) for row in FactorSecret.objects.all()]
    assert pending in seeds
    assert len(seeds) == 2

    kept = everything_kept()

    assert totp.data["secret"] in kept
    for secret in [*seeds, *codes.generate_codes()]:
        assert secret not in kept


def test_a_secret_goes_with_its_authenticator(marta: User) -> None:
    with_app(marta)
    operations.forget_second_factor(person=marta)
    assert not FactorSecret.objects.exists()


def test_the_picture_is_plain_svg() -> None:
    drawn = qr_svg("otpauth://totp/marta?secret=" + SECRET)
    assert drawn.startswith("<svg ")
    assert "style" not in drawn
    assert "<script" not in drawn


# --- taking it away ------------------------------------------------------------------------------------
def test_the_last_second_factor_stays_where_the_practice_asks_for_one(
    client: Client, marta: User
) -> None:
    with_app(marta)
    client.force_login(marta)

    refused = client.post(reverse("mfa_deactivate_totp"))
    assert refused.status_code == 422
    assert factors_of(marta) == {"totp", "recovery_codes"}

    set_sign_in_policy(second_factor_required=False)
    client.post(reverse("mfa_deactivate_totp"))
    assert factors_of(marta) == set()


def test_new_recovery_codes_end_the_old_ones(client: Client, marta: User) -> None:
    old = with_app(marta)
    client.force_login(marta)
    client.post(reverse("mfa_generate_recovery_codes"))
    new = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert not set(old) & set(new)


def test_a_practice_admin_helps_after_a_lost_phone(client: Client, marta: User) -> None:
    with_app(marta)
    elsewhere = Client()
    elsewhere.force_login(marta)
    client.force_login(UserFactory.create(roles=[Role.PRACTICE_ADMIN]))

    client.post(reverse("sign_in:reset_second_factor", args=[marta.pk]))

    assert factors_of(marta) == set()
    assert not Device.objects.filter(user=marta).exists()
    assert elsewhere.get(reverse("accounts:own_settings")).status_code == 302
    with pytest.raises(RuleBroken, match="no second step"):
        operations.forget_second_factor(person=marta)


def test_a_code_that_fits_nothing_counts_against_the_person(marta: User) -> None:
    with_app(marta)
    assert operations.take_code(person=marta, code="12345678901", at=now()) is None


def test_the_only_admin_is_helped_from_a_shell(
    marta: User, capsys: pytest.CaptureFixture[str], mailoutbox: list[EmailMessage]
) -> None:
    with_app(marta)
    call_command("reset_second_factor", "MARTA@example.org")
    assert factors_of(marta) == set()
    assert "reset the second step" in str(mailoutbox[0].body)
    for address in ("marta@example.org", "nobody@example.org"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", address)
