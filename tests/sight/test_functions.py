"""Functions of `sight` that see everything: the app's ask who acts, or say nothing of a client; the rest are not the app's."""

import re

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from caseload.models import Client
from core.actor import acting
from core.clock import now, today
from tests.accounts.factories import UserFactory
from tests.roles import as_app_for, standing_as
from tests.world import World, a_world

pytestmark = pytest.mark.django_db
OF_THE_APP = """
select proname::text, prosrc, pg_get_function_result(oid), provolatile::text from pg_proc
 where pronamespace = 'sight'::regnamespace and prosecdef and prorettype <> 'trigger'::regtype
   and has_function_privilege('app', oid, 'execute')
"""
CALLS = re.compile(r"\bsight\.(\w+)\s*\(")
BEGINNINGS = {"said", "actor", "today"}
# Whoever acts may ask these of anybody: what comes back, and why it is nobody's secret.
OF_NO_CLIENT = {
    "load_of": "sums of points by person: a sum over one’s own rows would be too low (decision 4)",
    "taken_during": "ranges by person and room, not for whom (decision 4)",
    "free_rooms": "rooms",
    "meetings_planned": "a count",
    "work_standing": "counts",
    "mail_standing": "counts by kind and state of mail",
    "leaving_people": "people, never why nor whom they work with (decision 19)",
    "held_places": "places, not for whom",
    "places_held": "places, not for whom",
    "let_go_of_place": "lets go of what nobody needs; returns nothing",
    "is_unclaimed": "yes or no, for a key that has to be known",
    "is_new_client": "yes or no, for a key that has to be known",
    "work_goes_on": "yes or no, for keys that have to be known",
    "has_led": "yes or no, for keys that have to be known",
    "is_at_the_desk": "yes or no, of somebody’s role, which everybody reads",
    "glass_until": "until when somebody’s emergency runs; not whose file it opens",
    "last_closed_episode": "a key of an episode, for keys that have to be known; it opens nothing",
}


