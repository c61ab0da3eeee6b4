"""Readings as long work: asked for by whose calendar it is, done in their name, watched and stopped."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Job, Practice, User
from accounts.operations.jobs import AWAY, UNDER_WAY, finish, refuse_a_fourth_try, taken_up
from caseload.models import AppointmentRun, AppointmentSource, Assignment, KnownSeries
from caseload.operations.appointments import reading
from caseload.operations.import_jobs import ask_to_stop
from caseload.operations.importing.progress import Progress, Stopped
from caseload.readers.appointments import MOST_BYTES
from caseload.readers.fetching import NotFetched, looked_at
from core.actor import acting
from core.errors import RuleBroken
from core.tasks import send_after_commit

READ: Final = "read_appointments"
APPLY: Final = "apply_appointments"
UNDO: Final = "undo_appointments"
TASK: Final = "caseload.tasks.carry_out_appointments"
PREVIEWS_KEPT: Final = timedelta(days=7)
State = AppointmentRun.State
log = logging.getLogger(__name__)


@transaction.atomic
def add_source(
    *, name: str, address: str, file: Any, is_nightly: bool, by: User, at: datetime
) -> AppointmentRun:
    """Remember a calendar and read it for the first time. Raises RuleBroken for what cannot be one."""
    if address:
        refuse_address(address)
    source = AppointmentSource(user=by, name=name, address=address, made_at=at)
    source.is_nightly = is_nightly and bool(address)
    source.save()
    return read_source(source=source, file=file, by=by, at=at)


def refuse_address(address: str) -> None:
    try:
        looked_at(address)
    except NotFetched as refusal:
        raise RuleBroken(reading.not_fetched(refusal.code)) from None


@transaction.atomic
def read_source(
    *, source: AppointmentSource, file: Any, by: User, at: datetime, by_itself: bool = False
) -> AppointmentRun:
    """Let the worker read a calendar: a file that was brought, or what lies at its address now.

    What was only looked at before is forgotten. Raises RuleBroken for a file that is none, and while a reading
    is under way.
    """
    source = AppointmentSource.objects.select_for_update().get(pk=source.pk, user=by)
    looked_at_before = source.runs.filter(state=State.PREVIEW)
    if looked_at_before.filter(job__state__in=UNDER_WAY).exists():
        raise RuleBroken(_("This calendar is being read."))
    if not file and not source.address:
        raise RuleBroken(_("Choose a file."))
    looked_at_before.delete()
    run = AppointmentRun(source=source, user=by, by_itself=by_itself, started_at=at)
    run.text = text_in(file) if file else ""
    run.save()
    source.read_at = at
    source.save(update_fields=["read_at"])
    run.job = ask_for(READ, run=run, by=by)
    return run


def text_in(file: Any) -> str:
    if file.size > MOST_BYTES:
        raise RuleBroken(reading.not_read("too_large"))
    text = file.read().decode("utf-8", errors="replace").replace("\0", "")
    if "BEGIN:VCALENDAR" not in text[:2000].upper():
        raise RuleBroken(reading.not_read("no_calendar"))
    return str(text)


@transaction.atomic
def ask_for(kind: str, *, run: AppointmentRun, by: User) -> Job:
    """Let the worker do it; raises RuleBroken while it is at it, and where it is done."""
    run = AppointmentRun.objects.select_for_update(of=("self",)).get(pk=run.pk, user=by)
    if run.job and run.job.state in UNDER_WAY:
        raise RuleBroken(_("This calendar is being read."))
    if run.state != (State.APPLIED if kind == UNDO else State.PREVIEW):
        raise RuleBroken(_("This reading is done."))
    run.job = Job.objects.create(kind=kind, started_by=by)
    run.save(update_fields=["job"])
    send_after_commit(TASK, run.job.pk)
    return run.job


@transaction.atomic
def say_whose(*, run: AppointmentRun, said: dict[str, UUID | None], by: User) -> None:
    """Keep what a person says of series that were not matched, and look again; None leaves a series out.

    Raises RuleBroken for work that is not theirs.
    """
    wanted = {key for key in said.values() if key is not None}
    own = Assignment.objects.editable_by(by).filter(pk__in=wanted, therapist=by)
    if own.count() != len(wanted):
        raise RuleBroken(_("This is no work of yours."))
    for series, key in said.items():
        KnownSeries.objects.update_or_create(
            source_id=run.source_id, series=series, defaults={"assignment_key": key, "user": by}
        )
    ask_for(READ, run=run, by=by)


@transaction.atomic
def set_nightly(*, source: AppointmentSource, is_nightly: bool, by: User) -> None:
    """Read a calendar each night, or no more."""
    mine = AppointmentSource.objects.select_for_update().get(pk=source.pk, user=by)
    mine.is_nightly = is_nightly and bool(mine.address)
    mine.save(update_fields=["is_nightly"])


@transaction.atomic
def end_source(*, source: AppointmentSource, by: User, at: datetime) -> None:
    """Stop reading a calendar and forget its address; the sessions that came from it stay."""
    mine = AppointmentSource.objects.select_for_update().get(pk=source.pk, user=by)
    mine.ended_at, mine.is_nightly, mine.address = at, False, ""
    mine.save()
    mine.runs.filter(state=State.PREVIEW).delete()


@transaction.atomic
def discard(*, run: AppointmentRun, by: User) -> None:
    """Forget a reading that was only looked at."""
    mine = AppointmentRun.objects.select_for_update(of=("self",)).get(pk=run.pk, user=by)
    if mine.state != State.PREVIEW:
        raise RuleBroken(_("This reading is done."))
    mine.delete()


def stop(*, run: AppointmentRun, at: datetime) -> None:
    """Stop the work; nothing will have changed."""
    ask_to_stop(run=run, at=at)


def read_calendars(*, at: datetime, since: datetime) -> int:
    """Send what is to be read each night and was not read since `since`; return how many. Called by beat."""
    due = list(AppointmentSource.objects.due(since).values_list("pk", "user"))
    for pk, user in due:
        with acting(user):
            try:
                source = AppointmentSource.objects.get(pk=pk)
                owner = User.objects.get(pk=user)
                read_source(source=source, file=None, by=owner, at=at, by_itself=True)
            except RuleBroken:
                continue
    return len(due)


def forget_old_previews(*, at: datetime) -> None:
    """Forget what was only looked at a week ago: it holds the words of somebody's calendar."""
    old = AppointmentRun.objects.filter(state=State.PREVIEW, started_at__lt=at - PREVIEWS_KEPT)
    for pk, user in list(old.values_list("pk", "user")):
        with acting(user):
            AppointmentRun.objects.filter(pk=pk).delete()


