"""Who may open which page."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from referrals.models import OptionSet
from tests.accounts.factories import SupervisionFactory, UserFactory
from tests.referrals.factories import (
    ServiceFactory,
)
from tests.referrals.pages import browser_of, of_set, page

pytestmark = pytest.mark.django_db


READS = ["option_set", "show_options", "print_options"]


@pytest.mark.parametrize("name", [*READS, "choose_option"])
def test_the_therapist_opens_every_page(option_set: OptionSet, name: str) -> None:
    response = browser_of(option_set.assignment.therapist).get(of_set(name, option_set))
    assert response.status_code == 200


@pytest.mark.parametrize("name", READS)
def test_a_supervisor_reads(option_set: OptionSet, name: str) -> None:
    boss = SupervisionFactory.create(supervisee=option_set.assignment.therapist).supervisor
    assert browser_of(boss).get(of_set(name, option_set)).status_code == 200


def test_a_supervisor_has_nothing_to_press(option_set: OptionSet) -> None:
    boss = SupervisionFactory.create(supervisee=option_set.assignment.therapist).supervisor
    shown = page(browser_of(boss).get(of_set("option_set", option_set)))
    assert "Evening Talks" in shown
    assert "It is round the corner" in shown
    assert "<textarea" not in shown
    assert "Take off the list" not in shown
    assert browser_of(boss).get(of_set("choose_option", option_set)).status_code == 404
    assert browser_of(boss).post(of_set("option_set", option_set)).status_code == 404
    assert browser_of(boss).post(of_set("set_discreet", option_set)).status_code == 404


@pytest.mark.parametrize("role", ["therapist", "directory_admin", "practice_admin", "front_desk"])
@pytest.mark.parametrize("name", [*READS, "choose_option"])
def test_for_everybody_else_there_is_nothing_there(
    option_set: OptionSet, name: str, role: str
) -> None:
    stranger = browser_of(UserFactory.create(roles=[role]))
    assert stranger.get(of_set(name, option_set)).status_code == 404


@pytest.mark.parametrize("name", ["remove_option", "put_back_option", "move_option"])
def test_a_stranger_moves_no_option(option_set: OptionSet, name: str) -> None:
    option = option_set.options.order_by("position")[0]
    stranger = browser_of(UserFactory.create())
    assert stranger.post(reverse(f"referrals:{name}", args=[option.pk])).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("therapist", 200), ("supervisor", 200), ("directory_admin", 200), ("front_desk", 200)],
)
def test_the_directory_is_open_to_everybody_who_works_here(role: str, status: int) -> None:
    service = ServiceFactory.create()
    browser = browser_of(UserFactory.create(roles=[role]))
    assert browser.get(reverse("referrals:directory")).status_code == status
    assert browser.get(reverse("referrals:service", args=[service.pk])).status_code == status


def test_roles_that_a_page_needs_are_asked_for() -> None:
    service = ServiceFactory.create()
    desk = browser_of(UserFactory.create(roles=["front_desk"]))
    therapist = browser_of(UserFactory.create())
    check, judge = (
        reverse(f"referrals:{name}", args=[service.pk])
        for name in ("check_service", "judge_service")
    )
    assert desk.get(check).status_code == 403
    assert desk.get(reverse("referrals:shortlist")).status_code == 403
    assert therapist.get(judge).status_code == 403
    assert therapist.get(check).status_code == 200


def test_without_signing_in_there_is_only_the_door(option_set: OptionSet) -> None:
    for url in (reverse("referrals:directory"), of_set("option_set", option_set)):
        response = Browser().get(url)
        assert response.status_code == 302
        assert "/account/" in response.headers["Location"]