def of_the_app() -> dict[str, tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(OF_THE_APP)
        return {name: (source, gives, acts) for name, source, gives, acts in cursor.fetchall()}


def those_who_ask(functions: dict[str, tuple[str, str, str]]) -> set[str]:
    """Return those that call `sight.said`, or call one that does, and so on."""
    asking, before = set(BEGINNINGS), set()
    while asking != before:
        before = set(asking)
        asking |= {
            name
            for name, (source, *_rest) in functions.items()
            if asking & set(CALLS.findall(source))
        }
    return asking


def test_each_asks_who_acts_or_says_nothing_of_a_client() -> None:
    functions = of_the_app()
    asking = those_who_ask(functions)

    loose = set(functions) - asking
    assert loose == set(OF_NO_CLIENT), "ask `sight.actor()`, or say in OF_NO_CLIENT why not"
    assert len(asking) > 40
    for name in loose:
        assert "jsonb" not in functions[name][1], name
        assert functions[name][2] != "v" or functions[name][1] == "void", name


def test_the_app_cannot_ask_the_rule_for_anybody_but_who_acts() -> None:
    """`…_of(who, day)` belongs to who asks who acts, and to the worker: keys open nothing, but could be counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname::text from pg_proc where pronamespace = 'sight'::regnamespace"
            " and pg_get_function_identity_arguments(oid) = 'who uuid, day date'"
            " and has_function_privilege('worker', oid, 'execute')"
        )
        roads = {name for (name,) in cursor.fetchall()}
    assert {"clients_of", "assignments_of", "own_assignments_of", "people"} <= roads
    assert roads & set(of_the_app()) == set()
    assert {"desk_told", "endings_among", "handovers_among"} & set(of_the_app()) == set()


def test_asking_for_somebody_else_is_an_error_and_not_their_clients() -> None:
    marta, tomasz = UserFactory.create(), UserFactory.create()
    with as_app_for(tomasz):
        assert list(Client.objects.visible_to(tomasz)) == []
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(Client.objects.visible_to(marta))


# --- with somebody else's keys -------------------------------------------------------------------------
ASKED = {
    "select * from sight.called_in(%(invitation)s)": [(None,)],
    "select * from sight.names_in(%(invitation)s)": [([],)],
    "select sight.is_named_in(%(invitation)s)": [(False,)],
    "select * from sight.file_of(%(client)s)": [],
    "select sight.file_with_code(%(code)s)": [(None,)],
    "select * from sight.files_due(1000, 0)": [],
    "select * from sight.readings_of(%(client)s, 100, 0)": [],
    "select sight.may_begin_work(%(episode)s, %(me)s)": [(False,)],
    "select sight.may_take_part(%(episode)s, %(client)s)": [(False,)],
    "select * from sight.reminders_on(%(day)s, '{}')": [],
    "select sight.may_lead(%(episode)s, %(me)s)": [(False,)],
    "select sight.may_begin_with(%(client)s)": [(False,)],
    "select sight.others_name_for(%(client)s)": [(True,)],  # for a key that has to be known
    "select sight.has_led(%(me)s, %(day)s, %(client)s)": [(False,)],
    "select * from sight.glass_facts(%(day)s)": [],
    "select * from sight.glasses(null, 100, 0)": [],
    "select sight.let_wait_again(%(waiting)s)": [(False,)],
    "select sight.former_client(%(code)s, %(day)s)": [(None,)],
    "select sight.let_former_take_part(%(client)s, %(episode)s, %(code)s, %(day)s, %(day)s)": [
        (False,)
    ],
}
REFUSED = (
    "select * from sight.desk_bookings(%(at)s, 'infinity')",
    "select * from sight.desk_session(%(session)s)",
    "select sight.desk_sign_in(%(session)s, %(at)s)",
    "select sight.desk_move(%(session)s, 0, %(at)s, %(at)s, null)",
    "select * from sight.open_with(%(person)s)",
    "select sight.hold_caseload_of(%(person)s)",
    "select * from sight.history(null, '', null, null, null, 100)",
    "select sight.desk_told(%(client)s, %(assignment)s)",
    "select sight.clients_of(%(person)s, %(day)s)",
    "select sight.record_of(%(client)s)",
    "select sight.wipe_record(%(client)s, %(day)s)",
    "select sight.open_with_client(%(client)s, %(day)s)",
    "select * from sight.glass_people(%(broken_glass)s, %(day)s)",
    "select sight.join_files(%(file_request)s)",
    "select sight.take_files_apart(%(file_request)s)",
)
# Words of those above; roles; a key for a code typed exactly, to who may break glass (tests/caseload/test_glass).
TRIED_ELSEWHERE = {"admin", "desk", "holds", "has_role", "said", "file_to_open"}


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.mark.parametrize("who", ["stranger", "directory_admin"])
def test_with_somebody_elses_keys_they_give_nothing(world: World, who: str) -> None:
    person = world.people[who]
    assert isinstance(person, User)
    code = Client.objects.get(pk=world.keys["client"]).code
    said = {**world.keys, "me": person.pk, "code": code, "day": today(), "at": now()}
    with as_app_for(person), connection.cursor() as cursor:
        for question, answer in ASKED.items():
            cursor.execute(question, said)
            assert cursor.fetchall() == answer, question
        for question in REFUSED:
            refused = pytest.raises(ProgrammingError, match=r"permission denied|has to be acting")
            with refused, transaction.atomic():
                cursor.execute(question, said)


def test_every_function_that_takes_something_is_tried() -> None:
    """A new one gets a line above: nobody has said yet what it gives to a stranger."""
    with connection.cursor() as cursor:
        cursor.execute(OF_THE_APP + " and pronargs > 0")
        takes = {row[0] for row in cursor.fetchall()}
    tried = set(CALLS.findall(" ".join([*ASKED, *REFUSED])))
    assert takes - tried - set(OF_NO_CLIENT) - TRIED_ELSEWHERE == set()


def test_nobody_acting_is_an_error_for_each_road(world: World) -> None:
    """Where there is a row to ask about: an empty table is empty for nobody as well."""
    functions = of_the_app()
    roads = [name for name, (_source, gives, _acts) in functions.items() if gives == "uuid[]"]
    with standing_as("app"), acting(""), connection.cursor() as cursor:
        for road in set(roads) - set(OF_NO_CLIENT):
            with pytest.raises(ProgrammingError, match="nobody is acting"), transaction.atomic():
                cursor.execute(f"select sight.{road}()")
    assert len(roads) > 20
