"""The pages of the caseload, as a person uses them."""

import uuid
from datetime import date, time

import pytest
from django.urls import reverse

from caseload.models import Assignment, Client, RiskLook, Session
from caseload.operations.rhythms import Wish, set_cadence
from tests.accounts.factories import AbsenceFactory
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import (
    AssignmentFactory,
    AttendedFactory,
    ClosedDayFactory,
    InvolvedPersonFactory,
    RiskLookFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)
from tests.desk.test_caseload import questions
from tests.endings.factories import EndingFactory, PersonToTellFactory


@pytest.fixture
def signed_in(marta, client):
    client.force_login(marta)
    return client


@pytest.fixture
def work(marta):
    return AssignmentFactory(therapist=marta, client__known_as="Wren")


def text_of(response) -> str:
    return response.content.decode()


# --- the file ---------------------------------------------------------------------------------------
NEW = {
    "name": "Renata Wójcik",
    "known_as": "Wren",
    "languages": ["pl", "uk"],
    "work-on": "2026-11-23",
    "work-kind": "individual",
    "work-usual_mode": "video",
    "work-weight": "1.5",
}


def test_somebody_new_leads_to_their_rhythm(signed_in, marta) -> None:
    response = signed_in.post(reverse("caseload:open_client"), NEW)

    work = Assignment.objects.editable_by(marta).get()
    assert response.headers["Location"] == reverse("caseload:set_cadence", args=[work.pk])
    client = work.episode.people[0]
    assert (client.called, client.languages) == ("Wren", ["pl", "uk"])
    assert "Set a rhythm" in text_of(signed_in.get(response.headers["Location"]))


def test_what_is_missing_is_said_on_top_and_nothing_typed_is_lost(signed_in) -> None:
    response = signed_in.post(
        reverse("caseload:open_client"), {**NEW, "name": "", "work-on": "2026-11-24"}
    )
    page = text_of(response)
    assert response.status_code == 422
    assert "2 things need another look" in page
    assert "This date is still to come." in page
    assert 'value="Wren"' in page
    assert "<title>Error:" in page
    assert not Client.objects.exists()


def test_a_form_sent_twice_is_taken_once(signed_in) -> None:
    once = {**NEW, "_once": str(uuid.uuid4())}
    first, second = (signed_in.post(reverse("caseload:open_client"), once) for _ in range(2))
    assert Client.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_who_writes_second_sees_both_texts(signed_in, work) -> None:
    url = reverse("caseload:change_client", args=[work.client.pk])
    details = {"name": "First", "safe_to_contact": "Mornings."}
    assert signed_in.post(url, {**details, "revision": 0}).status_code == 302

    response = signed_in.post(
        url, {"name": "Second", "safe_to_contact": "Evenings.", "revision": 0}
    )

    page = text_of(response)
    assert response.status_code == 409
    for said in ("First", "Second", "Mornings.", "Evenings.", 'name="revision" value="1"'):
        assert said in page
    assert signed_in.post(url, {"name": "Second", "revision": 1}).status_code == 302


def test_ways_to_reach_and_who_is_involved_come_and_go(signed_in, work) -> None:
    wren = work.client
    add = reverse("caseload:add_channel", args=[wren.pk])
    signed_in.post(add, {"kind": "phone", "value": "+48 1", "consented_on": "2026-11-20"})
    channel = wren.channels.get()
    signed_in.post(
        reverse("caseload:change_channel", args=[channel.pk]), {"kind": "phone", "value": "+48 2"}
    )
    channel.refresh_from_db()
    assert (channel.value, channel.consented_on) == ("+48 2", None)
    assert "Remove this?" in text_of(
        signed_in.get(reverse("caseload:remove_channel", args=[channel.pk]))
    )
    signed_in.post(reverse("caseload:remove_channel", args=[channel.pk]))
    assert not wren.channels.exists()

    involved = {"name": "Her mother", "kind": "guardian", "told": "must"}
    signed_in.post(reverse("caseload:add_involved_person", args=[wren.pk]), involved)
    person = wren.involved.get()
    change = reverse("caseload:change_involved_person", args=[person.pk])
    said = {"told": "never", "to_tell": "Only the hours.", "never_tell": "That Wren comes here."}
    signed_in.post(change, {**involved, **said})
    assert wren.involved.get().told == "never"
    page = text_of(signed_in.get(wren.get_absolute_url()))
    assert "Only the hours." in page
    assert "What they must never hear: That Wren comes here." in page
    signed_in.post(reverse("caseload:remove_involved_person", args=[person.pk]))
    assert not wren.involved.exists()


