"""Imports in the browser: started by a records keeper, written by the worker, watched and stopped."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Job, Practice, User
from accounts.operations.jobs import AWAY, UNDER_WAY, finish, refuse_a_fourth_try, taken_up
from caseload.models import AppointmentRun, ImportRun
from caseload.operations.importing.progress import Progress, Stopped
from caseload.operations.importing.uploads import (
    forget_files,
    forget_old_files,
    keep_files,
    paths_of,
)
from caseload.operations.imports import Input, apply_import, preview_import, undo_import
from caseload.readers.columns import Layout
from caseload.readers.files import resource_rows
from caseload.readers.sheet import guess_layout
from core.actor import acting
from core.errors import RuleBroken

PREVIEW: Final = "preview_import"
APPLY: Final = "apply_import"
UNDO: Final = "undo_import"
log = logging.getLogger(__name__)


@transaction.atomic
def start_import(
    *, files: Iterable[Any], pasted: str, source: str, by: User, at: datetime
) -> ImportRun:
    """Keep what was uploaded or pasted, and see what it is.

    Raises RuleBroken for what cannot be an import; nothing is kept then.
    """
    forget_old_files(at)
    run = ImportRun(started_by=by, started_at=at)
    try:
        given = Input(keep_files(run, files, pasted))
        run.kind = ImportRun.Kind.CSV if given.is_sheet() else ImportRun.Kind.FHIR
        run.mapping = {path.name: guess_layout(path).to_json() for path in given.sheets()}
        for path in set(given.paths) - set(given.sheets()):
            resource_rows(path)  # refuses at once what is no FHIR
        if len(run.mapping) > 1:
            raise RuleBroken(_("One spreadsheet at a time, please."))
    except RuleBroken:
        forget_files(run)
        raise
    run.source = source or run.kind
    run.save()
    return run


@transaction.atomic
def choose_columns(*, run: ImportRun, layouts: dict[str, Layout]) -> ImportRun:
    """Say which column is which."""
    run.mapping = {name: layout.to_json() for name, layout in layouts.items()}
    run.save(update_fields=["mapping"])
    return run


@transaction.atomic
def ask_for(kind: str, *, run: ImportRun, by: User) -> Job:
    """Let the worker preview, apply or take back; raises RuleBroken while it is at it."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.job and run.job.state in UNDER_WAY:
        raise RuleBroken(_("This import is under way."))
    wanted = ImportRun.State.APPLIED if kind == UNDO else ImportRun.State.PREVIEW
    if run.state != wanted:
        raise RuleBroken(
            _("This import is not in force.") if kind == UNDO else _("This import is done.")
        )
    run.job = Job.objects.create(kind=kind, started_by=by)
    run.save(update_fields=["job"])
    return run.job


@transaction.atomic
def ask_to_stop(*, run: ImportRun | AppointmentRun, at: datetime) -> None:
    """Stop the work: at once while it waits, within a second while it runs; nothing will have changed."""
    job = Job.objects.select_for_update(of=("self",)).filter(pk__in=[run.job_id]).first()
    if job is None:
        return
    if job.state == Job.State.WAITING:
        job.state, job.ended_at = Job.State.CANCELLED, at
    elif job.state == Job.State.RUNNING:
        job.cancel_asked = True
    job.save(update_fields=["state", "ended_at", "cancel_asked"])


@transaction.atomic
def discard_import(*, run: ImportRun) -> None:
    """Forget an import that was only looked at, with its files."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != ImportRun.State.PREVIEW:
        raise RuleBroken(_("This import is done."))
    run.delete()
    transaction.on_commit(lambda: forget_files(run))


def carry_out(job_id: UUID, *, at: datetime) -> None:
    """Do what a job asks for, in the name of who asked; the worker calls this.

    Delivered twice it does its work once: a job that has ended, or that somebody is at, is left alone.
    """
    with taken_up(job_id) as job:
        run = ImportRun.objects.filter(job=job).first() if job else None
        if job is None or run is None:
            return
        practice = Practice.objects.current()
        asked_by = job.started_by
        with (
            acting(asked_by, role="worker"),
            timezone.override(practice.tzinfo),
            translation.override(asked_by.language),
        ):
            on = at.astimezone(practice.tzinfo).date()
            finish(job, *outcome_of(job, run, on=on, at=at), at=at)


def outcome_of(job: Job, run: ImportRun, *, on: date, at: datetime) -> tuple[str, str]:
    """Do the work; return the state it ended in, and what is to be said about it."""
    try:
        work_on(job, run, on=on, at=at)
    except Stopped:
        return Job.State.CANCELLED, _("Stopped. Nothing has been changed.")
    except RuleBroken as refusal:
        return Job.State.FAILED, str(refusal)
    except AWAY:
        raise
    except Exception:
        log.exception("Import %s failed", run.pk)
        return Job.State.FAILED, _("Something went wrong on our side. Nothing has been changed.")
    return Job.State.DONE, ""


def work_on(job: Job, run: ImportRun, *, on: date, at: datetime) -> None:
    before = ImportRun.State.APPLIED if job.kind == UNDO else ImportRun.State.PREVIEW
    if run.state != before:
        return  # done already: the worker was killed after its work and before saying so
    refuse_a_fourth_try(job)
    with Progress(job.pk) as watch:
        if job.kind == UNDO:
            undo_import(run=run, at=at, watch=watch)
            return
        layouts = {name: Layout.from_json(told) for name, told in run.mapping.items()}
        given = Input(paths_of(run), layouts)
        if job.kind == PREVIEW:
            preview_import(run=run, given=given, on=on, watch=watch)
        else:
            apply_import(run=run, given=given, on=on, at=at, watch=watch)
    if job.kind == APPLY:
        with suppress(OSError):
            forget_files(run)
