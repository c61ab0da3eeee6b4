"""Asking for a copy of a file, or for its end, and the second person's yes (decision 7)."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Job, Role, User
from accounts.operations.rights import refuse_without
from caseload.models import ExportParcel, FileRequest, roads
from caseload.models.roads import File, has_led
from core.errors import RuleBroken

KEPT_FOR: Final = timedelta(days=7)
Kind, State = FileRequest.Kind, FileRequest.State


@transaction.atomic
def ask_for_copy(*, file: File, ground: str, by: User, at: datetime) -> FileRequest:
    """Ask for a copy of everything of a client. Raises RuleBroken for who keeps no records."""
    return ask(Kind.EXPORT, file, ground, by, at)


@transaction.atomic
def ask_for_disposal(*, file: File, by: User, on: date, at: datetime) -> FileRequest:
    """Ask that a file be wiped. Raises RuleBroken while it must be kept, is on hold, or anything is open."""
    refuse_disposal(file, on)
    return ask(Kind.DISPOSAL, file, FileRequest.Ground.OVER, by, at)


@transaction.atomic
def ask_to_join(*, file: File, code: str, by: User, at: datetime) -> FileRequest:
    """Ask that the file with `code` goes into `file`, because both are of one person.

    Raises RuleBroken for who keeps no records, for a code that is none, and for the file itself.
    """
    found = roads.file_with_code(code)
    if found is None or found == file.id:
        raise RuleBroken(_("There is no other file with this code."))
    more = {"other_id": found, "other_code": code}
    return ask(Kind.JOIN, file, FileRequest.Ground.SAME, by, at, **more)


@transaction.atomic
def take_apart(*, request: FileRequest, by: User) -> None:
    """Undo a joining, whenever it turns out wrong. Raises RuleBroken for who keeps no records, and a second time."""
    refuse_without((Role.RECORDS_KEEPER,), by)
    if locked(request).state != State.DONE or not request.is_join:
        raise RuleBroken(_("This has been answered."))
    roads.take_files_apart(request.pk)


def ask(kind: str, file: File, ground: str, by: User, at: datetime, **more: object) -> FileRequest:
    refuse_without((Role.RECORDS_KEEPER,), by)
    request = FileRequest(
        kind=kind,
        ground=ground,
        client_id=file.id,
        code=file.code,
        asked_by=by,
        asked_at=at,
        **more,
    )
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as refused:
        if "one_request_of_a_kind_at_a_time" not in str(refused):
            raise
        raise RuleBroken(_("This has been asked for already.")) from None
    return request


def refuse_disposal(file: File, on: date) -> None:
    """Raise RuleBroken for a file that must be kept on `on`."""
    if file.on_legal_hold:
        raise RuleBroken(_("This file is on legal hold."))
    if file.open:
        raise RuleBroken(_("Something is still open with this client."))
    if not file.is_due(on):
        raise RuleBroken(_("The time for keeping this file is not over."))


def may_agree(request: FileRequest, by: User) -> bool:
    """Say whether `by` can be the second person: another records keeper, or who leads those who did the work.

    To the end of a file any supervisor can agree: who led the work may have left long ago.
    """
    if request.state != State.ASKED or request.asked_by_id == by.pk:
        return False
    if by.holds(Role.RECORDS_KEEPER):
        return True
    is_disposal = request.kind == Kind.DISPOSAL
    return by.holds(Role.SUPERVISOR) and (is_disposal or has_led(request.client_id, by))


@transaction.atomic
def agree(*, request: FileRequest, by: User, at: datetime) -> Job | None:
    """Say the second yes; return the job that the worker now has. Two files are joined at once, without one.

    Raises RuleBroken for whoever may not, and where two files cannot be joined.
    """
    request = locked(request)
    if not may_agree(request, by):
        raise RuleBroken(_("This needs the yes of somebody else."))
    if request.is_join:
        join(request, by, at)
        return None
    request.job = Job.objects.create(kind=f"file_{request.kind}", started_by=request.asked_by)
    request.state, request.agreed_by, request.agreed_at = State.AGREED, by, at
    request.save(update_fields=["job", "state", "agreed_by", "agreed_at"])
    return request.job


def join(request: FileRequest, by: User, at: datetime) -> None:
    request.state, request.agreed_by, request.agreed_at = State.AGREED, by, at
    request.save(update_fields=["state", "agreed_by", "agreed_at"])
    refused = {
        "joined": _("One of these files has been joined with another already."),
        "together": _("Both take part in the same work: two people, or let one leave it first."),
    }
    if why := roads.join_files(request.pk):
        raise RuleBroken(refused[why])


@transaction.atomic
def decline(*, request: FileRequest, by: User, at: datetime) -> None:
    """Say no, or take back what one has asked for oneself, while nobody has agreed."""
    request = locked(request)
    if request.state != State.ASKED:
        raise RuleBroken(_("This has been answered."))
    if not (request.asked_by_id == by.pk or may_agree(request, by)):
        raise RuleBroken(_("Your role does not include this page."))
    request.state, request.declined_by, request.ended_at = State.DECLINED, by, at
    request.save(update_fields=["state", "declined_by", "ended_at"])


@transaction.atomic
def stop(*, request: FileRequest, at: datetime) -> None:
    """Stop the work: at once while it waits, between two tables while it runs."""
    request = locked(request)
    job = Job.objects.select_for_update(of=("self",)).filter(pk__in=[request.job_id]).first()
    if request.state != State.AGREED or job is None:
        return
    if job.state == Job.State.WAITING:
        job.state, job.ended_at = Job.State.CANCELLED, at
        request.state, request.ended_at = State.STOPPED, at
        request.save(update_fields=["state", "ended_at"])
    job.cancel_asked = True
    job.save(update_fields=["state", "ended_at", "cancel_asked"])


@transaction.atomic
def collect(*, request: FileRequest, by: User, at: datetime) -> str:
    """Hand the copy out, once, to who asked for it; nothing of it stays here. Base64 of a zip.

    Raises RuleBroken for everybody else, a second time, and after a week.
    """
    request = locked(request)
    if request.asked_by_id != by.pk:
        raise RuleBroken(_("Only who asked for this copy can collect it."))
    parcel = ExportParcel.objects.visible_to(by).filter(request=request).first()
    if request.state != State.READY or parcel is None or is_too_old(request, at):
        raise RuleBroken(_("This copy is here no longer."))
    content = str(parcel.content)
    parcel.delete()
    request.state, request.ended_at = State.COLLECTED, at
    request.save(update_fields=["state", "ended_at"])
    return content


def is_too_old(request: FileRequest, at: datetime) -> bool:
    return request.expires_at is None or request.expires_at <= at


@transaction.atomic
def forget_old_copies(*, at: datetime) -> int:
    """Remove copies that nobody has collected within a week; return how many."""
    old = FileRequest.objects.too_old(at).select_for_update(of=("self",), skip_locked=True)
    requests = list(old)
    ExportParcel.objects.filter(request__in=requests).delete()
    for request in requests:
        request.state, request.ended_at = State.EXPIRED, at
        request.save(update_fields=["state", "ended_at"])
    return len(requests)


def locked(request: FileRequest) -> FileRequest:
    found = FileRequest.objects.select_for_update(of=("self",)).select_related("asked_by")
    return found.get(pk=request.pk)
