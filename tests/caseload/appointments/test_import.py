"""One's own calendar becomes sessions of one's own work: looked at, applied, kept in step, taken back."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Job, User
from caseload.models import (
    Appointment,
    AppointmentRun,
    AppointmentSource,
    Booking,
    Client,
    Session,
)
from caseload.operations.appointments import jobs, reading
from caseload.operations.rhythms import Wish, set_cadence
from caseload.operations.sessions import When, move_session
from caseload.readers.fetching import NotFetched
from core.clock import now
from tests.accounts.factories import UserFactory
from tests.caseload.appointments.calendars import GOOGLE, calendar, event
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import AssignmentFactory, SessionFactory, at_clock

HERE = reverse("caseload:appointments")
ADDRESS = "https://calendar.example/secret-of-marta.ics"


def at(days: int, hour: int) -> str:
    return f":{at_clock(days, time(hour)).astimezone(UTC):%Y%m%dT%H%M%SZ}"


@pytest.fixture
def work(marta: User) -> Any:
    return AssignmentFactory.create(
        therapist=marta, client__name="Agnieszka Żuraw", client__known_as="Wren"
    )


@pytest.fixture
def other(marta: User) -> Any:
    return AssignmentFactory.create(
        therapist=marta, client__name="Jan Kos", client__known_as="Robin"
    )


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What lies at the address."""
    lies = {"text": ""}

    def fetched(address: str) -> str:
        assert address == ADDRESS
        if not lies["text"]:
            raise NotFetched("refused")
        return lies["text"]

    monkeypatch.setattr(reading, "fetched", fetched)
    return lies


@pytest.fixture
def source(marta: User, there: dict[str, str]) -> AppointmentSource:
    return AppointmentSource.objects.create(
        user=marta, name="mine", address=ADDRESS, is_nightly=True, made_at=now()
    )


LATER = count(1)


def worked(run: AppointmentRun) -> AppointmentRun:
    """Let the worker do what the reading waits for."""
    run.refresh_from_db()
    assert run.job_id is not None
    jobs.carry_out(run.job_id, at=now() + timedelta(seconds=next(LATER)))
    return AppointmentRun.objects.select_related("job").get(pk=run.pk)


def looked(source: AppointmentSource, file: str = "") -> AppointmentRun:
    upload = SimpleUploadedFile("a.ics", file.encode()) if file else None
    return worked(jobs.read_source(source=source, file=upload, by=source.user, at=now()))


def done(run: AppointmentRun, kind: str = jobs.APPLY) -> AppointmentRun:
    jobs.ask_for(kind, run=run, by=run.user)
    return worked(AppointmentRun.objects.get(pk=run.pk))


def applied(source: AppointmentSource, text: str) -> AppointmentRun:
    return done(looked(source, text))


def verdicts(run: AppointmentRun) -> dict[str, str]:
    """Return what each appointment became, by what it says; by its day where its words are wiped."""
    return {
        (row.words or f"{row.starts_at:%d.%m. %H}"): f"{row.verdict} {row.why}".strip()
        for row in run.appointments.all()
    }


def counted(run: AppointmentRun) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in run.appointments.all():
        found[row.verdict] = found.get(row.verdict, 0) + 1
    return found


def test_a_look_changes_nothing_and_says_what_would_happen(source, work, other, marta) -> None:
    SessionFactory.create(assignment=other, starts_at=at_clock(1, time(9)), booked=True)
    SessionFactory.create(assignment=other, starts_at=at_clock(3, time(9)), booked=True)
    clients = Client.objects.count()
    run = looked(
        source,
        calendar(
            event("new", at(1, 10), words="Wren"),
            event("here", at(1, 9), words="J.K."),
            event("moved", at(3, 11), words="Kos, Jan"),
            event("clash", at(1, 9), words="with Wren"),
            event("private", at(2, 9), words="dentist"),
            event("off", at(2, 12), "STATUS:CANCELLED", words="cancelled Wren"),
        ),
    )
    assert run.job is not None
    assert (run.state, run.job.state) == ("preview", "done")
    assert verdicts(run) == {
        "Wren": "new",
        "J.K.": "same",
        "Kos, Jan": "changed",
        "with Wren": "refused taken",
        "dentist": "unmatched nobody",
        "cancelled Wren": "left_out cancelled",
    }
    assert Session.objects.count() == 2
    assert Client.objects.count() == clients


