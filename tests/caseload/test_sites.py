"""Sites, rooms, closed days and the load scale, as a practice admin keeps them."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Practice, Role, Site
from caseload.models import ClosedDay, Room
from caseload.public_holidays import countries, public_holidays, regions
from endings.operations.notices import policy_of
from tests.accounts.factories import SiteFactory, UserFactory
from tests.accounts.test_practice import text_of, undo
from tests.caseload.factories import (
    AssignmentFactory,
    ClosedDayFactory,
    RoomFactory,
    SessionFactory,
)
from tests.desk.test_caseload import questions


@pytest.fixture
def signed_in(client, monday):
    client.force_login(UserFactory(roles=[Role.PRACTICE_ADMIN]))
    return client


def address(name: str, *keys) -> str:
    return reverse(f"caseload:{name}", args=keys)


def a_session_in(room: Room) -> None:
    work = AssignmentFactory(client__known_as="Hidden")
    SessionFactory(assignment=work, room=room, booked=True)


def test_a_site_is_made_changed_and_given_rooms(signed_in) -> None:
    assert "No site yet." in text_of(signed_in.get(address("sites")))
    signed_in.post(address("add_site"), {"name": "Harbour", "address": "Quay 3"})
    assert signed_in.post(address("add_site"), {"name": "harbour"}).status_code == 422
    site = Site.objects.get()
    signed_in.post(address("add_room"), {"name": "Blue", "site": site.pk})
    assert signed_in.post(address("add_room"), {"name": "blue", "site": site.pk}).status_code == 422
    page = text_of(signed_in.get(address("sites")))
    assert "Quay 3" in page
    assert "Blue" in page

    there = address("change_site", site.pk)
    changed = signed_in.post(there, {"name": "Harbour", "address": "Quay 4"}, follow=True)
    undo(signed_in, changed)
    assert Site.objects.get().address == "Quay 3"


def test_a_site_ends_with_its_rooms_and_comes_back_with_them(signed_in) -> None:
    room = RoomFactory(name="Blue")
    closed_before = RoomFactory(site=room.site, name="Old", ended_on=date(2026, 1, 1))
    a_session_in(room)
    end = address("end_site", room.site_id)
    asked = text_of(signed_in.get(end))
    assert "1 room ends with it." in asked
    assert "1 session is planned there" in asked
    assert "Hidden" not in asked

    page = signed_in.post(end, follow=True)
    assert not Room.objects.in_use(date(2026, 11, 23)).exists()
    assert room.site.name in text_of(signed_in.get(address("sites") + "?show=ended"))
    undo(signed_in, page)
    assert list(Room.objects.in_use(date(2026, 11, 23))) == [room]
    closed_before.refresh_from_db()
    assert closed_before.ended_on == date(2026, 1, 1)


def test_a_room_ends_and_comes_back(signed_in) -> None:
    room = RoomFactory(name="Blue")
    a_session_in(room)
    end = address("end_room", room.pk)
    assert "1 session is planned there" in text_of(signed_in.get(end))
    page = signed_in.post(end, follow=True)
    assert "No rooms yet." in text_of(page)
    undo(signed_in, page)
    renamed = signed_in.post(address("change_room", room.pk), {"name": "Quiet"}, follow=True)
    assert "Quiet" in text_of(renamed)
    undo(signed_in, renamed)
    assert Room.objects.get().name == "Blue"


def test_a_room_does_not_come_back_without_its_site(signed_in) -> None:
    room = RoomFactory(ended_on=date(2026, 11, 1), site=SiteFactory(ended_on=date(2026, 11, 1)))
    page = signed_in.post(address("bring_back_room", room.pk), follow=True)
    assert "Bring the site back first." in text_of(page)


def test_rooms_are_found(signed_in) -> None:
    RoomFactory(name="Żółty")
    RoomFactory(name="Blue")
    page = text_of(signed_in.get(address("rooms") + "?q=zolty"))
    assert "Żółty" in page
    assert "Blue" not in page


# --- closed days -------------------------------------------------------------------------------------
def test_a_day_is_closed_changed_opened_and_closed_again(signed_in) -> None:
    a_session_in(RoomFactory())
    page = signed_in.post(
        address("close_day"), {"on": "2026-11-30", "name": "Day out"}, follow=True
    )
    assert "1 session still stands on that day" in text_of(page)
    assert "Hidden" not in text_of(page)
    assert signed_in.post(address("close_day"), {"on": "2026-11-30"}).status_code == 422
    closed = ClosedDay.objects.get()

    moved = {"on": "2026-12-01", "name": "Day out"}
    page = signed_in.post(address("change_closed_day", closed.pk), moved, follow=True)
    assert "Nothing is planned on that day." in text_of(page)
    undo(signed_in, page)
    assert ClosedDay.objects.get().on == date(2026, 11, 30)

    page = signed_in.post(address("open_days"), {"day": closed.pk}, follow=True)
    assert not ClosedDay.objects.exists()
    undo(signed_in, page)
    assert ClosedDay.objects.get().name == "Day out"
    signed_in.post(address("open_days"), {"day": "nonsense"})
    assert ClosedDay.objects.exists()


def test_two_closed_days_never_fall_on_one(signed_in) -> None:
    ClosedDayFactory(on=date(2026, 12, 24), site=None)
    other = ClosedDayFactory(on=date(2026, 12, 25), site=None)
    response = signed_in.post(address("change_closed_day", other.pk), {"on": "2026-12-24"})
    assert response.status_code == 422


def test_public_holidays_are_taken_and_taken_back(signed_in) -> None:
    url = address("close_public_holidays")
    assert "Close on these days" not in text_of(signed_in.get(url))
    asked = f"{url}?country=PL&region=&year=2026"
    page = text_of(signed_in.get(asked))
    assert "25 December" in page
    assert "11 November" not in page  # that is past
    ClosedDayFactory(on=date(2026, 12, 25), site=None, name="Closed before")

    done = signed_in.post(asked, {"days": ["2026-12-24", "2026-12-25", "2026-12-26"]}, follow=True)
    assert "2 days closed." in text_of(done)
    assert ClosedDay.objects.get(on=date(2026, 12, 25)).name == "Closed before"
    assert Practice.objects.current().country == "PL"
    undo(signed_in, done)
    assert ClosedDay.objects.count() == 1


def test_sessions_on_a_holiday_are_said(signed_in, time_machine) -> None:
    SessionFactory(
        assignment=AssignmentFactory(),
        starts_at="2026-12-25T09:00Z",
        ends_at="2026-12-25T10:00Z",
        booked=True,
    )
    asked = f"{address('close_public_holidays')}?country=PL&region=&year=2026"
    page = signed_in.post(asked, {"days": ["2026-12-25", "2026-12-26"]}, follow=True)
    assert "Sessions still stand on: 25 December 2026." in text_of(page)


def test_a_year_without_holidays_left_says_so(client, monday, time_machine) -> None:
    time_machine.move_to("2026-12-30T12:00Z")
    client.force_login(UserFactory(roles=[Role.PRACTICE_ADMIN]))
    page = text_of(client.get(f"{address('close_public_holidays')}?country=NL&region=&year=2026"))
    assert "No holiday is left in this year." in page


def test_holidays_differ_by_region_and_are_named_in_the_practices_language() -> None:
    whole = public_holidays("DE", "", date(2026, 1, 1), date(2026, 12, 31), "it")
    bavaria = public_holidays("DE", "BY", date(2026, 1, 1), date(2026, 12, 31), "en")
    assert len(bavaria) > len(whole)
    assert whole[0].name == "Neujahr"  # the library has no Italian for Germany
    assert bavaria[0].name == "New Year's Day"
    assert ("BY", "Bayern") in regions("DE")
    assert regions("XX") == []
    assert public_holidays("XX", "", date(2026, 1, 1), date(2026, 12, 31), "en") == []
    assert ("PL", "Poland") in countries()


# --- load scale, notice ----------------------------------------------------------------------------
SCALE = {"weight_light": "0.5", "weight_heavy": "2", "ending_weighs": "0.5", "usual_limit": "20"}


def test_the_scale_and_the_limits_are_saved_together(signed_in) -> None:
    marta = UserFactory(name="Marta", capacity=Decimal(30))
    url = address("load_scale")
    page = signed_in.post(url, {**SCALE, f"limit-{marta.pk}": "24"}, follow=True)

    marta.refresh_from_db()
    assert marta.capacity == 24
    assert Practice.objects.current().usual_limit == 20
    undo(signed_in, page)
    marta.refresh_from_db()
    assert marta.capacity == 30


def test_light_is_not_heavier_than_usual(signed_in) -> None:
    response = signed_in.post(address("load_scale"), {**SCALE, "weight_light": "1.5"})
    assert response.status_code == 422


POLICY = {
    "notice_shortest": "28",
    "notice_longest": "42",
    "notice_meetings": "4",
    "notice_spread": "10",
    "options_asked": "3",
    "follow_up_days": "30; 10",
}


def test_the_notice_policy_rules_what_is_planned(signed_in) -> None:
    url = reverse("endings:notice_policy")
    page = signed_in.post(url, POLICY, follow=True)

    policy = policy_of(Practice.objects.current())
    assert (policy.shortest_days, policy.meetings_after, policy.follow_up_days) == (28, 4, (10, 30))
    undo(signed_in, page)
    assert policy_of(Practice.objects.current()).follow_up_days == (14, 42)


@pytest.mark.parametrize(
    "wrong",
    [{"notice_longest": "14"}, {"follow_up_days": "soon"}, {"follow_up_days": "0"}],
    ids=str,
)
def test_a_policy_that_contradicts_itself_is_not_saved(signed_in, wrong) -> None:
    response = signed_in.post(reverse("endings:notice_policy"), {**POLICY, **wrong})
    assert response.status_code == 422
    assert Practice.objects.current().notice_shortest == 21


def test_a_policy_overtaken_shows_both(signed_in) -> None:
    url = reverse("endings:notice_policy")
    signed_in.post(url, {**POLICY, "revision": 0})
    assert signed_in.post(url, {**POLICY, "options_asked": "2", "revision": 0}).status_code == 409


@pytest.mark.parametrize("name", ["sites", "rooms", "closed_days", "load_scale"])
def test_lists_ask_few_questions(signed_in, name) -> None:
    for _ in range(3):
        RoomFactory()
        UserFactory()
    ClosedDayFactory(site=SiteFactory())
    assert questions(signed_in, address(name)) <= 12