def test_only_those_one_may_know_of_are_offered_for_a_link(signed_in, marta, work) -> None:
    other, stranger = AssignmentFactory(therapist=marta).client, AssignmentFactory().client
    url = reverse("caseload:link_clients", args=[work.client.pk])
    assert stranger.code not in text_of(signed_in.get(url))
    assert signed_in.post(url, {"other": stranger.pk}).status_code == 422
    assert signed_in.post(url, {"other": other.pk, "how": "sisters"}).status_code == 302
    assert "linked already" in text_of(signed_in.post(url, {"other": other.pk}))
    link = work.client.links.get()
    signed_in.post(reverse("caseload:unlink_clients", args=[work.client.pk, link.pk]))
    assert not work.client.links.exists()


def test_a_second_person_joins_a_couple(signed_in, marta) -> None:
    work = AssignmentFactory(therapist=marta, episode__kind="couple")
    signed_in.post(reverse("caseload:join_episode", args=[work.episode_id]), {"name": "Two"})
    assert work.episode.participations.count() == 2
    alone = AssignmentFactory(therapist=marta)
    response = signed_in.post(
        reverse("caseload:join_episode", args=[alone.episode_id]), {"name": "Two"}
    )
    assert response.status_code == 422


def test_who_has_read_a_file_is_listed(signed_in, marta, work) -> None:
    signed_in.get(reverse("desk:client", args=[work.client.pk]))
    page = text_of(signed_in.get(reverse("caseload:who_has_read", args=[work.client.pk])))
    assert marta.name in page
    assert "Mon 23 Nov, 09:00" in page


# --- the work ---------------------------------------------------------------------------------------
def test_goals_are_written_and_looked_at(signed_in, work) -> None:
    url = reverse("caseload:record_goal", args=[work.pk])
    assert signed_in.post(url, {"words": "", "on": "2026-11-23"}).status_code == 422
    signed_in.post(url, {"words": "Sleep.", "on": "2026-11-23"})
    goal = work.goals.get()
    review = reverse("caseload:review_goal", args=[goal.pk])
    said = {"met": "met", "words": "Sleep.", "on": "2026-11-23"}
    assert signed_in.post(review, {**said, "revision": 0}).status_code == 302
    late = signed_in.post(review, {**said, "met": "not_met", "revision": 0})
    assert late.status_code == 409
    theirs, mine = text_of(late).split("What you wrote")[:2]
    assert ("<p>Met</p>" in theirs, "<p>Not met</p>" in mine) == (True, True)
    goal.refresh_from_db()
    assert goal.met == "met"


def test_a_look_at_risk_begins_with_what_still_holds(signed_in, work) -> None:
    RiskLookFactory(client=work.client, level="high", has_safety_plan=True, on=date(2026, 11, 16))
    url = reverse("caseload:record_risk_look", args=[work.client.pk])
    page = text_of(signed_in.get(url))
    assert "Last time: High" in page
    assert 'name="has_safety_plan" id="id_has_safety_plan" checked' in page.replace("\n", " ")
    response = signed_in.post(url, {"level": "some", "on": "2026-11-23", "note": "Better."})
    assert response.status_code == 302
    newest = RiskLook.objects.newest_first()[0]
    assert (newest.level, newest.note, newest.has_safety_plan) == ("some", "Better.", False)
    assert signed_in.post(url, {"level": "some", "on": "2026-11-24"}).status_code == 422


def test_weight_is_set(signed_in, work) -> None:
    url = reverse("caseload:set_weight", args=[work.pk])
    assert signed_in.post(url, {"points": "-1"}).status_code == 422
    signed_in.post(url, {"points": "2.5", "reason": "Crisis"})
    assert work.commitments.get().reason == "Crisis"
    assert "2.5" in text_of(signed_in.get(url))


# --- rhythms ----------------------------------------------------------------------------------------
RHYTHM = {
    "weekday": "2",
    "starts_at": "10:00",
    "minutes": "50",
    "every_weeks": "1",
    "mode": "in_person",
    "starts_on": "2026-11-23",
}


