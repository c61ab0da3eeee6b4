"""Taking somebody in: new, waiting, in a couple; breaks and the way back; no change of therapist by a field."""

from datetime import date, time, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from caseload.models import Assignment, Break, Client, Commitment, Episode, Session, WaitingEntry
from caseload.operations import pauses
from caseload.operations.pauses import Pause
from caseload.operations.rhythms import Wish, set_cadence
from core.errors import RuleBroken
from tests.accounts.factories import SupervisionFactory, SupervisorFactory, UserFactory
from tests.accounts.test_practice import text_of
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import (
    AssignmentFactory,
    ClientLinkFactory,
    SessionFactory,
    WaitingEntryFactory,
)
from tests.desk.test_caseload import questions

DAY = timedelta(days=1)
NEW = {
    "name": "Renata Wójcik",
    "known_as": "Wren",
    "work-on": "2026-11-23",
    "work-kind": "individual",
    "work-usual_mode": "in_person",
    "work-weight": "1.5",
}
OPEN = reverse("caseload:open_client")


@pytest.fixture
def signed_in(marta, client):
    client.force_login(marta)
    return client


@pytest.fixture
def work(marta):
    return AssignmentFactory(therapist=marta, client__known_as="Wren", client__name="Renata Wojcik")


# --- new -------------------------------------------------------------------------------------------
def test_somebody_new_comes_with_a_way_to_reach_them_and_a_reason_for_the_weight(signed_in) -> None:
    said = {**NEW, "phone": "+48 1", "phone_agreed": "on", "email": "w@example.org"}
    signed_in.post(OPEN, {**said, "work-reason": "In a crisis."})

    channels = Client.objects.get().channels.order_by("kind")
    assert [(one.kind, one.consented_on) for one in channels] == [
        ("email", None),
        ("phone", MONDAY),
    ]
    assert Commitment.objects.get().reason == "In a crisis."


def test_who_may_be_here_already_is_asked_about_before_anything_is_saved(signed_in, work) -> None:
    page = text_of(signed_in.post(OPEN, NEW))
    assert "Is it one of these?" in page
    assert work.client.code in page
    assert Client.objects.count() == 1

    signed_in.post(OPEN, {**NEW, "somebody_else": "1"})
    assert Client.objects.count() == 2


def test_a_birthday_and_a_first_name_are_enough_to_ask(signed_in, work) -> None:
    Client.objects.filter(pk=work.client.pk).update(born_on=date(1990, 5, 1))
    said = {**NEW, "name": "Renata Nowak", "known_as": "", "born_on": "1990-05-01"}
    assert "Is it one of these?" in text_of(signed_in.post(OPEN, said))


def test_a_client_of_somebody_else_is_never_named(signed_in) -> None:
    """That they come here is confidential, to a colleague too."""
    AssignmentFactory(client__name="Renata Wójcik")
    assert signed_in.post(OPEN, NEW).status_code == 302


def test_a_supervisor_gives_new_work_to_whom_they_lead_and_sees_the_load(client, marta) -> None:
    anneke = SupervisorFactory(name="Anneke")
    SupervisionFactory(supervisor=anneke, supervisee=marta)
    ilse = UserFactory(name="Ilse", capacity=10)
    SupervisionFactory(supervisor=anneke, supervisee=ilse)
    client.force_login(anneke)
    assert "Ilse · 0 / 10" in text_of(client.get(OPEN))

    client.post(OPEN, {**NEW, "work-therapist": str(ilse.pk)})
    assert Assignment.objects.get().therapist == ilse
    assert client.post(OPEN, {**NEW, "work-therapist": str(UserFactory().pk)}).status_code == 422


# --- known: waiting, back again, in a couple ---------------------------------------------------------
def begin(client, who: Client, **said):
    work = {name: value for name, value in NEW.items() if name.startswith("work-")}
    return client.post(reverse("caseload:begin_work", args=[who.pk]), {**work, **said})


def test_waiting_ends_when_the_work_begins(signed_in, marta) -> None:
    entry = WaitingEntryFactory(named_person=marta)
    assert "On the waiting list since" in text_of(
        signed_in.get(reverse("caseload:begin_work", args=[entry.client_id]))
    )
    begin(signed_in, entry.client)
    entry.refresh_from_db()
    assert (entry.ended_on, entry.ended_why) == (MONDAY, "Taken in")
    assert Assignment.objects.get().episode.people == [entry.client]


