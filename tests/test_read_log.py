"""Every page that shows a client leaves a line in the read log, in the same transaction, or says here why not.

What counts as showing is what stands in the answer: the client's name or code. A new page is in it by itself.
"""

import pytest
from django.db import transaction

from caseload.models import Client, ReadLog
from tests.access_table import OBJECTS, PEOPLE, TABLE
from tests.roles import as_owner
from tests.test_access import address
from tests.world import a_world

pytestmark = pytest.mark.django_db

# Pages that show clients and write no line, and why: a list says that somebody is a client of one's own, or of
# a supervisee's, which their assignments say for every day already; opening one of them is what is logged.
LIST = "a list of one's own work: names only"
LED = "a list of work one leads: names only"
EXEMPT = {
    "caseload:broken_glass": "the code alone to a practice admin; to others it is logged; no name",
    "caseload:broken_glasses": "codes of files that somebody opened in an emergency; no name",
    "caseload:files": "codes of files that somebody asked for, or whose time is over; no name",
    "caseload:reading": LIST,
    "caseload:sessions": LIST,
    "caseload:set_cadences": LIST,
    "caseload:week": LIST,
    "desk:calendar": LIST,
    "desk:calendar_of_person": LIST,
    "desk:calendar_of_room": LIST,
    "desk:calendar_of_site": LIST,
    "desk:caseload": LIST,
    "desk:supervision": LIST,
    "desk:supervisors_desk": LED,
    "desk:today": LIST,
    "endings:board": LED,
    "endings:departure_carriers": LIST,
    "endings:departure_frame": LIST,
    "endings:endings": LIST,
    "endings:plan": LIST,
    "sign_in:close_account": "codes of what stands open, for a practice admin; no name",
}


def shown_without_a_line(browser, world, person):
    """Return the pages that answered with a client in them and left no line for this person."""
    whole = Client.objects.get(pk=world.keys["client"])
    names = {whole.name, whole.known_as, whole.code} - {""}
    found = set()
    for name in sorted(TABLE):
        before = transaction.savepoint()
        answer = browser.get(address(name, world.keys))
        body = (
            b"".join(answer).decode(errors="replace")
            if answer.streaming
            else answer.content.decode(errors="replace")
        )
        shows = answer.status_code == 200 and any(each in body for each in names)
        with as_owner():
            is_logged = ReadLog.objects.filter(by=person, client=whole).exists()
        transaction.savepoint_rollback(before)
        if shows and not is_logged:
            found.add(name)
    return found


@pytest.mark.parametrize("person", [name for name in PEOPLE if name != "anonymous"])
def test_whoever_sees_a_client_is_in_the_log(client, person):
    world = a_world()
    with as_owner():
        Client.objects.filter(pk=world.keys["client"]).update(name="Xenobia Quill", known_as="Xeno")
    client.force_login(world.people[person])

    assert shown_without_a_line(client, world, world.people[person]) - set(EXEMPT) == set()


def test_only_lists_and_codes_are_let_off():
    """Whatever has a client's, an ending's, a session's key in its address is about one client, and is logged."""
    about_many = {
        "caseload:reading",
        "desk:calendar_of_person",
        "desk:calendar_of_room",
        "desk:calendar_of_site",
        "endings:board",
        "endings:departure_carriers",
        "endings:departure_frame",
        "endings:plan",
    }
    with_a_key = {name for name in EXEMPT if name in OBJECTS}

    assert set(EXEMPT) <= set(TABLE)
    assert with_a_key - about_many == {"sign_in:close_account", "caseload:broken_glass"}