def test_setting_a_rhythm_says_what_became_of_it(signed_in, work) -> None:
    ClosedDayFactory(on=date(2026, 12, 2), name="St Nicholas")
    url = reverse("caseload:set_cadence", args=[work.pk])
    page = text_of(signed_in.post(url, RHYTHM, follow=True))
    assert "15 sessions planned." in page
    assert "Left out: Wed 2 Dec (St Nicholas)." in page
    assert "Wednesday 10:00, weekly" in page
    assert 'value="10:00"' in text_of(signed_in.get(url))


def test_a_taken_room_is_said_on_the_form_with_a_way_on(signed_in, work) -> None:
    room = RoomFactory(name="Blue")
    RoomFactory(name="Green", site=room.site)
    SessionFactory(starts_at=at_clock(2, time(10)), room=room, booked=True)
    url = reverse("caseload:set_cadence", args=[work.pk])

    response = signed_in.post(url, {**RHYTHM, "room": room.pk})

    assert response.status_code == 422
    assert "Blue is taken at that time. Free: Green. Days: Wed 25 Nov." in text_of(response)
    page = text_of(signed_in.post(url, {**RHYTHM, "room": room.pk, "lenient": "on"}, follow=True))
    assert "Without a room: Wed 25 Nov." in page


def test_many_rhythms_at_once_keep_the_row_that_does_not_fit(signed_in, marta) -> None:
    room = RoomFactory()
    works = [
        AssignmentFactory(therapist=marta, client__name=f"{letter} Person") for letter in "abcd"
    ]
    rows = {"all-starts_on": "2026-11-23", "all-minutes": "50"}
    for work, weekday, clock in zip(
        works, ["0", "0", "1", ""], ["10:00", "10:30", "", ""], strict=True
    ):
        rows |= {f"{work.pk}-weekday": weekday, f"{work.pk}-starts_at": clock}
        rows |= {f"{work.pk}-every_weeks": "2", f"{work.pk}-room": str(room.pk)}
    url = reverse("caseload:set_cadences")

    response = signed_in.post(url, rows)

    page = text_of(response)
    assert response.status_code == 422
    assert "1 rhythm set." in page
    assert "already a session at that time" in page
    assert "Weekday and time belong together." in page
    assert 'value="10:30"' in page
    assert [work.cadences.count() for work in works] == [1, 0, 0, 0]
    assert [work for work, _row in response.context["rows"]] != works
    assert len(response.context["rows"]) == 3

    rows |= {f"{works[1].pk}-starts_at": "11:00", f"{works[2].pk}-starts_at": "10:00"}
    assert signed_in.post(url, rows).headers["Location"] == url
    rows |= {f"{works[3].pk}-weekday": "3", f"{works[3].pk}-starts_at": "10:00"}
    assert signed_in.post(url, rows).headers["Location"] == reverse("desk:caseload")
    assert "Everybody has a rhythm." in text_of(signed_in.get(url))


def test_many_rhythms_need_their_first_day(signed_in, work) -> None:
    rows = {
        f"{work.pk}-weekday": "1",
        f"{work.pk}-starts_at": "10:00",
        f"{work.pk}-every_weeks": "1",
    }
    response = signed_in.post(reverse("caseload:set_cadences"), {"all-minutes": "50", **rows})
    assert response.status_code == 422
    assert 'value="10:00"' in text_of(response)
    assert not work.cadences.exists()


# --- sessions ---------------------------------------------------------------------------------------
@pytest.fixture
def weekly(work, marta):
    set_cadence(assignment=work, wish=Wish(2, time(10), MONDAY), by=marta, on=MONDAY)
    return list(work.sessions.in_order())


MOVE = {"on": "2026-11-26", "clock": "11:00", "minutes": "50", "mode": "video", "revision": "0"}


@pytest.mark.parametrize(("which", "moved"), [("this", 1), ("following", 16)])
def test_this_one_or_this_and_following(signed_in, weekly, which, moved) -> None:
    url = reverse("caseload:move_session", args=[weekly[0].pk])
    assert "This and following" in text_of(signed_in.get(url))

    response = signed_in.post(url, {**MOVE, "which": which})

    assert response.headers["Location"] == weekly[0].get_absolute_url()
    assert Session.objects.filter(mode="video").count() == moved
    weekly[0].refresh_from_db()
    assert weekly[0].starts_at == at_clock(3, time(11))


