"""Pages of the directory and of options: who may see them, what they say, how much they ask."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import User
from caseload.models import ReadLog
from core.clock import now, today
from referrals.journey import Status
from referrals.models import Choice, OptionSet, Referral, Shortlist, Verification
from referrals.operations.choices import Chosen, record_choice
from referrals.operations.entries import set_own_view
from referrals.operations.options import offer_options
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory, PlaceFactory
from tests.endings.factories import EndingFactory
from tests.referrals.factories import (
    OptionFactory,
    OptionSetFactory,
    ServiceFactory,
    ShortlistFactory,
    checked,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def page(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def option_set() -> OptionSet:
    """The options of an ending's client: a checked service and a colleague, with reasons."""
    ending = EndingFactory.create(told=True)
    made: OptionSet = OptionSetFactory.create(assignment=ending.assignment, client=ending.client)
    ending.option_set = made
    ending.save(update_fields=["option_set"])
    OptionFactory.create(
        option_set=made, service=checked(ServiceFactory.create(name="Evening Talks"))
    )
    OptionFactory.create(option_set=made, place=PlaceFactory.create(), why="Mondays stay Mondays.")
    return made


def of_set(name: str, option_set: OptionSet) -> str:
    return reverse(f"referrals:{name}", args=[option_set.pk])


# --- who --------------------------------------------------------------------------------------------
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


# --- the directory ----------------------------------------------------------------------------------
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


def test_what_a_source_wrote_is_text_and_never_markup() -> None:
    service = ServiceFactory.create(name="<script>alert(1)</script>", description="<b>bold</b>")
    browser = browser_of(UserFactory.create())
    for url in (reverse("referrals:directory"), reverse("referrals:service", args=[service.pk])):
        shown = page(browser.get(url))
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown


def test_one_records_a_look() -> None:
    service, me = ServiceFactory.create(), UserFactory.create()
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


# --- the options of a client ------------------------------------------------------------------------
def test_the_page_says_what_to_know_and_who_can_see_it(option_set: OptionSet) -> None:
    OptionFactory.create(
        option_set=option_set, service=ServiceFactory.create(name="New Talks"), why=""
    )
    SupervisionFactory.create(supervisee=option_set.assignment.therapist)
    browser = browser_of(option_set.assignment.therapist)
    shown = page(browser.get(of_set("option_set", option_set)))
    assert "Nobody here has ever checked this entry." in shown
    assert "Mondays stay Mondays." in shown
    assert "Who can see this" in shown
    assert "The options were offered" in shown
    assert ReadLog.objects.get(page="referrals:option_set").client == option_set.client


def test_no_address_and_no_title_names_the_client(option_set: OptionSet) -> None:
    client = option_set.client
    browser = browser_of(option_set.assignment.therapist)
    for name in (*READS[:2], "choose_option"):
        shown = page(browser.get(of_set(name, option_set)))
        title = shown.partition("<title>")[2].partition("</title>")[0]
        assert client.called not in title
        assert client.code not in title


def test_an_empty_list_says_what_to_think_of() -> None:
    ending = EndingFactory.create(told=True)
    empty = OptionSetFactory.create(assignment=ending.assignment)
    ending.option_set = empty
    ending.save(update_fields=["option_set"])
    browser = browser_of(ending.assignment.therapist)
    shown = page(browser.get(of_set("option_set", empty)))
    assert "No options yet." in shown
    assert "2 options still missing" in shown
    assert browser.get(of_set("print_options", empty)).status_code == 302


def test_a_service_is_added_from_the_search_and_a_colleague_from_the_list(
    option_set: OptionSet,
) -> None:
    service, place = ServiceFactory.create(name="Grief Companions"), PlaceFactory.create()
    browser, url = browser_of(option_set.assignment.therapist), of_set("choose_option", option_set)
    assert "Grief Companions" in page(browser.get(url, {"q": "grief"}))
    there = service.at_locations.get()
    response = browser.post(url, {"service": service.pk, "at_location": there.pk})
    added = option_set.options.get(service=service)
    assert response.headers["Location"] == f"{option_set.get_absolute_url()}#option-{added.pk}"
    browser.post(url, {"place": place.pk})
    assert option_set.options.filter(place=place).exists()
    shown = page(browser.get(url, {"q": "grief"}))
    assert shown.count("On the list") >= 2


def test_what_one_keeps_stands_on_top_and_brings_its_reason(option_set: OptionSet) -> None:
    therapist = option_set.assignment.therapist
    kept = ShortlistFactory.create(user=therapist, why="Kind on the phone.")
    browser, url = browser_of(therapist), of_set("choose_option", option_set)
    shown = page(browser.get(url))
    assert shown.index("My shortlist") < shown.index("In the directory")
    browser.post(url, {"service": kept.service_id, "at_location": kept.at_location_id})
    assert option_set.options.get(service=kept.service).why == "Kind on the phone."


