"""The one box: whom it finds for whom, how it spells, what it leaves behind, and what it asks of the database."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from caseload.models import ReadLog
from core.actor import acting
from core.clock import today
from core.likeness import words_in
from desk.finding import find
from desk.pages import PAGES
from referrals.operations.entries import set_own_view
from tests.access_table import PEOPLE, TABLE
from tests.accounts.factories import (
    PracticeFactory,
    SupervisionFactory,
    SupervisorFactory,
    UserFactory,
)
from tests.caseload.factories import AssignmentFactory, WaitingEntryFactory
from tests.referrals.factories import ServiceFactory

URL = reverse("desk:search")


@pytest.fixture
def marta(db):
    PracticeFactory.create()
    return UserFactory.create(name="Marta Zielińska", email="marta@linden.example")


def client_of(therapist, name, known_as=""):
    work = AssignmentFactory.create(
        therapist=therapist, client__name=name, client__known_as=known_as
    )
    return work.episode.participations.get().client


def found(said, by, kind="clients"):
    with acting(by):
        groups = {group.kind: group for group in find(said, by=by, how_many=10)}
    return [hit.name for hit in groups[kind].hits] if kind in groups else []


def browser_of(person):
    browser = Browser()
    browser.force_login(person)
    return browser


def test_words_are_folded_and_codes_stay_whole():
    assert words_in("  Żółć, D’Angelo; C-2044 ") == ["zolc", "d’angelo", "c-2044"]
    assert words_in("%%% ___ \\ '") == ["___"]
    assert words_in("") == words_in(" - . ") == []


@pytest.mark.parametrize(
    "said",
    [
        "Kowalska",
        "kowal",
        "JOANNA",
        "joana kowalska",
        "kowlaska",
        "juniper",
        "Junpier",
        "kowalska joanna",
    ],
)
def test_a_client_is_found_by_any_spelling_of_name_or_known_as(marta, said):
    client_of(marta, "Joanna Kowalska", "Juniper")
    client_of(marta, "Piet van der Berg")
    assert found(said, marta) == ["Juniper"]


def test_accents_do_not_matter_and_two_letters_changed_about_are_a_typo(marta):
    client_of(marta, "Łukasz Żółć")
    client_of(marta, "Adam Nowak")
    assert found("zolc", marta) == found("ŻÓŁĆ", marta) == ["Łukasz Żółć"]
    assert found("nwoak", marta) == ["Adam Nowak"]
    assert found("xyzzy", marta) == []


def test_a_code_is_taken_as_it_is_and_never_guessed(marta):
    her, other = client_of(marta, "Anna"), client_of(marta, "Ewa")
    with_code = {row.code: row.name for row in (her, other)}
    assert {code: found(code.lower(), marta) for code in with_code} == {
        code: [name] for code, name in with_code.items()
    }
    assert found(f"{her.code}9999", marta) == []


def test_what_is_nearly_spelled_so_is_shown_only_where_little_is_written_so(marta):
    client_of(marta, "Hanna")
    assert found("anna", marta) == ["Hanna"]
    for name in ("Anna B", "Anna C", "Anna D"):
        client_of(marta, name)
    client_of(marta, "Anka E")
    assert found("anna", marta) == [
        "Anna B",
        "Anna C",
        "Anna D",
        "Hanna",
    ]  # Hanna holds it as it is written


def test_everybody_finds_whom_their_pages_open_and_nobody_else(marta):
    """The rule of sight, by the box: who works, who leads, who is named; nobody by rank."""
    client_of(marta, "Xenobia Quill")
    WaitingEntryFactory.create(named_person=marta, client__name="Xenia Waits", client__known_as="")
    leads = SupervisorFactory.create()
    SupervisionFactory.create(supervisor=leads, supervisee=marta)
    others = [UserFactory.create(roles=[role]) for role in Role if role != Role.FRONT_DESK]
    desk = UserFactory.create(roles=[Role.FRONT_DESK])

    assert found("xen", marta) == ["Xenia Waits", "Xenobia Quill"]
    assert found("xen", leads) == ["Xenobia Quill"]
    assert found("xen", desk) == [
        "Xenia Waits"
    ]  # no booking: identity of who waits, of nobody else
    assert {tuple(found("xen", person)) for person in others} == {()}


def test_the_words_stand_in_no_address_no_title_no_session_and_no_log(marta, caplog):
    client_of(marta, "Joanna Kowalska")
    browser = browser_of(marta)
    with caplog.at_level("DEBUG", logger="django"):
        sent = browser.post(URL, {"q": "Kowalska"})
        shown = browser.get(sent["Location"])
        at_once = browser.post(URL, {"q": "Kowalska"}, headers={"HX-Request": "true"})
    page = shown.content.decode()
    title = page[page.index("<title>") : page.index("</title>")]

    assert sent["Location"] == f"{URL}?found=1"
    assert "Joanna Kowalska" in page
    assert "kowalska" not in title.lower()
    assert "Joanna Kowalska" in at_once.content.decode()
    assert "<html" not in at_once.content.decode()
    for answer in (shown, at_once):
        assert "no-store" in answer["Cache-Control"]
    said = " ".join(f"{row.get_decoded()}" for row in Session.objects.all())
    assert "kowalska" not in said.lower()
    assert "kowalska" not in caplog.text.lower()
    assert not ReadLog.objects.exists()  # a list of names; opening one is what is logged


def test_another_person_on_the_same_machine_finds_the_box_empty(marta):
    browser = browser_of(marta)
    browser.post(URL, {"q": "Kowalska"})
    kept = dict(browser.session.items())["search_words"]
    browser.force_login(UserFactory.create())
    session = browser.session
    session["search_words"] = kept  # and what was kept for somebody else does not open
    session.save()
    assert browser.get(f"{URL}?found=1").context["words"] == ""


def test_an_empty_page_a_page_of_nothing_and_one_kind_alone(marta):
    browser = browser_of(marta)
    assert "Nothing found" not in browser.get(URL).content.decode()
    browser.post(URL, {"q": "xqzzyx"})
    assert "Nothing found" in browser.get(f"{URL}?found=1").content.decode()
    for number in range(12):
        client_of(marta, f"Maria {number}")
    browser.post(URL, {"q": "Maria"})
    whole, alone = (browser.get(f"{URL}?found=1{more}") for more in ("", "&in=clients"))
    assert next((group.count, len(group.hits)) for group in whole.context["groups"]) == (12, 10)
    assert [len(group.hits) for group in alone.context["groups"]] == [12]
    assert len(browser.get(f"{URL}?found=1&in=nothing").context["groups"]) >= 1


def test_people_are_written_to_by_colleagues_and_opened_by_a_practice_admin(marta):
    UserFactory.create(name="Tomasz Król", email="tomasz@linden.example")
    UserFactory.create(name="Tomasz Gone", is_active=False)
    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    assert found("krol", marta, "people") == ["Tomasz Król"]
    assert found("tomasz", marta, "people") == ["Tomasz Król"]
    assert found("tomasz", admin, "people") == ["Tomasz Gone", "Tomasz Król"]
    page = browser_of(marta).post(URL, {"q": "krol"}, headers={"HX-Request": "true"})
    assert "mailto:tomasz@linden.example" in page.content.decode()


def test_the_directory_says_where_not_to_refer(marta):
    service = ServiceFactory.create(name="Grief Companions", city="Waterbury")
    ServiceFactory.create(name="Legal Advice")
    admin = UserFactory.create(roles=[Role.DIRECTORY_ADMIN])
    set_own_view(service=service, do_not_refer="closed", by=admin, on=today())
    page = browser_of(marta).post(URL, {"q": "greif companions"}, headers={"HX-Request": "true"})
    assert "Grief Companions" in page.content.decode()
    assert "Do not refer" in page.content.decode()
    assert "Legal Advice" not in page.content.decode()


def test_pages_are_found_by_what_one_may_call_them(marta):
    assert found("holiday", marta, "pages") == ["Your absences", "Record an absence"]
    assert found("rooms", marta, "pages") == []
    assert found("public hol", UserFactory.create(roles=[Role.PRACTICE_ADMIN]), "pages") == [
        "Closed days"
    ]


def test_a_page_is_offered_to_whom_it_opens_and_to_nobody_else():
    """The access table says who may open it; the box says the same."""
    roles = {
        "therapist": Role.THERAPIST,
        "supervisor": Role.SUPERVISOR,
        "directory_admin": Role.DIRECTORY_ADMIN,
        "practice_admin": Role.PRACTICE_ADMIN,
        "records_keeper": Role.RECORDS_KEEPER,
    }
    wrong = {
        (page.name, who)
        for page in PAGES
        for who, role in roles.items()
        if page.is_open_to([role]) != (TABLE[page.name][PEOPLE.index(who)] == 200)
    }
    assert wrong == set()


@pytest.mark.django_db
def test_it_asks_the_same_for_one_and_for_many(marta):
    browser = browser_of(marta)

    def asked():
        with CaptureQueriesContext(connection) as counted:
            browser.post(URL, {"q": "Maria"}, headers={"HX-Request": "true"})
        return [one["sql"] for one in counted if "SAVEPOINT" not in one["sql"]]

    client_of(marta, "Maria")
    UserFactory.create(name="Maria")
    ServiceFactory.create(name="Maria’s")
    first = asked()
    for number in range(20):
        client_of(marta, f"Maria {number}")
        UserFactory.create(name=f"Maria {number}")
        ServiceFactory.create(name=f"Maria’s {number}")
    many = asked()
    assert len(many) <= len(first) + 1, many
    assert len(many) <= 15