def test_a_move_onto_something_taken_is_refused_on_the_form(signed_in, weekly, marta) -> None:
    other = AssignmentFactory(therapist=marta)
    SessionFactory(assignment=other, starts_at=at_clock(3, time(11, 20)), booked=True)
    url = reverse("caseload:move_session", args=[weekly[0].pk])
    response = signed_in.post(url, {**MOVE, "which": "this"})
    assert response.status_code == 422
    assert "There is already a session at that time." in text_of(response)


def test_an_extra_session_has_nothing_that_follows(signed_in, work) -> None:
    url = reverse("caseload:add_extra_session", args=[work.pk])
    assert signed_in.post(url, MOVE).status_code == 302
    extra = work.sessions.get()
    assert extra.is_extra
    move = text_of(signed_in.get(reverse("caseload:move_session", args=[extra.pk])))
    assert "This and following" not in move
    assert signed_in.post(url, MOVE).status_code == 422


def test_held_missed_and_cancelled_are_one_tap_and_can_be_undone(signed_in, work) -> None:
    session = SessionFactory(assignment=work, starts_at=at_clock(0, time(8)), booked=True)
    page = text_of(signed_in.get(reverse("caseload:sessions"), {"show": "open"}))
    assert "Was it held?" in page
    for act, said in (
        ("mark_attended", "Recorded as held."),
        ("undo_state", "Undone."),
        ("mark_missed", "Recorded as missed."),
        ("undo_state", "Undone."),
        ("cancel_session", "Cancelled."),
    ):
        url = reverse(f"caseload:{act}", args=[session.pk])
        back = reverse("caseload:week")
        response = signed_in.post(url, {"next": back}, follow=True)
        assert response.redirect_chain[0][0] == back
        assert said in text_of(response)
    assert "Undo" in text_of(signed_in.get(session.get_absolute_url()))


def test_after_an_act_nobody_is_sent_to_another_house(signed_in, work) -> None:
    session = SessionFactory(assignment=work, booked=True)
    url = reverse("caseload:cancel_session", args=[session.pk])
    response = signed_in.post(url, {"next": "https://example.org/"})
    assert response.headers["Location"] == session.get_absolute_url()


def test_a_session_that_somebody_changed_meanwhile_is_shown_as_it_stands(signed_in, work) -> None:
    session = SessionFactory(assignment=work, booked=True, revision=3)
    url = reverse("caseload:cancel_session", args=[session.pk])
    assert "Somebody changed this session" in text_of(
        signed_in.post(url, {"revision": 2}, follow=True)
    )
    move = reverse("caseload:move_session", args=[session.pk])
    response = signed_in.post(move, {**MOVE, "revision": 2}, follow=True)
    assert "Somebody changed this session" in text_of(response)
    session.refresh_from_db()
    assert session.state == "planned"


def test_what_is_still_to_come_is_not_recorded_as_held(signed_in, work) -> None:
    session = SessionFactory(assignment=work, booked=True)
    url = reverse("caseload:mark_attended", args=[session.pk])
    assert "This date is still to come." in text_of(signed_in.post(url, follow=True))


def test_a_week_shows_what_stands_on_days_off(signed_in, weekly, marta) -> None:
    ClosedDayFactory(on=date(2026, 11, 25), name="St Catherine")
    AbsenceFactory(user=marta, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 4))
    this_week = text_of(signed_in.get(reverse("caseload:week")))
    assert this_week.count("St Catherine") == 2
    next_week = text_of(signed_in.get(reverse("caseload:week"), {"on": "2026-12-02"}))
    assert "You are away" in next_week
    assert "Monday 30 November" in next_week
    assert "Monday 23 November" in text_of(
        signed_in.get(reverse("caseload:week"), {"on": "someday"})
    )


def test_lists_of_sessions_page_by_fifty(signed_in, marta, weekly) -> None:
    for number in range(3):
        work = AssignmentFactory(therapist=marta)
        set_cadence(assignment=work, wish=Wish(3, time(8 + number), MONDAY), by=marta, on=MONDAY)
    page = signed_in.get(reverse("caseload:sessions"))
    assert len(page.context["page"].object_list) == 50
    assert "page=2" in text_of(page)


def test_no_sessions_says_what_to_do_next(signed_in) -> None:
    assert "No sessions are planned." in text_of(signed_in.get(reverse("caseload:sessions")))
    past = signed_in.get(reverse("caseload:sessions"), {"show": "past"})
    assert "No sessions yet." in text_of(past)
    answered = signed_in.get(reverse("caseload:sessions"), {"show": "open"})
    assert "Every session has its answer." in text_of(answered)


