"""Coming in by another provider's word: only where one is named, only who is invited, only by a verified address."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, reverse

from accounts.models import Invitation, Role, User
from accounts.operations import people as operations
from core.clock import now
from tests.accounts.door import PASSWORD, gives_code, is_in, shown_by_app, with_app
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.accounts.provider import CLIENT, SECRET, Provider, provider
from tests.proof import has_proved

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(settings: Any) -> Iterator[Provider]:
    """Name a provider, as OIDC_ISSUER does."""
    PracticeFactory.create(second_factor_required=True)
    with provider() as known:
        settings.ROOT_URLCONF = "tests.accounts.openid_urls"
        settings.OIDC_PROVES_TWO_FACTORS = True
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "practice",
                        "name": "Clinic",
                        "client_id": CLIENT,
                        "secret": SECRET,
                        "settings": {"server_url": known.url},
                    }
                ],
            }
        }
        clear_url_caches()
        yield known
    clear_url_caches()


def invite(email: str = "ilse@example.org") -> User:
    invitation, _code = operations.invite_person(
        name="Ilse", email=email, roles=[Role.THERAPIST], by=None, at=now()
    )
    return invitation.user


def comes_back(client: Client, known: Provider, **claims: Any) -> Any:
    """Go to the provider and be sent back with what it says."""
    known.claims = claims
    away = client.get(reverse("openid_connect_login", args=["practice"]))
    assert away.status_code == 302
    assert away.url.startswith(f"{known.url}/authorize?")
    state = parse_qs(urlsplit(away.url).query)["state"][0]
    callback = reverse("openid_connect_callback", args=["practice"])
    return client.get(callback, {"code": "once", "state": state})


def test_without_a_name_there_is_no_such_door(client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("openid_connect_login", args=["practice"])
    assert client.get("/account/openid/practice/login/").status_code == 404
    assert "openid" not in client.get(reverse("account_login")).content.decode()


def test_who_is_invited_comes_in_and_needs_no_password(client: Client, named: Provider) -> None:
    ilse = invite()
    door = client.get(reverse("account_login")).content.decode()
    assert "Sign in with Clinic" in door

    comes_back(client, named, email="Ilse@example.org", email_verified=True, name="Ilse Bakker")

    assert is_in(client)
    assert client.get(reverse("accounts:own_settings")).status_code == 200
    assert Invitation.objects.get(user=ilse).accepted_at is not None
    assert "code_verifier" in named.asked[0]
    again = Client()
    comes_back(again, named, email="moved@elsewhere.example", email_verified=True)
    assert is_in(again)


def test_nothing_of_what_the_provider_says_is_kept(client: Client, named: Provider) -> None:
    invite()
    for each in (client, Client()):
        comes_back(each, named, email="ilse@example.org", email_verified=True, birthdate="1980")
        assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.org", "email_verified": True},
        {"email": "ilse@example.org", "email_verified": False},
        {"email": "ilse@example.org", "email_verified": "true"},
        {"email": "ilse@example.org"},
        {},
    ],
    ids=str,
)
def test_nobody_else_comes_in(client: Client, named: Provider, claims: dict[str, Any]) -> None:
    invite()
    before = User.objects.count()
    assert comes_back(client, named, **claims).status_code == 403
    assert not is_in(client)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_the_suspended_and_those_without_an_invitation_stay_outside(named: Provider) -> None:
    suspended = invite()
    suspended.suspended_at = now()
    suspended.save()
    imported = UserFactory.create(email="imported@example.org")
    imported.set_unusable_password()
    imported.save()
    for email in ("ilse@example.org", "imported@example.org"):
        client = Client()
        assert comes_back(client, named, email=email, email_verified=True).status_code == 403
        assert not is_in(client)


def test_suspended_later_the_known_one_stays_outside(named: Provider) -> None:
    ilse = invite()
    comes_back(Client(), named, email="ilse@example.org", email_verified=True)
    User.objects.filter(pk=ilse.pk).update(suspended_at=now())
    client = Client()
    comes_back(client, named, email="ilse@example.org", email_verified=True)
    assert not is_in(client)


def test_a_second_step_set_up_here_is_asked_for_still(client: Client, named: Provider) -> None:
    ilse = invite()
    with_app(ilse)
    answer = comes_back(client, named, email="ilse@example.org", email_verified=True)
    assert answer.url == reverse("mfa_authenticate")
    gives_code(client, shown_by_app())
    assert is_in(client)


def test_a_provider_that_is_not_trusted_with_two_factors_leads_to_the_set_up(
    client: Client, named: Provider, settings: Any
) -> None:
    settings.OIDC_PROVES_TWO_FACTORS = False
    invite()
    comes_back(client, named, email="ilse@example.org", email_verified=True)
    where = client.get(reverse("accounts:own_settings")).url
    assert where == reverse("sign_in:set_up_second_factor")


def test_nobody_binds_a_provider_to_somebody_who_is_signed_in(
    client: Client, named: Provider
) -> None:
    invite()
    client.force_login(UserFactory.create(password=PASSWORD))
    answer = comes_back(client, named, email="ilse@example.org", email_verified=True)
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_who_has_nothing_here_proves_themselves_there(client: Client, named: Provider) -> None:
    ilse = invite()
    said = {"email": "ilse@example.org", "email_verified": True}
    comes_back(client, named, **said)
    has_proved(client, ilse, "socialaccount", ago=3600)
    there = reverse("openid_connect_login", args=["practice"])
    assert client.get(reverse("mfa_activate_totp")).url.startswith(f"{there}?next=")

    comes_back(client, named, **said)

    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_made_up_state_is_refused(client: Client, named: Provider) -> None:
    callback = reverse("openid_connect_callback", args=["practice"])
    answer = client.get(callback, {"code": "once", "state": "made-up"})
    assert answer.status_code == 401
    assert not is_in(client)


def test_a_provider_that_is_away_is_said_so_and_breaks_nothing(
    client: Client, named: Provider, settings: Any
) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client.get(reverse("openid_connect_login", args=["practice"]))
    assert answer.status_code == 503
    assert "did not work" in answer.content.decode()