def test_who_comes_back_points_to_the_work_before(signed_in, marta) -> None:
    entry = WaitingEntryFactory(named_person=marta)
    before = AssignmentFactory(client=entry.client, ends_on=MONDAY - 90 * DAY)
    Episode.objects.filter(pk=before.episode_id).update(closed_on=MONDAY - 90 * DAY)
    begin(signed_in, entry.client)
    assert Episode.objects.get(closed_on=None).returns_to_id == before.episode_id


def test_a_couple_stands_beside_the_work_with_one_of_them(signed_in, marta, work) -> None:
    partner = AssignmentFactory(therapist=marta, client__known_as="Alder").client
    ClientLinkFactory(client=work.client, other=partner)
    refused = begin(signed_in, work.client, others=[str(partner.pk)])
    assert "Individual work is with one person." in text_of(refused)

    begin(signed_in, work.client, others=[str(partner.pk)], **{"work-kind": "couple"})
    couple = Episode.objects.get(kind="couple")
    assert {one.pk for one in couple.people} == {work.client.pk, partner.pk}
    assert Assignment.objects.filter(episode__participations__client=work.client).count() == 2


def test_nobody_begins_work_with_a_client_they_may_not_know_of(signed_in) -> None:
    assert begin(signed_in, AssignmentFactory().client).status_code == 404


# --- waiting list -----------------------------------------------------------------------------------
WAITS = {"name": "Zofia", "phone": "+48 2", "times": "Tuesdays", "needs": "A quiet room."}


def test_nobody_waits_without_a_named_person_and_a_day(signed_in, marta) -> None:
    url = reverse("caseload:add_waiting")
    assert signed_in.post(url, WAITS).status_code == 422
    said = {**WAITS, "named_person": marta.pk, "next_contact_on": "2026-11-20"}
    assert "lies in the past" in text_of(signed_in.post(url, said))
    page = text_of(signed_in.post(url, {**said, "next_contact_on": "2026-12-07"}, follow=True))
    assert "Zofia" in page
    assert "A quiet room." in page
    assert "Named person: Marta" in page


def test_a_late_contact_is_said_and_moved_on(signed_in, marta) -> None:
    entry = WaitingEntryFactory(named_person=marta, next_contact_on=MONDAY - DAY)
    here = reverse("caseload:waiting")
    assert "Contact is late" in text_of(signed_in.get(here))
    url = reverse("caseload:record_contact", args=[entry.pk])
    assert "needed" in text_of(signed_in.post(url, {}, follow=True))
    signed_in.post(url, {"next_contact_on": "2026-12-07"})
    assert "Contact is late" not in text_of(signed_in.get(here))


def test_an_entry_is_changed_and_ended_once(signed_in, marta) -> None:
    entry = WaitingEntryFactory(named_person=marta)
    change = reverse("caseload:change_waiting", args=[entry.pk])
    said = {"named_person": marta.pk, "next_contact_on": "2026-12-01", "times": "Mornings"}
    assert signed_in.get(change).status_code == 200
    signed_in.post(change, said)
    entry.refresh_from_db()
    assert (entry.times, entry.next_contact_on) == ("Mornings", date(2026, 12, 1))

    end = reverse("caseload:end_waiting", args=[entry.pk])
    signed_in.post(end, {"why": "Found a place."})
    assert WaitingEntry.objects.get().ended_why == "Found a place."
    client = WaitingEntryFactory(client=entry.client, named_person=marta)  # still may know of them
    assert "waits no longer" in text_of(signed_in.post(end, {"why": "Again."}))
    assert client.ended_on is None


def test_the_list_is_that_of_the_named_person(signed_in) -> None:
    WaitingEntryFactory(client__known_as="Hidden")
    assert "Nobody waits." in text_of(signed_in.get(reverse("caseload:waiting")))


# --- breaks -----------------------------------------------------------------------------------------
@pytest.fixture
def weekly(work):
    set_cadence(
        assignment=work,
        wish=Wish(weekday=1, starts_at=time(10), starts_on=MONDAY),
        by=work.therapist,
        on=MONDAY,
    )
    return work


BREAK = {"starts_on": "2026-11-23", "ends_on": "2026-12-20", "contact_on": "2026-12-14"}