def test_only_free_places_of_others_who_work_here_are_proposed(option_set: OptionSet) -> None:
    therapist = option_set.assignment.therapist
    away = UserFactory.create(name="Somebody Away", suspended_at=now())
    taken = PlaceFactory.create(taken_since=today())
    own, ended = (
        PlaceFactory.create(therapist=therapist),
        PlaceFactory.create(ends_on=today() - timedelta(days=1)),
    )
    left_out = [taken, own, ended, PlaceFactory.create(therapist=away)]
    shown = page(browser_of(therapist).get(of_set("choose_option", option_set)))
    assert [str(place.pk) for place in left_out if str(place.pk) in shown] == []


@pytest.mark.parametrize(
    "sent", [{}, {"service": "no-key"}, {"place": "00000000-0000-0000-0000-000000000000"}]
)
def test_what_is_not_there_is_not_added(option_set: OptionSet, sent: dict[str, str]) -> None:
    browser = browser_of(option_set.assignment.therapist)
    assert browser.post(of_set("choose_option", option_set), sent).status_code == 404


def test_a_ninth_option_is_refused_with_a_sentence(option_set: OptionSet) -> None:
    for _number in range(6):
        OptionFactory.create(option_set=option_set)
    browser, url = browser_of(option_set.assignment.therapist), of_set("choose_option", option_set)
    response = browser.post(url, {"service": ServiceFactory.create().pk}, follow=True)
    assert "Eight options are enough for anybody." in page(response)


def reasons(option_set: OptionSet, **more: str) -> dict[str, str]:
    written = {f"why-{option.pk}": "It is near." for option in option_set.options.all()}
    return {"revision": str(option_set.revision), **written, **more}


def test_all_reasons_are_saved_at_once(option_set: OptionSet) -> None:
    browser = browser_of(option_set.assignment.therapist)
    response = browser.post(of_set("option_set", option_set), reasons(option_set))
    assert response.headers["Location"] == option_set.get_absolute_url()
    assert {str(option.why) for option in option_set.options.all()} == {"It is near."}


def test_a_second_tab_is_told_and_loses_nothing(option_set: OptionSet) -> None:
    browser, url = browser_of(option_set.assignment.therapist), of_set("option_set", option_set)
    stale = reasons(option_set)
    browser.post(
        url, reasons(option_set, **{f"why-{option_set.options.first().pk}": "Saved first."})
    )
    response = browser.post(url, stale)
    assert response.status_code == 409
    shown = page(response)
    assert "Somebody changed this while you were writing." in shown
    assert "Saved first." in shown
    option_set.refresh_from_db()
    assert f'name="revision" value="{option_set.revision}"' in shown
    again = browser.post(url, {**stale, "revision": str(option_set.revision)})
    assert again.status_code == 302


def test_too_long_a_reason_is_answered_and_stays(option_set: OptionSet) -> None:
    key = f"why-{option_set.options.first().pk}"
    browser, url = browser_of(option_set.assignment.therapist), of_set("option_set", option_set)
    response = browser.post(url, reasons(option_set, **{key: "x" * 301}))
    assert response.status_code == 422
    assert "x" * 301 in page(response)


def test_an_option_is_removed_put_back_and_moved(option_set: OptionSet) -> None:
    first, second = option_set.options.in_order()
    browser = browser_of(option_set.assignment.therapist)
    assert browser.post(reverse("referrals:remove_option", args=[first.pk])).status_code == 302
    shown = page(browser.get(of_set("option_set", option_set)))
    assert "Taken off the list" in shown
    assert "Option removed." in shown
    browser.post(reverse("referrals:put_back_option", args=[first.pk]))
    browser.post(reverse("referrals:move_option", args=[first.pk]), {"down": "1"})
    assert list(option_set.options.standing().in_order()) == [second, first]


def test_the_page_to_show_speaks_to_the_client_in_their_language(option_set: OptionSet) -> None:
    option_set.client.languages = ["uk", "pl-PL"]
    option_set.client.save()
    browser = browser_of(option_set.assignment.therapist)
    shown = page(browser.get(of_set("show_options", option_set)))
    assert '<html lang="pl"' in shown
    assert "Evening Talks" in shown
    assert option_set.client.code not in shown
    assert option_set.client.called not in shown
    assert "Never checked" not in shown
    english = page(browser.get(of_set("show_options", option_set), {"language": "en"}))
    assert '<html lang="en"' in english
    assert "Your options" in english
    assert "Nothing has to be decided today." in english


