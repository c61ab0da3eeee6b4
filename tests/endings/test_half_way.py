"""A spreadsheet half-way through a departure is pasted, and the draft begins where it had come."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role, RoleHeld, User
from caseload.models import Episode, ImportRun, InvolvedPerson
from caseload.operations.imports import Input, apply_import, undo_import
from core.clock import now, today
from core.dates import on_day
from endings import planner
from endings.models import Departure, Ending, EndingException, Review, Telling
from endings.operations import departures
from endings.operations.half_way import TakenUp, client_of, half_way_of, take_up_half_way
from endings.operations.tellings import take_back_telling
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
    EpisodeFactory,
    ParticipationFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

HEADER = "Client;Born;Therapist;Session;Time;Last session;Told on;Told how;Options;Receiver\n"
WREN = "Wren Okafor;1990-02-28;Marta Zielińska"
LARK = "Lark Fern;1985-05-05;Marta Zielińska"
DAYS = ("2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15")


def sessions(who: str, at: str) -> str:
    return "".join(f"{who};{day};{at};;;;;\n" for day in DAYS)


class Desk:
    """Marta with what she pastes; Ines, who may receive."""

    def __init__(self, folder: Path) -> None:
        PracticeFactory.create()
        self.folder = folder
        self.ines = UserFactory.create(name="Ines Prado")
        self.marta = UserFactory.create(name="Marta Zielińska")
        SupervisionFactory.create(supervisee=self.marta)

    def paste(self, *rows: str) -> ImportRun:
        path = self.folder / "sheet.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        run = ImportRun.objects.create(
            kind=ImportRun.Kind.CSV, source="sheet", started_at=now(), started_by=self.marta
        )
        apply_import(run=run, given=Input.at(path), on=today(), at=now())
        assert run.rejected == 0
        return run

    def draft(self, last_day: date = date(2026, 12, 31)) -> Departure:
        frame = departures.Frame(Departure.Kind.LEAVING, last_day=last_day)
        departure = departures.start_departure(frame=frame, by=self.marta, at=now())
        departures.draw_up_plan(departure=departure, by=self.marta, on=today())
        return departure

    def take_up(self, departure: Departure) -> TakenUp:
        return take_up_half_way(departure=departure, by=self.marta, on=today(), at=now())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def of(given_name: str) -> Ending:
    (found,) = [one for one in Ending.objects.all() if given_name in one.client.called]
    return found


def decided(ending: Ending) -> planner.Decision:
    return planner.decision_from_json(ending.decision)


def test_what_has_happened_is_recorded_as_it_was(desk: Desk) -> None:
    desk.paste(
        sessions(WREN, "10:00"),
        f"{WREN};;;2026-12-15;2026-11-17;in person;Ola's group;Ines Prado\n",
        sessions(LARK, "12:00"),
    )
    departure = desk.draft()

    taken = desk.take_up(departure)

    wren, lark = of("Wren"), of("Lark")
    telling = Telling.objects.get()
    assert taken == TakenUp(told=1, receivers=1, planned=1)
    assert (telling.ending, telling.on, telling.how) == (wren, date(2026, 11, 17), "in_person")
    assert (telling.by, telling.why_not_in_person) == (desk.marta, "")
    assert (wren.told_on, wren.stage, wren.told_live) == (date(2026, 11, 17), "told", True)
    assert wren.receiver_wished == desk.ines
    assert wren.last_on == date(2026, 12, 15)
    last_at = decided(wren).last_at
    assert last_at is not None
    assert on_day(last_at) == date(2026, 12, 15)
    assert (lark.stage, lark.told_on, decided(lark)) == ("to_tell", None, planner.Decision())
    assert not EndingException.objects.exists()


def test_a_second_call_does_nothing(desk: Desk) -> None:
    desk.paste(f"{WREN};;;2026-12-15;2026-11-17;phone;;Ines Prado\n", sessions(WREN, "10:00"))
    departure = desk.draft()
    desk.take_up(departure)
    departure.refresh_from_db()
    before = departure.revision

    again = desk.take_up(departure)

    departure.refresh_from_db()
    assert again == TakenUp()
    assert departure.revision == before
    assert Telling.objects.count() == 1
    assert EndingException.objects.count() == Review.objects.count() == 1


def test_not_in_person_says_where_it_is_from_and_is_explained_once(desk: Desk) -> None:
    desk.paste(f"{WREN};;;;2026-11-17;letter;;\n", f"{LARK};;;;2026-11-18;phone;;\n")

    desk.take_up(desk.draft())

    reasons = {str(one.why_not_in_person) for one in Telling.objects.all()}
    assert reasons == {"Taken over from the spreadsheet"}
    assert {one.how for one in Telling.objects.all()} == {"letter", "phone"}
    for ending in (of("Wren"), of("Lark")):
        exception = ending.exceptions.get()
        assert exception.rule == EndingException.Rule.NOT_IN_PERSON
        assert str(exception.why) == "Taken over from the spreadsheet"
        assert not ending.told_live


def test_a_day_to_come_is_the_planned_telling_and_no_fact(desk: Desk) -> None:
    later = "".join(
        f"{WREN};{day};10:00;;;;;\n" for day in ("2026-12-22", "2027-01-05", "2027-01-12")
    )
    desk.paste(f"{WREN};;;2027-01-12;2026-12-01;in person;;\n", sessions(WREN, "10:00"), later)

    taken = desk.take_up(desk.draft(last_day=date(2027, 1, 15)))

    wren = of("Wren")
    assert taken == TakenUp(planned=1)
    assert not Telling.objects.exists()
    assert (wren.stage, wren.told_on) == ("to_tell", None)
    assert (wren.tell_plan_on, wren.last_on) == (date(2026, 12, 1), date(2027, 1, 12))
    assert not wren.problems


def test_a_day_to_come_that_is_too_late_waits_for_a_decision(desk: Desk) -> None:
    desk.paste(f"{WREN};;;2026-12-15;2026-12-08;in person;;\n", sessions(WREN, "10:00"))

    desk.take_up(desk.draft())

    wren = of("Wren")
    chosen = decided(wren).telling_at
    assert chosen is not None
    assert on_day(chosen) == date(2026, 12, 8)
    assert wren.problems == [planner.ProblemKind.SHORT_NOTICE.value]


def test_a_last_session_that_nobody_has_planned_is_not_invented(desk: Desk) -> None:
    desk.paste(f"{WREN};;;2026-12-16;;;;\n", sessions(WREN, "10:00"))

    assert not desk.take_up(desk.draft())
    assert decided(of("Wren")) == planner.Decision()


def test_what_was_taken_back_here_is_not_recorded_again(desk: Desk) -> None:
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n")
    departure = desk.draft()
    desk.take_up(departure)
    told = Telling.objects.get()
    take_back_telling(telling=told, because="It was somebody else.", by=desk.marta, at=now())

    assert not desk.take_up(departure)
    assert of("Wren").told_on is None


def test_somebody_else_who_must_know_is_still_to_be_told(desk: Desk) -> None:
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n")
    departure = desk.draft()
    wren = of("Wren")
    InvolvedPerson.objects.create(
        client=wren.client, name="Ada", kind="parent", told=InvolvedPerson.Told.MUST
    )

    desk.take_up(departure)

    assert Telling.objects.get().person.client == wren.client
    assert of("Wren").told_on is None


def test_an_import_that_was_taken_back_tells_nothing(desk: Desk) -> None:
    desk.paste(sessions(WREN, "10:00"), f"{WREN};;;;2026-11-17;in person;;\n")
    changed = desk.paste(sessions(WREN, "10:00"), f"{WREN};;;;2026-11-18;video;;\n")
    undo_import(run=changed, at=now())
    departure = desk.draft()

    ((fact,),) = half_way_of(departure).values()
    assert (fact.told_on, fact.told_mode) == (date(2026, 11, 17), "in_person")


def test_who_leaves_does_not_receive(desk: Desk) -> None:
    desk.paste(f"{WREN};;;;;;;Marta Zielińska\n")

    assert not desk.take_up(desk.draft())
    assert of("Wren").receiver_wished is None


def as_therapist(browser: Browser, user: User) -> None:
    RoleHeld.objects.get_or_create(user=user, role=Role.THERAPIST)
    browser.force_login(user)


def test_the_wizard_takes_it_up_and_the_plan_says_so_once(client: Browser, desk: Desk) -> None:
    desk.paste(
        sessions(WREN, "10:00"),
        f"{WREN};;;2026-12-16;2026-11-17;;Ola's group;Somebody outside\n",
        sessions(LARK, "12:00"),
    )
    as_therapist(client, desk.marta)

    client.post(
        reverse("endings:start_departure"),
        {"kind": "leaving", "last_day": "2026-12-31", "reason": "t_moving"},
    )
    departure = Departure.objects.get()
    shown = client.get(reverse("endings:plan", args=[departure.pk])).content.decode()

    note = "1 person comes from the spreadsheet half-way; what was recorded there stands."
    assert of("Wren").told_on == date(2026, 11, 17)
    assert shown.count(note) == 1
    assert "Options, in the spreadsheet: Ola&#x27;s group" in shown
    assert "Receiver, in the spreadsheet: Somebody outside" in shown
    assert "Last session, in the spreadsheet: Wed 16 Dec" in shown
    assert "The spreadsheet does not say how" in shown


def test_a_plan_without_a_spreadsheet_says_nothing_of_one(client: Browser, desk: Desk) -> None:
    desk.paste(sessions(WREN, "10:00"))
    departure = desk.draft()
    as_therapist(client, desk.marta)

    shown = client.get(reverse("endings:plan", args=[departure.pk])).content.decode()

    assert "half-way" not in shown


# --- work with several ------------------------------------------------------------------------------
def together(desk: Desk, kind: str) -> Episode:
    """Return the work of Marta with Wren and Lark in one room."""
    episode: Episode = EpisodeFactory.create(kind=kind)
    for name, born_on in (("Wren Okafor", date(1990, 2, 28)), ("Lark Fern", date(1985, 5, 5))):
        person = ClientFactory.create(name=name, known_as="", born_on=born_on)
        ParticipationFactory.create(episode=episode, client=person)
    AssignmentFactory.create(episode=episode, therapist=desk.marta)
    return episode


@pytest.mark.parametrize("kind", ["couple", "family"])
def test_each_of_a_couple_gets_the_telling_of_their_own_row(desk: Desk, kind: str) -> None:
    episode = together(desk, kind)
    desk.paste(f"{WREN};;;;2026-11-17;in person;;Ines Prado\n", f"{LARK};;;;2026-11-19;phone;;\n")
    departure = desk.draft()

    taken = desk.take_up(departure)

    ending = Ending.objects.get()
    assert ending.episode == episode
    assert taken == TakenUp(told=2, receivers=1)
    tellings = {telling.person.client.name: telling for telling in Telling.objects.all()}
    assert tellings["Wren Okafor"].on == date(2026, 11, 17)
    assert (tellings["Lark Fern"].on, tellings["Lark Fern"].how) == (date(2026, 11, 19), "phone")
    assert (ending.told_on, ending.told_live) == (date(2026, 11, 19), False)
    assert ending.receiver_wished == desk.ines
    assert not desk.take_up(departure)


def test_until_both_are_told_a_couple_is_not(desk: Desk) -> None:
    together(desk, "couple")
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n", f"{LARK};;;;;;;\n")
    desk.take_up(desk.draft())
    ending = Ending.objects.get()
    assert Telling.objects.get().person.client.name == "Wren Okafor"
    assert (ending.told_on, ending.stage) == (None, "to_tell")


def test_each_part_in_a_group_takes_up_its_own_row(desk: Desk) -> None:
    episode = together(desk, "group")
    desk.paste(f"{WREN};;;;2026-11-17;in person;;Ines Prado\n", f"{LARK};;;;;;Ola's group;\n")
    departure = desk.draft()

    taken = desk.take_up(departure)

    wren, lark = of("Wren"), of("Lark")
    assert {wren.episode, lark.episode} == {episode}
    assert taken == TakenUp(told=1, receivers=1)
    assert (wren.told_on, wren.receiver_wished) == (date(2026, 11, 17), desk.ines)
    assert (lark.told_on, lark.receiver_wished) == (None, None)
    assert [row.options for row in half_way_of(departure)[lark.pk]] == ["Ola's group"]


def test_two_rows_that_name_two_receivers_name_none(desk: Desk) -> None:
    together(desk, "couple")
    UserFactory.create(name="Jan Kos")
    desk.paste(f"{WREN};;;;;;;Ines Prado\n", f"{LARK};;;;;;;Jan Kos\n")
    desk.take_up(desk.draft())
    assert Ending.objects.get().receiver_wished is None


def test_a_row_about_one_of_a_group_opens_no_second_work(desk: Desk) -> None:
    together(desk, "group")
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n")
    assert Episode.objects.count() == 1
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n")
    assert Episode.objects.count() == 1


def test_a_group_of_somebody_else_is_not_meant(desk: Desk) -> None:
    episode = together(desk, "group")
    episode.assignments.update(therapist=UserFactory.create())
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n")
    assert Episode.objects.exclude(pk=episode.pk).get().kind == "individual"


def test_what_an_earlier_import_kept_without_a_name_is_of_the_one_client(desk: Desk) -> None:
    desk.paste(f"{WREN};;;;2026-11-17;in person;;\n")
    departure = desk.draft()
    [(key, [row])] = half_way_of(departure).items()
    ending = Ending.objects.get(pk=key)
    assert row.client_id == ending.client_id
    unnamed = replace(row, client_id=None)
    person = client_of(ending, unnamed)
    assert person is not None
    assert person.client == ending.client


def test_the_plan_counts_people_not_endings(client: Browser, desk: Desk) -> None:
    together(desk, "couple")
    desk.paste(f"{WREN};;;;2026-11-17;;;\n", f"{LARK};;;;2026-11-17;;;\n")
    departure = desk.draft()
    as_therapist(client, desk.marta)
    shown = client.get(reverse("endings:plan", args=[departure.pk])).content.decode()
    assert "2 people come from the spreadsheet half-way" in shown
    assert shown.count("The spreadsheet does not say how") == 1
