"""Pages of the directory: what they say, how much they ask."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.clock import today
from referrals.models import Shortlist, Verification
from referrals.operations.entries import set_own_view
from tests.accounts.factories import UserFactory
from tests.referrals.factories import (
    OptionFactory,
    ServiceFactory,
    ShortlistFactory,
    checked,
)
from tests.referrals.pages import browser_of, of_set, page, questions

pytestmark = pytest.mark.django_db


def test_a_search_shows_what_was_found_and_htmx_gets_the_list_alone() -> None:
    checked(ServiceFactory.create(name="Grief Companions"), accepting="waitlist", wait="six weeks")
    ServiceFactory.create(name="Legal Advice")
    browser = browser_of(UserFactory.create())
    whole = page(browser.get(reverse("referrals:directory"), {"q": "grief"}))
    part = page(
        browser.get(reverse("referrals:directory"), {"q": "grief"}, headers={"HX-Request": "true"})
    )
    for shown in (whole, part):
        assert "Grief Companions" in shown
        assert "Legal Advice" not in shown
        assert "1 entry found" in shown
        assert "Waiting list, six weeks" in shown
    assert "<html" in whole
    assert "<html" not in part


def test_nothing_found_says_what_to_try() -> None:
    shown = page(
        browser_of(UserFactory.create()).get(reverse("referrals:directory"), {"q": "xqzzy"})
    )
    assert "Nothing found for “xqzzy”." in shown


def test_a_town_that_is_not_there_is_said_and_the_rest_is_searched() -> None:
    ServiceFactory.create(name="Evening Talks")
    browser = browser_of(UserFactory.create())
    asked = {"q": "talks", "near": "Nowhere", "within": "25"}
    for headers in ({}, {"HX-Request": "true"}):
        shown = page(browser.get(reverse("referrals:directory"), asked, headers=headers))
        assert "This town or postal code is not in the directory." in shown
        assert "Evening Talks" in shown


def test_near_and_room_and_language_narrow_the_list() -> None:
    checked(ServiceFactory.create(name="Here", city="Waterbury", point=(41.5, -73.0)))
    checked(
        ServiceFactory.create(name="Full", city="Waterbury", point=(41.5, -73.0)), accepting="no"
    )
    checked(ServiceFactory.create(name="There", city="Bristol", point=(43.5, -73.0)))
    asked = {"near": "Waterbury", "within": "10", "room": "on"}
    shown = page(browser_of(UserFactory.create()).get(reverse("referrals:directory"), asked))
    assert "Here" in shown
    assert "(0 km)" in shown
    assert "Full" not in shown
    assert "There" not in shown


def test_an_avoided_place_says_so_in_the_list_and_on_its_page() -> None:
    service = ServiceFactory.create()
    admin = UserFactory.create(roles=["directory_admin"])
    set_own_view(service=service, by=admin, on=today(), do_not_refer="Nobody answers.")
    browser = browser_of(UserFactory.create())
    assert "Do not refer" in page(browser.get(reverse("referrals:directory")))
    shown = page(browser.get(reverse("referrals:service", args=[service.pk])))
    assert "This practice does not refer here. Reason: Nobody answers." in shown


def test_a_confidential_address_stands_on_no_page() -> None:
    service = ServiceFactory.create(hidden=True, street="7 Secret Lane", city="Hidden Hill")
    option = OptionFactory.create(service=service)
    browser = browser_of(option.assignment.therapist)
    urls = [
        reverse("referrals:directory"),
        reverse("referrals:service", args=[service.pk]),
        of_set("option_set", option.option_set),
        of_set("show_options", option.option_set),
        of_set("choose_option", option.option_set),
    ]
    for url in urls:
        shown = page(browser.get(url))
        assert "Secret Lane" not in shown
        assert "Hidden Hill" not in shown
    assert "Address is confidential" in page(browser.get(urls[1]))


def test_a_website_is_a_link_only_where_it_is_an_address() -> None:
    house = ServiceFactory.create(url="https://talks.example/")
    trap = ServiceFactory.create(url="javascript:alert(1)")
    browser = browser_of(UserFactory.create())
    shown = page(browser.get(reverse("referrals:service", args=[house.pk])))
    assert 'href="https://talks.example/"' in shown
    shown = page(browser.get(reverse("referrals:service", args=[trap.pk])))
    assert "javascript:alert(1)" in shown
    assert 'href="javascript' not in shown


def test_what_a_source_wrote_is_text_and_never_markup() -> None:
    service = ServiceFactory.create(name="<script>alert(1)</script>", description="<b>bold</b>")
    browser = browser_of(UserFactory.create())
    for url in (reverse("referrals:directory"), reverse("referrals:service", args=[service.pk])):
        shown = page(browser.get(url))
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown


def test_one_records_a_look() -> None:
    service, me = ServiceFactory.create(), UserFactory.create(name="Marta")
    url = reverse("referrals:check_service", args=[service.pk])
    sent = {"means": "phone", "outcome": "confirmed", "accepting": "yes", "on": today().isoformat()}
    response = browser_of(me).post(url, sent)
    assert response.headers["Location"] == reverse("referrals:service", args=[service.pk])
    assert Verification.objects.get().by == me
    shown = page(browser_of(me).get(response.headers["Location"]))
    assert f"{me.name}, By phone. Confirmed." in shown


def test_a_look_of_tomorrow_is_answered_with_its_reason() -> None:
    url = reverse("referrals:check_service", args=[ServiceFactory.create().pk])
    later = (today() + timedelta(days=1)).isoformat()
    sent = {"means": "phone", "outcome": "confirmed", "accepting": "", "on": later}
    response = browser_of(UserFactory.create()).post(url, sent)
    assert response.status_code == 422
    assert "This date is still to come." in page(response)
    assert not Verification.objects.exists()


def test_a_directory_admin_says_how_the_practice_stands() -> None:
    service = ServiceFactory.create()
    url = reverse("referrals:judge_service", args=[service.pk])
    browser = browser_of(UserFactory.create(roles=["directory_admin"]))
    assert browser.post(url, {"view": "avoided"}).status_code == 422
    assert browser.post(url, {"view": "avoided", "why": "Nobody answers."}).status_code == 302
    service.refresh_from_db()
    assert service.overlay.do_not_refer
    assert 'value="avoided"' in page(browser.get(url))


def test_what_is_no_key_is_not_kept() -> None:
    browser = browser_of(UserFactory.create())
    for name, back in (("keep_service", "directory"), ("let_service_go", "shortlist")):
        response = browser.post(reverse(f"referrals:{name}"), {"service": "no-key"})
        assert response.headers["Location"] == reverse(f"referrals:{back}")


def test_a_place_is_kept_and_let_go_from_where_one_stands() -> None:
    service, me = ServiceFactory.create(name="Evening Talks"), UserFactory.create()
    browser, there = browser_of(me), service.at_locations.get()
    back = reverse("referrals:directory") + "?q=evening"
    sent = {"service": service.pk, "at_location": there.pk, "back": back}
    assert browser.post(reverse("referrals:keep_service"), sent).headers["Location"] == back
    assert Shortlist.objects.get().user == me
    assert "Evening Talks" in page(browser.get(reverse("referrals:shortlist")))
    away = {**sent, "back": "https://elsewhere.example/"}
    response = browser.post(reverse("referrals:let_service_go"), away)
    assert response.headers["Location"] == reverse("referrals:shortlist")
    assert not Shortlist.objects.exists()
    assert "Nothing kept yet" in page(browser.get(reverse("referrals:shortlist")))


@pytest.mark.parametrize("name", ["directory", "shortlist"])
def test_lists_ask_the_same_for_one_thirty_and_three_hundred(name: str) -> None:
    me = UserFactory.create()
    browser, counted = browser_of(me), []
    ServiceFactory.create_batch(
        2
    )  # with fewer than three a search looks for what is nearly spelled so
    for many in (1, 30, 300):
        ServiceFactory.create_batch(many)
        for service in ServiceFactory.create_batch(min(many, 30)):
            ShortlistFactory.create(user=me, service=service)
        counted.append(questions(browser, reverse(f"referrals:{name}"), q="talks"))
    assert len(set(counted)) == 1
    assert counted[0] <= 12
    assert questions(browser, reverse(f"referrals:{name}"), q="tlaks xqzzy") <= 12
