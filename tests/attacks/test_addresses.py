"""SQL, scripts and rubbish in every parameter of every address: no error, no foreign line, no script."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client as Browser

from accounts.models import Role, User
from caseload.forms.practice import CountryForm
from referrals.forms import SearchForm
from tests.access_table import PEOPLE, TABLE
from tests.accounts.factories import UserFactory
from tests.test_access import address
from tests.world import World, a_world

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "caseload", "core", "desk", "endings", "referrals", "reminders")

# Which page reads what of its address; one that reads more fails below.
PARAMETERS = {
    "accounts:people": {"q", "show", "page"},
    "accounts:teams": {"q", "show"},
    "accounts:add_supervision": {"for"},
    "caseload:add_room": {"site"},
    "caseload:close_public_holidays": {"country", "region", "year"},
    "caseload:conflicts_of_session": {"on", "clock", "minutes", "mode", "room", "which"},
    "caseload:imports": {"page"},
    "caseload:import_run": {"page"},
    "caseload:move_session": {"on", "clock", "next"},
    "caseload:rooms": {"q", "show"},
    "caseload:sessions": {"show", "page"},
    "caseload:sites": {"q", "show"},
    "caseload:week": {"on"},
    "caseload:who_has_read": {"page"},
    "desk:calendar": {"of", "on"},
    "desk:calendar_of_person": {"on"},
    "desk:calendar_of_room": {"on"},
    "desk:calendar_of_site": {"on"},
    "desk:caseload": {"show", "sort", "found", "page"},
    "desk:front_desk": {"on", "site"},
    "desk:history": {"before"},
    "desk:search": {"found", "in"},
    "endings:board": {"view", "from"},
    "endings:endings": {"show", "page"},
    "endings:record_told_in_person": {"day", "other_day"},
    "referrals:directory": {"q", "near", "within", "language", "room", "page"},
    "referrals:option_set": {"q", "near", "within", "language", "room", "page"},
    "referrals:shortlist": {"page"},
    "referrals:show_options": {"language"},
    "referrals:print_options": {"language"},
}
ALL = set().union(*PARAMETERS.values()) | {"next"}

MARK = "zwxmark"
SCRIPT = f'"><script>{MARK}</script>'
NASTY = {
    "a quote": "'",
    "SQL": f"{MARK}'); drop table accounts_user; --",
    "SQL in an order": "name_key; select pg_sleep(30)--",
    "a union": "' union select password from accounts_user--",
    "a pattern": "%_\\",
    "a format": "%s%(x)s{0}{x.__class__}",
    "a NUL": "a\0b",
    "half a letter": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "a script": SCRIPT,
    "a template": "{{ request.user.password }}{% debug %}",
    "a large number": "9" * 30,
    "a number without end": "9" * 5000,
    "a number below": "-1",
    "a superscript": "²",
    "a digit of another script": "٣",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
    "a lookup": "password__startswith",
    "lines": "a\r\nSet-Cookie: evil=1",
}


def own_reads(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module reads of `request.GET`."""
    for node in ast.walk(tree):
        words: ast.AST | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_get = ast.unparse(node.func) == "request.GET.get"
            words = node.args[0] if is_get else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "request.GET":
            words = node.slice
        if isinstance(words, ast.Constant):
            yield str(words.value)


def test_every_parameter_is_attacked() -> None:
    """A page of tomorrow that reads another one is seen by its source."""
    sources = itertools.chain(*((ROOT / app).rglob("*.py") for app in APPS))
    read = {name for path in sources for name in own_reads(ast.parse(path.read_text()))}
    read |= {*SearchForm.base_fields, *CountryForm.base_fields}

    assert len(read) > 15
    assert read - ALL == set()


def who_opens(name: str, world: World) -> User | None:
    """Return the first person to whom the page opens."""
    for person, status in zip(PEOPLE, TABLE[name], strict=True):
        if status == 200 and world.people[person] is not None:
            return world.people[person]
    is_of_the_desk = name == "desk:front_desk"
    return UserFactory.create(roles=[Role.FRONT_DESK]) if is_of_the_desk else None