def test_the_list_of_sessions_asks_the_same_for_few_and_many(signed_in, marta, work) -> None:
    SessionFactory(assignment=work, days=1)
    few = (
        questions(signed_in, reverse("caseload:sessions")),
        questions(signed_in, reverse("caseload:week")),
    )
    for number in range(20):
        SessionFactory(
            assignment=AssignmentFactory(therapist=marta), days=number % 5, room=RoomFactory()
        )
    many = (
        questions(signed_in, reverse("caseload:sessions")),
        questions(signed_in, reverse("caseload:week")),
    )
    assert many == few
    assert max(many) <= 12


# --- absences -------------------------------------------------------------------
def test_an_absence_is_told_with_what_it_touches(signed_in, weekly, marta) -> None:
    url = reverse("caseload:record_absence")
    days = {"kind": "leave", "starts_on": "2026-12-01", "ends_on": "2026-12-04"}
    assert signed_in.post(url, {**days, "ends_on": "2026-11-30"}).status_code == 422
    page = text_of(signed_in.post(url, days, follow=True))
    assert "1 session is still planned in these days." in page
    assert signed_in.post(url, days).status_code == 422
    absence = marta.absences.get()
    cancel = reverse("caseload:cancel_sessions_in_absence", args=[absence.pk])
    assert "1 session cancelled." in text_of(signed_in.post(cancel, follow=True))
    signed_in.post(reverse("caseload:end_absence", args=[absence.pk]))
    assert not marta.absences.exists()
    assert "No absence ahead." in text_of(signed_in.get(reverse("caseload:absences")))


def test_an_absence_that_is_over_is_not_ended_again(signed_in, marta) -> None:
    over = AbsenceFactory(user=marta, starts_on=date(2026, 11, 2))
    page = text_of(signed_in.post(reverse("caseload:end_absence", args=[over.pk]), follow=True))
    assert "over already" in page


def test_who_has_a_part_in_an_ending_is_not_removed(signed_in, work) -> None:
    person = InvolvedPersonFactory(client=work.client)
    PersonToTellFactory(ending=EndingFactory(assignment=work), involved=person)
    url = reverse("caseload:remove_involved_person", args=[person.pk])
    assert "stays in the record" in text_of(signed_in.post(url, follow=True))
    assert work.client.involved.exists()


def test_what_is_too_old_to_undo_says_so(signed_in, work) -> None:
    session = AttendedFactory(assignment=work, days=-30)
    assert "cannot be changed any more" in text_of(signed_in.get(session.get_absolute_url()))
    url = reverse("caseload:undo_state", args=[session.pk])
    assert "cannot be changed any more" in text_of(signed_in.post(url, follow=True))


def test_both_texts_speak_in_words(signed_in, work) -> None:
    """Languages by name, dates as dates, and an empty field as nothing."""
    url = reverse("caseload:change_client", args=[work.client.pk])
    signed_in.post(
        url, {"name": "First", "languages": ["pl"], "born_on": "1990-05-01", "revision": 0}
    )
    page = text_of(signed_in.post(url, {"name": "Second", "revision": 0}))
    for said in ("<p>Polish</p>", "<p>1 May 1990</p>", "<p>–</p>"):
        assert said in page


def test_no_rhythm_at_all_is_saved_where_none_fits(signed_in, marta, work) -> None:
    other = AssignmentFactory(therapist=marta)
    SessionFactory(assignment=other, starts_at=at_clock(1, time(10)), booked=True)
    rows = {
        f"{work.pk}-weekday": "1",
        f"{work.pk}-starts_at": "10:00",
        f"{work.pk}-every_weeks": "1",
    }
    url = reverse("caseload:set_cadences")
    response = signed_in.post(url, {"all-minutes": "50", "all-starts_on": "2026-11-23", **rows})
    assert response.status_code == 422
    assert "set." not in text_of(response).split("<form")[0]
    lonely = {f"{work.pk}-starts_at": "10:00", f"{work.pk}-every_weeks": "1"}
    response = signed_in.post(url, {"all-minutes": "50", "all-starts_on": "2026-11-23", **lonely})
    assert "Weekday and time belong together." in text_of(response)
