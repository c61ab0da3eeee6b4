"""Where one is signed in, and signing out there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Device, Role, User
from accounts.operations import devices as operations
from accounts.operations import people
from core.clock import now
from tests.accounts.factories import PracticeFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/sign-in/devices/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
def marta() -> User:
    PracticeFactory.create()
    return UserFactory.create(
        name="Marta", email="marta@example.org", password="correct horse battery"
    )


def enters(user: User) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    client.post(
        reverse("account_login"), {"login": user.email, "password": "correct horse battery"}
    )
    return client


def is_open(client: Client) -> bool:
    return client.get(reverse("accounts:own_settings")).status_code == 200


def test_the_list_says_browser_and_system_and_which_one_this_is(marta: User) -> None:
    here, _there = enters(marta), enters(marta)
    UserFactory.create()
    page = here.get(LIST)
    shown = page.context["devices"]
    assert [(each.browser, each.system, each.address) for each in shown] == [
        ("Firefox", "Linux", "127.0.0.1")
    ] * 2
    assert shown[0].session_key == here.session.session_key
    assert page.content.decode().count("This one") == 1


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("… (iPhone; CPU iPhone OS 18_0) … Version/18.0 Mobile Safari/604.1", ("Safari", "iPhone")),
        ("… (Linux; Android 15) … Chrome/140.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("… (Windows NT 10.0) … Chrome/140.0 Safari/537.36 Edg/140.0", ("Edge", "Windows")),
        ("", ("", "")),
    ],
)
def test_of_what_a_browser_says_two_names_are_kept(
    marta: User, said: str, names: tuple[str, str]
) -> None:
    device = operations.remember_device(
        person=marta, session_key="k", said=said, address=None, at=now()
    )
    assert (device.browser, device.system) == names


def test_signing_out_there_ends_that_one(marta: User) -> None:
    here, there, third = enters(marta), enters(marta), enters(marta)
    device = Device.objects.get(session_key=there.session.session_key)

    here.post(reverse("sign_in:sign_out_device", args=[device.pk]))

    assert (is_open(here), is_open(there), is_open(third)) == (True, False, True)


def test_signing_out_everywhere_else(marta: User) -> None:
    here, there = enters(marta), enters(marta)
    other = enters(UserFactory.create(email="o@example.org", password="correct horse battery"))

    here.post(reverse("sign_in:sign_out_others"))

    assert (is_open(here), is_open(there), is_open(other)) == (True, False, True)


def test_somebody_elses_device_is_not_there(marta: User) -> None:
    other = enters(UserFactory.create(email="o@example.org", password="correct horse battery"))
    device = Device.objects.get()
    assert (
        enters(marta).post(reverse("sign_in:sign_out_device", args=[device.pk])).status_code == 404
    )
    assert is_open(other)


def test_signing_out_here_takes_it_off_the_list(marta: User) -> None:
    here = enters(marta)
    device = Device.objects.get()
    asked = here.post(reverse("sign_in:sign_out_device", args=[device.pk]))
    assert asked.url == reverse("account_logout")
    here.post(asked.url)
    assert not Device.objects.exists()


def test_a_session_that_ran_out_is_not_shown_and_goes_with_the_next_sign_in(marta: User) -> None:
    there = enters(marta)
    there.session.flush()
    here = enters(marta)
    assert len(here.get(LIST).context["devices"]) == 1
    assert Device.objects.count() == 1


def test_other_roles_end_every_session(marta: User) -> None:
    here = enters(marta)
    people.give_roles(person=marta, roles=[Role.THERAPIST])
    assert is_open(here)

    people.give_roles(person=marta, roles=[Role.THERAPIST, Role.SUPERVISOR])

    assert not is_open(here)
    assert not Device.objects.exists()