def test_applied_it_is_there_and_the_words_are_forgotten(source, work, marta) -> None:
    run = applied(source, calendar(event("new", at(1, 10)), event("dentist", at(2, 9), words="x")))
    session = Session.objects.get()
    assert (session.assignment, session.starts_at) == (work, at_clock(1, time(10)))
    assert session.is_extra
    assert Booking.objects.get().user == marta
    assert run.state == "applied"
    assert run.text == ""
    assert {row.words for row in Appointment.objects.all()} == {""}


def test_the_same_again_changes_nothing(source, work, other) -> None:
    text = calendar(
        event("weekly", at(1, 10), "RRULE:FREQ=WEEKLY"), event("b", at(2, 9), words="Robin")
    )
    assert counted(applied(source, text)) == {"new": 17}
    before = list(Session.objects.order_by("pk").values())
    assert counted(applied(source, text)) == {"same": 17}
    assert list(Session.objects.order_by("pk").values()) == before


def test_a_rhythm_that_is_here_is_not_doubled(source, work, marta) -> None:
    set_cadence(assignment=work, wish=Wish(2, time(10), MONDAY), by=marta, on=MONDAY)
    planned = Session.objects.count()
    zoned = ";TZID=Europe/Warsaw:20261125T100000"
    run = applied(source, calendar(event("w", zoned, "RRULE:FREQ=WEEKLY", words="A.Ż.")))
    assert set(counted(run)) == {"same"}
    assert Session.objects.count() == planned


def test_what_moves_or_goes_there_moves_or_goes_here_and_can_be_taken_back(source, work) -> None:
    first = calendar(event("a", at(1, 10)), event("b", at(2, 10)), event("c", at(3, 10)))
    applied(source, first)
    before = list(Session.objects.order_by("starts_at").values_list("pk", "starts_at", "state"))
    a, b, c = (row[0] for row in before)

    second = calendar(event("a", at(1, 13)), event("c", at(3, 10), "STATUS:CANCELLED"))
    run = applied(source, second)

    assert counted(run) == {"changed": 1, "gone": 2}
    assert Session.objects.get(pk=a).starts_at == at_clock(1, time(13))
    assert {Session.objects.get(pk=key).state for key in (b, c)} == {"cancelled"}
    assert Booking.objects.count() == 1
    assert counted(applied(source, second)) == {"same": 1, "left_out": 1}

    newest = AppointmentRun.objects.filter(state="applied").order_by("-applied_at")
    done(newest[0], jobs.UNDO)
    assert done(run, jobs.UNDO).state == "undone"
    rows = Session.objects.order_by("starts_at")
    assert list(rows.values_list("pk", "starts_at", "state")) == before
    assert counted(applied(source, second)) == {"changed": 1, "gone": 2}


def test_two_that_change_places_both_fit(source, work, other) -> None:
    applied(source, calendar(event("a", at(1, 10)), event("b", at(1, 11), words="Robin")))
    run = applied(source, calendar(event("a", at(1, 11)), event("b", at(1, 14), words="Robin")))
    assert counted(run) == {"changed": 2}