def faults(browser: Browser, where: str, said: dict[str, str]) -> set[str]:
    """Return what is wrong with an answer."""
    got = browser.get(where, said)
    body = got.getvalue() if got.streaming else got.content
    found = (
        {f"status {got.status_code}"} if got.status_code not in (200, 302, 400, 404, 405) else set()
    )
    found |= {"a script"} if f"<script>{MARK}".encode() in body else set()
    found |= {"a password"} if b"md5$" in body or b"argon2" in body else set()
    found |= {"a cookie"} if "evil" in got.cookies else set()
    leads = got.headers.get("Location", "/")
    return found | ({"leads away"} if leads.startswith(("http", "//", "/\\")) else set())


def test_no_parameter_breaks_or_steers_a_page() -> None:
    """All of a list at once, but those of a form one by one: one that is refused would hide the next."""
    world, browser = a_world(), Browser()
    browser.raise_request_exception = False
    found = {}
    for name, parameters in PARAMETERS.items():
        person = who_opens(name, world)
        assert person is not None, name
        browser.force_login(person)
        where = address(name, world.keys)
        of_a_form = parameters & (set(SearchForm.base_fields) | set(CountryForm.base_fields))
        together = [tuple(sorted(parameters)), *((each,) for each in of_a_form)]
        for names, (kind, text) in itertools.product(together, NASTY.items()):
            if wrong := faults(browser, where, dict.fromkeys(names, text)):
                found[name, names, kind] = wrong
    assert found == {}


def test_what_a_page_does_not_read_does_not_break_it_either() -> None:
    """Every page, with every parameter there is, all of them a script and then a NUL."""
    world, browser = a_world(), Browser()
    browser.raise_request_exception = False
    found = {}
    for name in sorted(TABLE):
        person = who_opens(name, world)
        if person is None:
            continue
        browser.force_login(person)
        for kind in ("a script", "a NUL"):
            said = dict.fromkeys(sorted(ALL), NASTY[kind])
            if wrong := faults(browser, address(name, world.keys), said):
                found[name, kind] = wrong
    assert found == {}


def test_words_that_are_sent_and_kept_find_or_find_nothing() -> None:
    """Lists whose words are sent by POST, because they name a client (R22), and read from the session."""
    world, browser = a_world(), Browser()
    browser.raise_request_exception = False
    found = {}
    for person, name, field in (
        ("therapist", "desk:caseload", "q"),
        ("practice_admin", "desk:history", "code"),
        ("practice_admin", "desk:history", "who"),
    ):
        somebody = world.people[person]
        assert somebody is not None
        browser.force_login(somebody)
        for kind, text in NASTY.items():
            answer = browser.post(address(name, world.keys), {field: text}, follow=True)
            if answer.status_code not in (200, 422) or SCRIPT in answer.content.decode():
                found[name, field, kind] = answer.status_code
    assert found == {}


def test_a_revision_that_is_no_number_is_no_error() -> None:
    world, browser = a_world(), Browser()
    browser.raise_request_exception = False
    found = {}
    for person, name in (
        ("practice_admin", "accounts:practice"),
        ("practice_admin", "endings:notice_policy"),
        ("therapist", "caseload:change_client"),
        ("therapist", "caseload:move_session"),
        ("therapist", "caseload:mark_attended"),
        ("therapist", "endings:departure_words"),
        ("therapist", "endings:plan"),
        ("therapist", "endings:write_summary"),
        ("therapist", "endings:consolidate"),
    ):
        somebody = world.people[person]
        assert somebody is not None
        browser.force_login(somebody)
        for kind, text in NASTY.items():
            said = {"revision": text, "name": "House by the canal", "words": "It goes on."}
            answer = browser.post(address(name, world.keys), said)
            if answer.status_code >= 500:
                found[name, kind] = answer.status_code
    assert found == {}


def test_a_search_finds_signs_and_not_patterns() -> None:
    """`%` and `_` are letters to look for: they do not open the whole list."""
    world, browser = a_world(), Browser()
    admin = world.people["practice_admin"]
    assert admin is not None
    browser.force_login(admin)
    where = address("accounts:people", world.keys)

    everybody = browser.get(where, {"q": "marta"}).content.decode()
    by_pattern = browser.get(where, {"q": "m%r_a"}).content.decode()

    assert "Marta" in everybody.split("<main")[1]
    assert "Marta" not in by_pattern.split("<main")[1]
