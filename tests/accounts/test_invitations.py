"""Coming in: invitation, sign-in, suspension."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Invitation, Role, User
from accounts.operations import closing
from accounts.operations import people as operations
from core.actor import acting
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.factories import PracticeFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "seven quiet lindens"


def invite(**facts: object) -> tuple[Invitation, str]:
    said = {"name": "Ilse Bakker", "email": "ilse@example.org", "roles": [Role.THERAPIST]}
    return operations.invite_person(by=None, at=now(), **(said | facts))


def link(code: str) -> str:
    return reverse("accounts:accept_invitation", args=[code])


def test_an_invited_person_chooses_a_password_and_is_in(client: Browser) -> None:
    _invitation, code = invite()

    response = client.post(link(code), {"language": "nl", "password": PASSWORD})

    assert response.headers["Location"] == "/"
    ilse = User.objects.get(email="ilse@example.org")
    assert (ilse.language, ilse.check_password(PASSWORD)) == ("nl", True)
    assert client.session["_auth_user_id"] == str(ilse.pk)


def test_an_invitation_works_once(client: Browser) -> None:
    _invitation, code = invite()
    client.post(link(code), {"language": "en", "password": PASSWORD})
    client.logout()

    again = client.post(link(code), {"language": "en", "password": "another long password"})

    assert again.status_code == 422
    assert "no longer works" in again.content.decode()
    assert User.objects.get(email="ilse@example.org").check_password(PASSWORD)


def test_an_invitation_ends_after_two_weeks() -> None:
    _invitation, code = invite()
    later = now() + timedelta(days=14, minutes=1)

    with pytest.raises(RuleBroken, match="no longer works"):
        operations.accept_invitation(code=code, password=PASSWORD, language="en", at=later)


def test_a_new_link_ends_the_earlier_one() -> None:
    invitation, first = invite()
    _second, code = operations.renew_invitation(person=invitation.user, by=None, at=now())

    with pytest.raises(RuleBroken):
        operations.accept_invitation(code=first, password=PASSWORD, language="en", at=now())
    operations.accept_invitation(code=code, password=PASSWORD, language="en", at=now())


def test_only_the_digest_of_the_code_is_kept() -> None:
    invitation, code = invite()

    assert code not in str(Invitation.objects.filter(pk=invitation.pk).values())


def test_a_weak_password_is_refused_and_nothing_is_lost(client: Browser) -> None:
    _invitation, code = invite()

    response = client.post(link(code), {"language": "it", "password": "password1234"})

    assert response.status_code == 422
    assert "lang=" in response.content.decode()
    operations.accept_invitation(code=code, password=PASSWORD, language="it", at=now())


def test_somebody_who_can_sign_in_is_not_invited_again() -> None:
    UserFactory.create(email="ilse@example.org")

    with pytest.raises(RuleBroken, match="can sign in already"):
        invite()


def sign_in(client: Browser, email: str, password: str) -> int:
    return client.post(reverse("account_login"), {"login": email, "password": password}).status_code


def test_sign_in_asks_for_e_mail_and_password(client: Browser) -> None:
    PracticeFactory.create()
    UserFactory.create(email="marta@example.org", password=PASSWORD)

    assert sign_in(client, "marta@example.org", "wrong") == 422
    assert sign_in(client, "marta@example.org", PASSWORD) == 302


def test_suspension_ends_every_session_at_once(client: Browser) -> None:
    marta = UserFactory.create(email="marta@example.org", password=PASSWORD)
    client.force_login(marta)
    assert client.get(reverse("accounts:own_settings")).status_code == 200

    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    with acting(admin):
        closing.suspend_access(person=marta, by=admin, at=now())

    assert client.get(reverse("accounts:own_settings")).status_code == 302
    sign_in(client, "marta@example.org", PASSWORD)
    assert client.get(reverse("accounts:own_settings")).status_code == 302


def test_roles_are_given_and_taken() -> None:
    marta = UserFactory.create(roles=[Role.THERAPIST])

    operations.give_roles(person=marta, roles=[Role.SUPERVISOR, Role.PRACTICE_ADMIN])

    assert User.objects.get(pk=marta.pk).roles == ["supervisor", "practice_admin"]


def test_only_a_practice_admin_invites(client: Browser) -> None:
    client.force_login(UserFactory.create(roles=[Role.THERAPIST]))
    assert client.get(reverse("accounts:invite_person")).status_code == 403

    client.force_login(UserFactory.create(roles=[Role.PRACTICE_ADMIN]))
    said = {"name": "Tomasz", "email": "tomasz@example.org", "roles": ["therapist"]}
    made = client.post(reverse("accounts:invite_person"), said, follow=True)

    assert "/people/invitation/" in made.content.decode()
    assert User.objects.get(email="tomasz@example.org").roles == ["therapist"]


def test_the_first_admin_comes_by_a_one_time_link(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite_practice_admin", "first@example.org")

    address = capsys.readouterr().out.splitlines()[0]
    code = address.rstrip("/").rsplit("/", 1)[1]
    admin = operations.accept_invitation(code=code, password=PASSWORD, language="en", at=now())
    assert admin.roles == ["practice_admin"]