def test_what_a_person_did_here_stays(source, work, marta) -> None:
    run = applied(source, calendar(event("a", at(1, 10)), event("b", at(2, 10))))
    for session in Session.objects.all():
        later = When(session.starts_at + timedelta(hours=3), 50, "video")
        move_session(session=session, to=later, by=marta)
    again = applied(source, calendar(event("a", at(1, 11))))
    assert [f"{row.verdict} {row.why}" for row in again.appointments.all()] == ["same touched"]
    assert set(Session.objects.values_list("mode", "state")) == {("video", "planned")}
    done(again, jobs.UNDO)
    assert done(run, jobs.UNDO).stayed == 2
    assert Session.objects.count() == 2


def test_a_reading_under_a_newer_one_is_not_taken_back(source, work) -> None:
    first = applied(source, calendar(event("a", at(1, 10))))
    applied(source, calendar(event("a", at(1, 11))))
    run = done(first, jobs.UNDO)
    assert run.state == "applied"
    assert run.job is not None
    assert "newer reading" in run.job.said


def test_outside_the_work_nothing_is_planned(source, work) -> None:
    work.ends_on = MONDAY + timedelta(days=2)
    work.save()
    run = applied(source, calendar(event("a", at(1, 10)), event("b", at(3, 10))))
    assert counted(run) == {"new": 1, "refused": 1}


# --- whose ------------------------------------------------------------------------------------------------
def test_what_was_said_once_holds_for_the_series(source, work, other, marta) -> None:
    text = calendar(
        event("s", at(1, 10), "RRULE:FREQ=WEEKLY;COUNT=3", words="A."),
        event("p", at(2, 10), words="yoga"),
    )
    run = looked(source, text)
    assert counted(run) == {"unmatched": 4}
    series = {row.words: row.series for row in run.appointments.all()}
    jobs.say_whose(run=run, said={series["A."]: work.pk, series["yoga"]: None}, by=marta)
    run = worked(AppointmentRun.objects.get(pk=run.pk))
    assert counted(run) == {"new": 3, "left_out": 1}
    assert {row.assignment_key for row in run.appointments.filter(verdict="new")} == {work.pk}
    assert counted(looked(source, text)) == {"new": 3, "left_out": 1}


# --- each night ------------------------------------------------------------------------------------------
def night(time_machine: Any, day: int) -> AppointmentRun | None:
    """Live through one night; return the reading that it left."""
    time_machine.move_to(datetime(2026, 11, 23 + day, 2, tzinfo=UTC), tick=False)
    jobs.read_calendars(at=now(), since=now() - timedelta(hours=12))
    for job in Job.objects.filter(state="waiting"):
        jobs.carry_out(job.pk, at=now())
    return AppointmentRun.objects.filter(by_itself=True).order_by("-started_at").first()


def test_each_night_it_is_kept_in_step(source, work, there, time_machine) -> None:
    there["text"] = calendar(*[event(str(n), at(n, 10)) for n in range(2, 10)])
    first = night(time_machine, 0)
    assert first is not None
    assert first.state == "preview"  # nobody has looked yet
    assert jobs.read_calendars(at=now(), since=now() - timedelta(hours=12)) == 0
    done(first)
    assert Session.objects.count() == 8

    assert night(time_machine, 1).pk == first.pk  # quiet: it leaves nothing behind

    there["text"] = calendar(*[event(str(n), at(n, 12)) for n in range(2, 9)])
    second = night(time_machine, 2)
    assert second is not None
    assert second.state == "applied"

    there["text"] = calendar(event("5", at(20, 12)))
    held = night(time_machine, 3)
    assert held is not None
    assert (held.state, held.held_back) == ("preview", True)
    assert Session.objects.filter(state="cancelled").count() == 1

    there["text"] = ""
    lost = night(time_machine, 4)
    assert lost is not None
    assert lost.job is not None
    assert (lost.job.state, lost.text) == ("failed", "")
    assert "does not give this calendar out" in lost.job.said
    assert ADDRESS not in lost.job.said


