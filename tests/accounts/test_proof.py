"""What is grave asks again who is there, unless it was proved a few minutes ago."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Role, User
from tests.accounts.door import PASSWORD, shown_by_app, with_app
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.proof import has_proved

pytestmark = pytest.mark.django_db
STALE = 11 * 60


@pytest.fixture
def admin(client: Client) -> User:
    PracticeFactory.create()
    somebody = UserFactory.create(password=PASSWORD, roles=[Role.PRACTICE_ADMIN])
    client.force_login(somebody)
    has_proved(client, somebody, "password", "mfa", ago=STALE)
    return somebody


@pytest.fixture
def marta() -> User:
    return UserFactory.create(name="Marta")


def test_a_page_is_asked_for_before_it_is_shown_and_then_opens(
    client: Client, admin: User, marta: User
) -> None:
    person = reverse("accounts:person", args=[marta.pk])
    asked = client.get(person)
    assert asked.url.startswith(reverse("account_reauthenticate"))

    wrong = client.post(asked.url, {"password": "not this one"})
    assert wrong.status_code == 422
    right = client.post(asked.url, {"password": PASSWORD, "next": person})

    assert right.url == person
    assert client.get(person).status_code == 200


def test_what_is_sent_too_late_is_not_done(client: Client, admin: User, marta: User) -> None:
    client.post(reverse("accounts:person", args=[marta.pk]), {"roles": ["practice_admin"]})
    client.post(reverse("accounts:suspend_access", args=[marta.pk]))
    late = client.post(reverse("accounts:renew_invitation", args=[marta.pk]))

    marta = User.objects.get(pk=marta.pk)
    assert marta.roles == ["therapist"]
    assert marta.may_come_in
    assert not Invitation.objects.exists()
    back = f"next=%2Fpeople%2F{marta.pk}%2F"
    assert late.url == f"{reverse('account_reauthenticate')}?{back}"
    again = client.post(late.url, {"password": PASSWORD}, follow=True)
    assert "do it once more" in again.content.decode()


def test_who_has_a_second_factor_proves_that_one(client: Client, admin: User, marta: User) -> None:
    with_app(admin)
    person = reverse("accounts:person", args=[marta.pk])
    assert client.get(person).url.startswith(reverse("mfa_reauthenticate"))

    has_proved(client, admin, "password")
    asked = client.get(person)
    assert asked.url.startswith(reverse("mfa_reauthenticate"))
    assert client.post(asked.url, {"code": "000000"}).status_code == 422
    client.post(asked.url, {"code": shown_by_app()})

    assert client.get(person).status_code == 200


def test_a_code_that_signed_in_does_not_prove_again(client: Client, admin: User) -> None:
    with_app(admin)
    door = Client()
    door.post(reverse("account_login"), {"login": admin.email, "password": PASSWORD})
    code = shown_by_app()
    door.post(reverse("mfa_authenticate"), {"code": code})
    assert client.post(reverse("mfa_reauthenticate"), {"code": code}).status_code == 422


def test_proofs_of_somebody_else_count_for_nothing(
    client: Client, admin: User, marta: User
) -> None:
    has_proved(client, marta, "password", "mfa")
    assert client.get(reverse("accounts:person", args=[marta.pk])).status_code == 302


def test_a_part_of_a_page_sends_the_whole_page_there(
    client: Client, admin: User, marta: User
) -> None:
    person = reverse("accounts:person", args=[marta.pk])
    answer = client.get(person, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize(
    "name",
    [
        "accounts:invite_person",
        "sign_in:policy",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    ],
)
def test_it_is_asked_before(client: Client, admin: User, name: str) -> None:
    assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize(
    "name", ["accounts:suspend_access", "sign_in:close_account", "sign_in:reset_second_factor"]
)
def test_it_is_asked_before_what_is_done_to_somebody(
    client: Client, admin: User, marta: User, name: str
) -> None:
    where = reverse(name, args=[marta.pk])
    assert client.get(where).url.startswith(reverse("account_reauthenticate"))