def test_the_sheet_is_one_page_with_a_neutral_name_in_their_language(option_set: OptionSet) -> None:
    browser, url = browser_of(option_set.assignment.therapist), of_set("print_options", option_set)
    for language, name in (("en", "sheet.pdf"), ("nl", "blad.pdf")):
        response = browser.get(url, {"language": language})
        assert response.headers["Content-Type"] == "application/pdf"
        assert name in response.headers["Content-Disposition"]
        paper = PdfReader(BytesIO(response.content))
        assert len(paper.pages) == 1
        assert paper.trailer["/Root"]["/Lang"].startswith(language)
        assert option_set.client.called not in paper.pages[0].extract_text()
    assert ReadLog.objects.filter(page="referrals:print_options").count() == 2


def test_names_and_numbers_only_is_one_tap(option_set: OptionSet) -> None:
    browser = browser_of(option_set.assignment.therapist)
    browser.post(of_set("set_discreet", option_set), {"on": "1"})
    paper = browser.get(of_set("print_options", option_set), {"language": "en"})
    said = PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    assert "Mondays stay Mondays." not in said
    browser.post(of_set("set_discreet", option_set), {"off": "1"})
    option_set.refresh_from_db()
    assert option_set.is_discreet is False


def test_how_a_chosen_place_went_is_recorded(option_set: OptionSet) -> None:
    by = option_set.assignment.therapist
    offer_options(option_set=option_set, by=by, on=today(), at=now())
    option = option_set.options.get(place=None)
    chosen = Chosen(Choice.Kind.ONE, today(), [option])
    record_choice(option_set=option_set, chosen=chosen, by=by, at=now())
    referral = Referral.objects.get()
    browser, url = browser_of(by), reverse("referrals:move_referral", args=[referral.pk])
    assert "Evening Talks: Chosen" in page(browser.get(url))
    sent = {
        "to": "on-hold",
        "said_by": "provider",
        "on": today().isoformat(),
        "outcome": "",
        "note": "",
    }
    assert browser.post(url, sent).headers["Location"] == option_set.get_absolute_url()
    referral.refresh_from_db()
    assert referral.status == Status.ON_HOLD
    assert "Evening Talks: On the waiting list" in page(
        browser.get(of_set("option_set", option_set))
    )
    assert browser.post(url, {**sent, "to": "requested"}).status_code == 422
    assert browser_of(UserFactory.create()).get(url).status_code == 404


# --- how much a page asks -----------------------------------------------------------------------------
def questions(browser: Browser, url: str, **asked: str) -> int:
    browser.get(url, asked)  # what is asked once per process
    with CaptureQueriesContext(
        connection,
    ) as asked_now:
        assert browser.get(url, asked).status_code == 200
    return len([each for each in asked_now if "SAVEPOINT" not in each["sql"]])


def fill_directory(many: int) -> None:
    for number in range(many):
        checked(ServiceFactory.create(name=f"Talks {many} {number}"))


@pytest.mark.parametrize("name", ["directory", "shortlist"])
def test_lists_ask_the_same_for_one_thirty_and_three_hundred(name: str) -> None:
    me = UserFactory.create()
    browser, counted = browser_of(me), []
    ServiceFactory.create_batch(2)  # with fewer than three a search looks for what is nearly spelled so
    for many in (1, 30, 300):
        ServiceFactory.create_batch(many)
        for service in ServiceFactory.create_batch(min(many, 30)):
            ShortlistFactory.create(user=me, service=service)
        counted.append(questions(browser, reverse(f"referrals:{name}"), q="talks"))
    assert len(set(counted)) == 1
    assert counted[0] <= 12
    assert questions(browser, reverse(f"referrals:{name}"), q="tlaks xqzzy") <= 12


def test_the_options_of_one_client_ask_the_same_for_few_and_many(option_set: OptionSet) -> None:
    browser = browser_of(option_set.assignment.therapist)
    measure: Callable[[str], int] = lambda name: questions(browser, of_set(name, option_set))  # noqa: E731
    names = ["option_set", "show_options", "choose_option"]
    few = [measure(name) for name in names]
    for _number in range(3):
        OptionFactory.create(option_set=option_set)
        OptionFactory.create(option_set=option_set, place=PlaceFactory.create())
    for _number in range(30):
        work = AssignmentFactory.create(
            therapist=option_set.assignment.therapist, client=ClientFactory.create()
        )
        OptionFactory.create(option_set=OptionSetFactory.create(assignment=work))
    many = [measure(name) for name in names]
    assert few == many
    assert max(many) <= 20
