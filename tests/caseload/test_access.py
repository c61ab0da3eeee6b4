"""Who may open which page of the caseload; a client that is not yours is not there (404)."""

import pytest
from django.urls import reverse

from caseload import urls
from caseload.models import ReadLog
from tests.accounts.factories import AbsenceFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    ClientLinkFactory,
    ContactChannelFactory,
    GoalFactory,
    InvolvedPersonFactory,
    SessionFactory,
)

PEOPLE = ["therapist", "deputy", "supervisor", "stranger", "directory", "admin", "anonymous"]
OWN = [200, 200, 404, 404, 404, 404, 302]  # acted on by who does the work or stands in
READ = [200, 200, 200, 404, 404, 404, 302]  # read by who leads, too
WORKS = [200, 200, 200, 200, 403, 403, 302]  # lists of one's own
THERAPISTS = [200, 200, 403, 200, 403, 403, 302]
POSTED_OWN = [302, 302, 404, 404, 404, 404, 302]
GET = {
    "desk:caseload": WORKS,
    "desk:client": READ,
    "caseload:change_client": OWN,
    "caseload:who_has_read": READ,
    "caseload:add_channel": OWN,
    "caseload:change_channel": OWN,
    "caseload:remove_channel": OWN,
    "caseload:add_involved_person": OWN,
    "caseload:change_involved_person": OWN,
    "caseload:remove_involved_person": OWN,
    "caseload:link_clients": OWN,
    "caseload:record_risk_look": OWN,
    "caseload:record_goal": OWN,
    "caseload:review_goal": OWN,
    "caseload:set_weight": OWN,
    "caseload:set_cadence": OWN,
    "caseload:set_cadences": THERAPISTS,
    "caseload:sessions": WORKS,
    "caseload:week": WORKS,
    "caseload:session": READ,
    "caseload:move_session": OWN,
    "caseload:conflicts_of_session": OWN,
    "caseload:add_extra_session": OWN,
    "caseload:absences": WORKS,
    "caseload:record_absence": WORKS,
}
OF_THE_ADMIN = {"caseload:record_absence_of", "caseload:end_absence_of"}
POST = {
    "caseload:cancel_session": POSTED_OWN,
    "caseload:mark_attended": POSTED_OWN,
    "caseload:mark_missed": POSTED_OWN,
    "caseload:undo_state": POSTED_OWN,
    "caseload:unlink_clients": POSTED_OWN,
    "caseload:end_absence": [302, 404, 404, 404, 403, 403, 302],
    "caseload:cancel_sessions_in_absence": [302, 404, 404, 404, 403, 403, 302],
}


@pytest.fixture
def house(monday):
    """One of everything of one therapist's, and the people who might look at it."""
    therapist, deputy = UserFactory(), UserFactory()
    work = AssignmentFactory(therapist=therapist, episode__kind="couple")
    other = AssignmentFactory(therapist=therapist).client
    client = work.client
    absence = AbsenceFactory(user=therapist, deputy=deputy)
    keys = {
        "clients": client.pk,
        "ways-to-reach": ContactChannelFactory(client=client).pk,
        "involved": InvolvedPersonFactory(client=client).pk,
        "episodes": work.episode_id,
        "assignments": work.pk,
        "goals": GoalFactory(assignment=work).pk,
        "sessions": SessionFactory(assignment=work, booked=True).pk,
        "absences": absence.pk,
        "links": ClientLinkFactory(client=client, other=other).pk,
    }
    people = {
        "therapist": therapist,
        "deputy": deputy,
        "supervisor": SupervisionFactory(supervisee=therapist).supervisor,
        "stranger": UserFactory(),
        "directory": UserFactory(roles=["directory_admin"]),
        "admin": UserFactory(roles=["practice_admin"]),
    }
    return keys, people


def address(name: str, keys) -> str:
    """Fill a route with the row that its first part names."""
    if name == "desk:client":
        return reverse(name, args=[keys["clients"]])
    if name.startswith("desk:"):
        return reverse(name)
    route = next(str(url.pattern) for url in urls.urlpatterns if url.name == name.split(":")[1])
    if "<" not in route:
        return reverse(name)
    given = {"pk": keys[route.split("/")[0]]}
    if "<uuid:link>" in route:
        given["link"] = keys["links"]
    return reverse(name, kwargs=given)


def test_every_page_is_in_the_table() -> None:
    """Imports and places have tables of their own; newer pages stand in the big one alone."""
    pages = (
        "appointments",
        "imports",
        "places",
        "sites",
        "closed_days",
        "scale",
        "intake",
        "waiting",
        "pauses",
        "files",
        "glass",
        "taking_part",
        "joining",
    )
    elsewhere = {f"caseload.views.{name}" for name in pages}
    here = [url for url in urls.urlpatterns if url.callback.__module__ not in elsewhere]
    mine = {f"caseload:{url.name}" for url in here} - OF_THE_ADMIN
    assert mine == {name for name in {**GET, **POST} if name.startswith("caseload:")}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", GET)
def test_who_opens_what(house, client, name, who) -> None:
    keys, people = house
    if who in people:
        client.force_login(people[who])
    assert client.get(address(name, keys)).status_code == GET[name][PEOPLE.index(who)]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", POST)
def test_who_acts_on_what(house, client, name, who) -> None:
    keys, people = house
    if who in people:
        client.force_login(people[who])
    response = client.post(address(name, keys))
    assert response.status_code == POST[name][PEOPLE.index(who)]
    if who == "anonymous":
        assert "/login/" in response.headers["Location"]
    assert client.get(address(name, keys)).status_code in (405, 302, 403)


@pytest.mark.parametrize("name", ["desk:client", "caseload:change_client", "caseload:session"])
def test_opening_a_clients_page_is_logged(house, client, name) -> None:
    keys, people = house
    client.force_login(people["therapist"])
    client.get(address(name, keys))
    entry = ReadLog.objects.get()
    assert (entry.by, entry.client_id, entry.page) == (people["therapist"], keys["clients"], name)


def test_a_page_that_stays_closed_is_not_logged(house, client) -> None:
    keys, people = house
    client.force_login(people["stranger"])
    client.get(address("desk:client", keys))
    assert not ReadLog.objects.exists()