def test_a_break_gives_sessions_back_and_the_rhythm_goes_on_after_it(signed_in, weekly) -> None:
    before = Session.objects.planned().count()
    page = text_of(
        signed_in.post(reverse("caseload:take_break", args=[weekly.pk]), BREAK, follow=True)
    )
    assert "On a break" in page
    assert "14 Dec" in page
    assert Session.objects.planned().count() == before - 4

    signed_in.post(reverse("caseload:come_back", args=[weekly.pk]))
    weekly.refresh_from_db()
    assert weekly.state == "active"
    assert Session.objects.planned().count() == before
    assert not Break.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"ends_on": "2026-11-20"}, "ends before it begins"),
        ({"contact_on": "2027-12-14"}, "at most a month after"),
    ],
    ids=["days", "contact"],
)
def test_a_break_has_days_in_order_and_a_contact(signed_in, weekly, wrong, why) -> None:
    response = signed_in.post(reverse("caseload:take_break", args=[weekly.pk]), {**BREAK, **wrong})
    assert why in text_of(response)


def test_breaks_do_not_overlap_and_the_night_turns_them(weekly, marta) -> None:
    ahead = Pause(MONDAY + 7 * DAY, MONDAY + 20 * DAY, MONDAY + 14 * DAY)
    pauses.take_break(assignment=weekly, pause=ahead, by=marta, on=MONDAY)
    with pytest.raises(RuleBroken, match="already"):
        pauses.take_break(assignment=weekly, pause=ahead, by=marta, on=MONDAY)
    states = []
    for days in (0, 7, 7, 21):
        pauses.turn_breaks(on=MONDAY + days * DAY)
        weekly.refresh_from_db()
        states.append(weekly.state)
    assert states == ["active", "on_break", "on_break", "active"]


def test_coming_back_in_the_middle_ends_the_break_yesterday(weekly, marta) -> None:
    row = Break.objects.create(
        assignment=weekly,
        episode=weekly.episode,
        starts_on=MONDAY - 7 * DAY,
        ends_on=MONDAY + 7 * DAY,
        contact_on=MONDAY,
    )
    pauses.come_back(assignment=weekly, by=marta, on=MONDAY)
    row.refresh_from_db()
    assert row.ends_on == MONDAY - DAY


def test_work_sleeps_only_without_planned_sessions(signed_in, work) -> None:
    url = reverse("caseload:let_sleep", args=[work.pk])
    session = SessionFactory(assignment=work)
    assert "Sessions are planned." in text_of(signed_in.post(url, {"reason": "She calls."}))
    session.delete()
    page = text_of(signed_in.post(url, {"reason": "She calls."}, follow=True))
    assert "Dormant" in page
    assert "Go on from today" in page


def test_work_that_has_ended_takes_no_break(marta, work) -> None:
    Assignment.objects.filter(pk=work.pk).update(ends_on=MONDAY)
    with pytest.raises(RuleBroken, match="has ended"):
        pauses.let_sleep(assignment=work, reason="x", by=marta, on=MONDAY + DAY)


# --- another therapist -------------------------------------------------------------------------------
def test_a_therapist_is_not_changed_by_a_field_and_the_page_says_what_to_do(
    signed_in, work
) -> None:
    url = reverse("caseload:another_therapist", args=[work.pk])
    page = text_of(signed_in.get(url))
    assert "told in person" in page
    assert reverse("endings:endings") in page
    assert signed_in.post(url, {"therapist": str(UserFactory().pk)}).status_code == 405
    assert Assignment.objects.get().therapist == work.therapist


def test_the_pages_ask_few_questions(signed_in, marta) -> None:
    for _ in range(3):
        entry = WaitingEntryFactory(named_person=marta)
    assert questions(signed_in, reverse("caseload:waiting")) <= 12
    assert questions(signed_in, OPEN) <= 12
    assert questions(signed_in, reverse("caseload:begin_work", args=[entry.client_id])) <= 12


def test_a_practice_admin_opens_none_of_it(client, monday) -> None:
    client.force_login(UserFactory(roles=[Role.PRACTICE_ADMIN]))
    for name in ("open_client", "waiting", "add_waiting"):
        assert client.get(reverse(f"caseload:{name}")).status_code == 403