def carry_out(job_id: UUID, *, at: datetime) -> None:
    """Do what a job asks for, in the name of who asked; twice is once."""
    with taken_up(job_id) as job:
        if job is None:
            return
        practice, asked_by = Practice.objects.current(), job.started_by
        with (
            acting(asked_by),
            timezone.override(practice.tzinfo),
            translation.override(asked_by.language),
        ):
            run = AppointmentRun.objects.select_related("source").filter(job=job).first()
            finish(job, *outcome_of(job, run, by=asked_by, at=at), at=at)


def outcome_of(job: Job, run: AppointmentRun | None, *, by: User, at: datetime) -> tuple[str, str]:
    """Do the work; return the state it ended in, and what is to be said about it."""
    try:
        refuse_a_fourth_try(job)
        if run is not None:
            work_on(job, run, by=by, at=at)
    except Stopped:
        return Job.State.CANCELLED, _("Stopped. Nothing has been changed.")
    except RuleBroken as refusal:
        return Job.State.FAILED, str(refusal)
    except AWAY:
        raise
    except Exception:
        log.exception("Reading %s failed", run.pk if run else "")
        return Job.State.FAILED, _("Something went wrong on our side. Nothing has been changed.")
    return Job.State.DONE, ""


def work_on(job: Job, run: AppointmentRun, *, by: User, at: datetime) -> None:
    if job.kind == UNDO:
        reading.undo(run=run, by=by, at=at)
        return
    if run.state != State.PREVIEW:
        return  # done already: the worker was killed after its work and before saying so
    with Progress(job.pk) as watch:
        if job.kind == APPLY:
            reading.apply(run=run, by=by, at=at, watch=watch)
            return
        rows = reading.preview(run=run, by=by, at=at, watch=watch)
        if run.by_itself:
            go_on_by_itself(run, rows, by=by, at=at, watch=watch)


def go_on_by_itself(
    run: AppointmentRun, rows: Any, *, by: User, at: datetime, watch: Progress
) -> None:
    """Apply a night's reading where nobody needs to look; what needs a look waits for it."""
    if reading.is_quiet(run, rows):
        if not run.appointments.filter(verdict__in=reading.TO_LOOK_AT).exists():
            run.delete()
        return
    if reading.may_apply_by_itself(run, rows):
        reading.apply(run=run, by=by, at=at, watch=watch)
        return
    run.held_back = True
    run.save(update_fields=["held_back"])
