"""Pages of one client's options."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from caseload.models import ReadLog
from core.clock import now, today
from referrals.journey import Status
from referrals.models import Choice, OptionSet, Referral
from referrals.operations.choices import Chosen, record_choice
from referrals.operations.options import close_option_set, offer_options
from tests.accounts.factories import SupervisionFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory, PlaceFactory
from tests.endings.factories import EndingFactory
from tests.referrals.factories import (
    OptionFactory,
    OptionSetFactory,
    ServiceFactory,
    ShortlistFactory,
)
from tests.referrals.pages import browser_of, of_set, page, questions

pytestmark = pytest.mark.django_db


READS = ["option_set", "show_options", "print_options"]


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


def test_a_chosen_option_stays_and_a_closed_list_too(option_set: OptionSet) -> None:
    by, option = option_set.assignment.therapist, option_set.options.get(place=None)
    offer_options(option_set=option_set, by=by, on=today(), at=now())
    option.refresh_from_db()
    chosen = Chosen(Choice.Kind.ONE, today(), [option])
    record_choice(option_set=option_set, chosen=chosen, by=by, at=now())
    browser = browser_of(by)
    url = reverse("referrals:remove_option", args=[option.pk])
    assert "This one was chosen." in page(browser.post(url, follow=True))
    close_option_set(option_set=option_set, by=by, on=today())
    response = browser.post(of_set("option_set", option_set), reasons(option_set), follow=True)
    assert "These options are closed and stay as they were." in page(response)


def test_a_search_by_htmx_gets_the_list_with_its_buttons(option_set: OptionSet) -> None:
    ServiceFactory.create(name="Grief Companions")
    browser, url = browser_of(option_set.assignment.therapist), of_set("choose_option", option_set)
    part = page(browser.get(url, {"q": "grief"}, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert f'action="{url}"' in part


def test_a_step_of_tomorrow_is_answered_with_its_reason(option_set: OptionSet) -> None:
    by = option_set.assignment.therapist
    offer_options(option_set=option_set, by=by, on=today(), at=now())
    chosen = Chosen(Choice.Kind.ONE, today(), [option_set.options.get(place=None)])
    record_choice(option_set=option_set, chosen=chosen, by=by, at=now())
    referral = Referral.objects.get()
    url = reverse("referrals:move_referral", args=[referral.pk])
    later = (today() + timedelta(days=3)).isoformat()
    sent = {"to": "completed", "said_by": "client", "on": later, "outcome": "", "note": ""}
    response = browser_of(by).post(url, sent)
    assert response.status_code == 422
    assert "This date is still to come." in page(response)


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


def test_a_first_language_that_no_sheet_speaks_is_said(option_set: OptionSet) -> None:
    browser = browser_of(option_set.assignment.therapist)
    for languages, said in ((["uk", "pl"], True), (["pl-PL"], False), ([], False)):
        option_set.client.languages = languages
        option_set.client.save()
        shown = page(browser.get(of_set("option_set", option_set)))
        assert ("The client’s first language is Ukrainian." in shown) is said


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