# --- back on the waiting list ------------------------------------------------------------------------
def test_an_end_is_taken_back_by_whoever_could_end_it_for_two_weeks(signed_in, marta, time_machine):
    """The file is closed meanwhile: what is left of the road is the line and the way back."""
    entry = WaitingEntryFactory(named_person=marta, client__known_as="Hazel", times="Tuesdays")
    waits_no_longer(entry)
    page = text_of(signed_in.get(reverse("caseload:waiting")))
    assert "Hazel" in page
    assert signed_in.get(entry.client.get_absolute_url()).status_code == 404

    again = reverse("caseload:let_wait_again", args=[entry.pk])
    browser = Browser()
    browser.force_login(UserFactory())
    assert browser.post(again).status_code == 404
    assert signed_in.post(again)["Location"] == reverse("caseload:change_waiting", args=[entry.pk])
    entry.refresh_from_db()
    assert (entry.ended_on, entry.ended_why, entry.times) == (None, "", "Tuesdays")
    assert signed_in.post(again).status_code == 404

    waits_no_longer(entry)
    time_machine.shift(timedelta(days=15))
    assert signed_in.post(again).status_code in (302, 404)
    assert WaitingEntry.objects.get().ended_on == MONDAY


def test_who_was_taken_in_or_waits_again_is_not_put_back(signed_in, marta):
    taken_in, waits = (WaitingEntryFactory(named_person=marta) for _number in range(2))
    begin(signed_in, taken_in.client)
    waits_no_longer(waits)
    WaitingEntryFactory(client=waits.client, named_person=marta)
    for entry in (taken_in, waits):
        again = reverse("caseload:let_wait_again", args=[entry.pk])
        assert signed_in.post(again).status_code == 404


def test_the_front_desk_puts_back_whom_a_colleague_was_named_for(client, marta):
    entry = WaitingEntryFactory(named_person=marta)
    waits_no_longer(entry)
    client.force_login(UserFactory(roles=[Role.FRONT_DESK]))
    client.post(reverse("caseload:let_wait_again", args=[entry.pk]))
    entry.refresh_from_db()
    assert entry.ended_on is None


def waits_no_longer(entry: WaitingEntry) -> None:
    WaitingEntry.objects.filter(pk=entry.pk).update(ended_on=MONDAY, ended_why="Moved away.")


# --- back after a closure ----------------------------------------------------------------------------
BORN = {"name": "Renata Wójcik", "born_on": "1990-05-01", "was_here": "on"}


@pytest.fixture
def closed():
    """Renata's file, closed a year ago, of a colleague whose work with her is over."""
    work = AssignmentFactory(
        client__name="Renata Wójcik",
        client__known_as="Wren",
        client__born_on=date(1990, 5, 1),
        ends_on=MONDAY - 365 * DAY,
        starts_on=MONDAY - 700 * DAY,
    )
    dates = {"opened_on": work.starts_on, "closed_on": work.ends_on}
    Episode.objects.filter(pk=work.episode_id).update(**dates)
    return work


def test_who_was_here_before_goes_on_in_the_closed_file_and_the_earlier_work_stays_closed(
    signed_in, marta, closed
):
    said = {**NEW, **BORN, "phone": "+48 9", "name": "renata wojcik"}
    page = text_of(signed_in.post(OPEN, said, follow=True))
    assert "The closed file is taken up again" in page
    work = Assignment.objects.get(therapist=marta)
    assert work.episode.returns_to_id == closed.episode_id
    assert Client.objects.get().channels.get().value == "+48 9"
    page = text_of(signed_in.get(closed.client.get_absolute_url()))
    assert "Wren" in page
    assert closed.therapist.name not in page
    assert Assignment.objects.visible_to(marta).get() == work


@pytest.mark.parametrize(
    "other", [{"name": "Renata"}, {"born_on": "1990-05-02"}, {"born_on": ""}], ids=str
)
def test_less_than_the_whole_name_and_the_birth_finds_no_closed_file(signed_in, closed, other):
    page = signed_in.post(OPEN, {**NEW, **BORN, **other})
    assert "No closed file has this whole name and date of birth." in text_of(page)
    assert (page.status_code, Client.objects.count()) == (422, 1)
    assert not Episode.objects.filter(closed_on=None).exists()


def test_an_open_file_of_a_colleague_is_never_hinted_at(signed_in, closed):
    Assignment.objects.update(ends_on=None)
    assert "No closed file" in text_of(signed_in.post(OPEN, {**NEW, **BORN}))
    signed_in.post(OPEN, {**NEW, **BORN, "was_here": ""})
    assert Client.objects.count() == 2