def test_what_was_only_looked_at_is_forgotten_after_a_week(source, work, time_machine) -> None:
    looked(source, GOOGLE)
    time_machine.move_to(now() + timedelta(days=8), tick=False)
    jobs.forget_old_previews(at=now())
    assert not AppointmentRun.objects.exists()
    assert not Appointment.objects.exists()


# --- pages -----------------------------------------------------------------------------------------------
def words(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


@pytest.fixture
def signed_in(client: Any, marta: User) -> Any:
    client.force_login(marta)
    return client


def test_from_the_address_to_the_session_and_back(signed_in, work, there) -> None:  # noqa: PLR0915 -- one journey
    assert "No calendar is brought in." in words(signed_in.get(HERE))
    there["text"] = calendar(event("a", at(1, 10)), event("b", at(2, 10), words="A."))
    add = reverse("caseload:add_appointments")
    assert signed_in.post(add, {"name": "mine"}).status_code == 422
    said = {"name": "mine", "address": "http://calendar.example/"}
    assert "begins with https" in words(signed_in.post(add, said))
    page = signed_in.post(add, {**said, "address": ADDRESS, "is_nightly": "on"}).headers["Location"]
    assert "Waiting for its turn" in words(signed_in.get(page))

    run = worked(AppointmentRun.objects.get())
    shown = words(signed_in.get(page))
    assert "This would happen" in shown
    assert "Series not matched 1" in shown
    series = run.appointments.get(verdict="unmatched").series
    match = reverse("caseload:match_appointments", args=[run.pk])
    assert signed_in.post(match, {series: "nobody"}).status_code == 422
    signed_in.post(match, {series: str(work.pk)})
    worked(AppointmentRun.objects.get())
    signed_in.post(reverse("caseload:apply_reading", args=[run.pk]))
    worked(AppointmentRun.objects.get())
    shown = words(signed_in.get(page))
    assert "New 2" in shown
    assert "Wren" in shown
    undo = reverse("caseload:undo_reading", args=[run.pk])
    assert "Take this reading back?" in words(signed_in.get(undo))
    signed_in.post(undo)
    worked(AppointmentRun.objects.get())
    assert "Taken back" in words(signed_in.get(page))
    assert not Session.objects.exists()

    source = AppointmentSource.objects.get()
    assert "Each night" in words(signed_in.get(HERE))
    assert "secret-of-marta" not in signed_in.get(HERE).content.decode()
    signed_in.post(reverse("caseload:set_nightly", args=[source.pk]), {"nightly": "no"})
    again = signed_in.post(reverse("caseload:read_appointments", args=[source.pk]))
    run = worked(AppointmentRun.objects.get(pk=again.headers["Location"].split("/")[-2]))
    signed_in.post(reverse("caseload:look_again", args=[run.pk]))
    signed_in.post(reverse("caseload:stop_reading", args=[run.pk]))
    assert "Stopped." in words(signed_in.get(again.headers["Location"]))
    signed_in.post(reverse("caseload:discard_reading", args=[run.pk]))
    signed_in.post(reverse("caseload:end_appointments", args=[source.pk]))
    source.refresh_from_db()
    assert (source.is_nightly, source.address) == (False, "")


def test_a_file_that_is_none_is_said_so(signed_in, work) -> None:
    add = reverse("caseload:add_appointments")
    file = SimpleUploadedFile("a.ics", b"<html>")
    response = signed_in.post(add, {"name": "mine", "file": file})
    assert response.status_code == 422
    assert "This is no calendar file" in words(response)


def test_a_colleagues_calendar_is_nobody_elses(client, source, work) -> None:
    run = looked(source, GOOGLE)
    client.force_login(UserFactory.create())
    for name, key in (
        ("reading", run.pk),
        ("apply_reading", run.pk),
        ("read_appointments", source.pk),
        ("set_nightly", source.pk),
    ):
        url = reverse(f"caseload:{name}", args=[key])
        answer = client.get(url) if name == "reading" else client.post(url)
        assert answer.status_code == 404
