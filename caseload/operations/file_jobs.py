"""What the worker does with a request that two people have agreed to: write the copy, or wipe the file."""

import logging
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.journal.certificates import sign
from accounts.models import DisposalCertificate, Job, Practice
from accounts.operations.jobs import AWAY, finish, refuse_a_fourth_try, taken_up
from accounts.operations.sealing import seal_history
from caseload.models import ExportParcel, FileRequest
from caseload.operations.copies import copy_of
from caseload.operations.file_requests import KEPT_FOR
from caseload.operations.importing.progress import Progress, Stopped
from core.actor import acting
from core.errors import RuleBroken
from core.history import is_event

State = FileRequest.State
log = logging.getLogger(__name__)


def carry_out(job_id: UUID, *, at: datetime) -> None:
    """Do what was agreed to, in the name of who asked. Delivered twice it is done once."""
    with taken_up(job_id) as job:
        request = FileRequest.objects.filter(job=job).first() if job else None
        if job is None or request is None:
            return
        practice = Practice.objects.current()
        with (
            acting(job.started_by, role="worker"),
            timezone.override(practice.tzinfo),
            translation.override(job.started_by.language),
        ):
            on = at.astimezone(practice.tzinfo).date()
            finish(job, *outcome_of(job, request, on=on, at=at), at=at)


def outcome_of(job: Job, request: FileRequest, *, on: date, at: datetime) -> tuple[str, str]:
    """Do the work; return the state the job ended in, and what is to be said about it."""
    try:
        work_on(job, request, on=on, at=at)
    except Stopped:
        end(request, State.STOPPED, at)
        return Job.State.CANCELLED, _("Stopped. Nothing has been changed.")
    except RuleBroken as refusal:
        end(request, State.FAILED, at)
        return Job.State.FAILED, str(refusal)
    except AWAY:
        raise
    except Exception:
        log.exception("File request %s failed", request.pk)
        end(request, State.FAILED, at)
        return Job.State.FAILED, _("Something went wrong on our side. Nothing has been changed.")
    return Job.State.DONE, ""


def work_on(job: Job, request: FileRequest, *, on: date, at: datetime) -> None:
    if request.state != State.AGREED:
        return  # done already: the worker was killed after its work and before saying so
    refuse_a_fourth_try(job)
    if request.is_export:
        with Progress(job.pk) as watch:
            write_copy(request, watch=watch, at=at)
    else:
        dispose(request, on=on, at=at)


@transaction.atomic
def write_copy(request: FileRequest, *, watch: Progress, at: datetime) -> None:
    """Write the copy and seal it; it waits a week for who asked."""
    ExportParcel(request=request, content=copy_of(request, at=at, watch=watch)).save(
        force_insert=True
    )
    request.state, request.expires_at = State.READY, at + KEPT_FOR
    request.save(update_fields=["state", "expires_at"])


def dispose(request: FileRequest, *, on: date, at: datetime) -> DisposalCertificate:
    """Wipe a file with its history, and leave the certificate; all or nothing.

    What has happened is sealed first, so that the lines of the seals say what the file lived through. Raises
    RuleBroken where it must be kept after all.
    """
    seal_history()
    with transaction.atomic():
        kept_until = still_due(request, on)
        counts, wiped = wipe(request, on)
        certificate = DisposalCertificate(
            client=request.client_id,
            code=request.code,
            kept_until=kept_until,
            disposed_at=at,
            counts=counts,
            wiped=wiped,
            **two_people(request),
        )
        sign(certificate)
        certificate.save(force_insert=True)
        request.state, request.ended_at = State.DONE, at
        request.save(update_fields=["state", "ended_at"])
    return certificate


def two_people(request: FileRequest) -> dict[str, Any]:
    """Return who decided, and when."""
    return {
        "asked_by": request.asked_by_id,
        "asked_at": request.asked_at,
        "agreed_by": request.agreed_by_id,
        "agreed_at": request.agreed_at,
    }


def still_due(request: FileRequest, on: date) -> date:
    """Return the day until which the file was kept; raises RuleBroken where it must be kept on `on`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kept_until, on_legal_hold, sight.open_with_client(id, %s)"
            " from caseload_client where id = %s for update",
            [on, request.client_id],
        )
        kept_until, is_held, is_open = cursor.fetchone() or (None, True, [])
    if is_held or is_open or kept_until is None or kept_until >= on:
        raise RuleBroken(_("This file must be kept after all."))
    day: date = kept_until
    return day


def wipe(request: FileRequest, on: date) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Remove every row; return how many of each table, and which rows of which history."""
    with connection.cursor() as cursor:
        cursor.execute("select * from sight.wipe_record(%s, %s)", [request.pk, on])
        found = cursor.fetchall()
    counts = {label: count for label, count, _history in found if count}
    histories = tables_of_history()
    return counts, {histories[label]: keys for label, _count, keys in found if keys}


def tables_of_history() -> dict[str, str]:
    """Return which table keeps the history of which model."""
    return {
        model.pgh_tracked_model._meta.label: model._meta.db_table  # type: ignore[attr-defined]
        for model in apps.get_models()
        if is_event(model)
    }


def end(request: FileRequest, state: str, at: datetime) -> None:
    request.state, request.ended_at = state, at
    request.save(update_fields=["state", "ended_at"])
