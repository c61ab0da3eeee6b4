"""The calendar: a week of a person, a room, a site; what others do is taken, and not by whom."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Role
from caseload.models import Session
from caseload.operations.rhythms import Wish, set_cadence
from tests.accounts.factories import AbsenceFactory, SiteFactory, UserFactory
from tests.caseload.conftest import MONDAY
from tests.caseload.conftest import marta as marta
from tests.caseload.conftest import monday as monday
from tests.caseload.factories import (
    AssignmentFactory,
    BreakFactory,
    ClosedDayFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)


def text_of(response) -> str:
    """Return what is read of a page: its words, without tags."""
    return " ".join(strip_tags(response.content.decode()).split())


HERE = reverse("desk:calendar")


@pytest.fixture
def room(monday):
    return RoomFactory(name="Blue", site=SiteFactory(name="Harbour"))


@pytest.fixture
def work(marta):
    return AssignmentFactory(therapist=marta, client__known_as="Wren")


@pytest.fixture
def session(work, room):
    """Wren on Tuesday at ten in the blue room."""
    return SessionFactory(assignment=work, starts_at=at_clock(1, time(10)), room=room, booked=True)


@pytest.fixture
def signed_in(client, marta):
    client.force_login(marta)
    return client


def whose(kind: str, row) -> str:
    return reverse(f"desk:calendar_of_{kind}", args=[row.pk])


def test_ones_own_week_shows_the_client_and_what_is_special(signed_in, session, marta) -> None:
    ClosedDayFactory(on=MONDAY + timedelta(days=2), name="St Nicholas")
    AbsenceFactory(user=marta, starts_on=date(2026, 11, 26), ends_on=date(2026, 11, 27))
    response = signed_in.get(HERE)
    page = text_of(response)
    assert "Wren" in page
    assert "St Nicholas" in page
    assert page.count("Away") == 2
    assert page.count("Day off") == 2
    assert "Wren" not in response.content.decode().split("</title>")[0]
    assert "Wren" not in text_of(signed_in.get(HERE, {"on": "2026-12-02"}))
    spring = text_of(signed_in.get(HERE, {"on": "2027-03-24"}))
    assert "Clocks go forward" in spring


def test_a_colleagues_week_says_taken_and_not_by_whom(signed_in, session, room) -> None:
    other = AssignmentFactory(therapist=UserFactory(name="Ilse"), client__known_as="Hidden")
    SessionFactory(assignment=other, starts_at=at_clock(1, time(13)), room=room, booked=True)

    ilse = text_of(signed_in.get(whose("person", other.therapist)))
    assert "13:00–13:50 Taken" in ilse
    blue = text_of(signed_in.get(whose("room", room)))
    harbour = text_of(signed_in.get(whose("site", room.site)))
    for page in (blue, harbour):
        assert "Wren" in page
        assert "13:00–13:50 Taken" in page
    assert "Hidden" not in ilse + blue + harbour


def test_the_front_desk_sees_who_comes_and_an_admin_only_that_it_is_taken(
    client, session, room, marta
) -> None:
    client.force_login(UserFactory(roles=[Role.FRONT_DESK]))
    assert client.get(HERE).headers["Location"] == whose("site", room.site)
    for page in (whose("site", room.site), whose("room", room), whose("person", marta)):
        assert "Wren" in text_of(client.get(page))
    move = reverse("desk:move_booking", args=["2026-11-24", session.pk])
    assert f'data-move="{move}"' in client.get(whose("room", room)).content.decode()

    client.force_login(UserFactory(roles=[Role.PRACTICE_ADMIN]))
    for page in (whose("site", room.site), whose("room", room), whose("person", marta)):
        shown = text_of(client.get(page))
        assert "10:00–10:50 Taken" in shown
        assert "Wren" not in shown


def test_one_chooses_whose_week(signed_in, session, room, marta) -> None:
    for kind, row in (("person", marta), ("room", room), ("site", room.site)):
        response = signed_in.get(HERE, {"of": str(row.pk), "on": "2026-11-25"})
        assert response.headers["Location"] == f"{whose(kind, row)}?on=2026-11-25"
    for nobody in ("nobody", "7d7b9f51-7f5f-4d0c-9ad5-08d3f8a0a1a5"):
        assert signed_in.get(HERE, {"of": nobody}).status_code == 404


def test_a_practice_without_rooms_says_how_it_begins(client, monday) -> None:
    client.force_login(UserFactory(roles=[Role.PRACTICE_ADMIN]))
    assert "A calendar begins with a site" in text_of(client.get(HERE))
    site = SiteFactory()
    assert "This site has no rooms." in text_of(client.get(whose("site", site)))


# --- a move says what stands in the way, before ---------------------------------------------------------
def address(session) -> str:
    return reverse("caseload:move_session", args=[session.pk])


def to(on: str = "2026-11-25", clock: str = "15:00", **more) -> dict[str, str]:
    return {"on": on, "clock": clock, "minutes": "50", "mode": "video", "which": "this", **more}


def test_what_stands_in_the_way_is_said_where_it_is_dropped(
    signed_in, session, work, marta, room
) -> None:
    SessionFactory(
        assignment=AssignmentFactory(therapist=marta),
        starts_at=at_clock(2, time(15)),
        room=room,
        booked=True,
    )
    work.ends_on = MONDAY
    work.save()
    ClosedDayFactory(on=date(2026, 11, 25), name="St Nicholas")
    BreakFactory(assignment=work, starts_on=MONDAY)
    AbsenceFactory(user=marta, starts_on=date(2026, 11, 25))

    page = text_of(signed_in.get(address(session), {"on": "2026-11-25", "clock": "15:10"}))

    for said in (
        "Marta Zielińska has a session already: 15:00–15:50.",
        "Blue is taken at that time.",
        "The practice is closed on Wed 25 Nov. St Nicholas",
        "Marta Zielińska is away on",
        "This work is on a break on",
        "This work ends on Mon 23 Nov",
        "Another time or room is needed.",
    ):
        assert said in page
    session.refresh_from_db()
    assert session.starts_at == at_clock(1, time(10))
    part = signed_in.get(reverse("caseload:conflicts_of_session", args=[session.pk]), to())
    assert "has a session already" in text_of(part)
    assert "<html" not in part.content.decode()


def test_what_may_be_meant_is_asked_once_more_and_then_done_and_undone(signed_in, session) -> None:
    ask = to("2026-11-28", next=HERE)
    refused = signed_in.post(address(session), ask)
    assert refused.status_code == 422
    assert "does not work on Sat 28 Nov" in text_of(refused)
    assert "Move it all the same" in text_of(refused)

    ask["meant"] = refused.context["meant"]
    moved = signed_in.post(address(session), ask, follow=True)
    assert moved.redirect_chain == [(HERE, 302)]
    session.refresh_from_db()
    assert (session.starts_at, session.mode) == (at_clock(5, time(15)), "video")

    undo = dict(moved.context["undo"]["fields"])
    signed_in.post(moved.context["undo"]["url"], undo)
    session.refresh_from_db()
    assert (session.starts_at, session.mode) == (at_clock(1, time(10)), "in_person")
    assert session.room is not None


def test_following_says_which_days_are_taken_and_which_have_no_session(
    signed_in, work, marta
) -> None:
    set_cadence(assignment=work, wish=Wish(2, time(10), MONDAY), by=marta, on=MONDAY)
    first = work.sessions.in_order()[0]
    ClosedDayFactory(on=date(2026, 12, 24), name="Christmas Eve")
    busy = SessionFactory(
        assignment=AssignmentFactory(therapist=marta),
        starts_at=at_clock(17, time(10, 30)),
        booked=True,
    )
    ask = to("2026-11-26", "10:00", which="following")
    refused = signed_in.post(address(first), ask)
    assert refused.status_code == 422
    page = text_of(refused)
    assert "There is already a session at that time. Days: Thu 10 Dec." in page
    assert "Days without a session: Thu 24 Dec (Christmas Eve)." in page

    busy.bookings.all().delete()
    done = signed_in.post(address(first), ask, follow=True)
    assert "Moved." in text_of(done)
    undo = dict(done.context["undo"]["fields"])
    signed_in.post(done.context["undo"]["url"], undo)
    again = Session.objects.filter(assignment=work).in_order()
    assert [row.starts_at for row in again[:2]] == [at_clock(2, time(10)), at_clock(9, time(10))]
    assert again[0].pk == first.pk


def test_a_rhythm_that_would_begin_after_the_work_is_said_so(signed_in, work, marta) -> None:
    set_cadence(assignment=work, wish=Wish(2, time(10), MONDAY), by=marta, on=MONDAY)
    work.ends_on = date(2026, 11, 25)
    work.save()
    first = work.sessions.in_order()[0]
    said = {**to("2026-11-29", which="following")}
    part = signed_in.get(reverse("caseload:conflicts_of_session", args=[first.pk]), said)
    assert "This work ends on Wed 25 Nov" in text_of(part)
    assert "does not work on Sun 29 Nov" in text_of(part)


def test_the_front_desk_is_told_before_and_can_take_a_move_back(client, session, marta) -> None:
    client.force_login(UserFactory(roles=[Role.FRONT_DESK]))
    SessionFactory(
        assignment=AssignmentFactory(therapist=marta, client__known_as="Hidden"),
        starts_at=at_clock(1, time(15)),
        room=session.room,
        booked=True,
    )
    url = reverse("desk:move_booking", args=["2026-11-24", session.pk])
    page = text_of(client.get(url, {"on": "2026-11-24", "clock": "15:30"}))
    assert "There is already a session at that time." in page
    assert "Blue is taken at that time." in page
    assert "Hidden" not in page
    assert "not here on that day" in text_of(client.get(url, {"on": "2026-11-28", "clock": "9:00"}))
    wanted = to("2026-11-25", "09:00", mode="in_person", room=str(session.room_id))
    moved = client.post(url, wanted, follow=True)
    undo = moved.context["undo"]
    assert client.post(undo["url"], dict(undo["fields"])).status_code == 302
    session.refresh_from_db()
    assert session.starts_at == at_clock(1, time(10))
