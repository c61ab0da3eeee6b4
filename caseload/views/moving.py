"""A session is moved: what stands in the way is said first, the way back is offered after it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthedRequest
from caseload.forms.sessions import FOLLOWING, THIS, MoveForm
from caseload.models import Session
from caseload.operations import sessions as operations
from caseload.operations.conflicts import Conflict, conflicts_of_move, meant
from caseload.views.answers import revision_of, sent_to, taken
from caseload.views.sessions import changed, own_session, when
from core.clock import now, today
from core.dates import local
from core.errors import ChangedMeanwhile
from core.http import back_to, offer_undo

UNDONE = "undo"  # in place of what somebody agrees to: where it stood before it may stand again


@require_http_methods(["GET", "POST"])
def move_session(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Move this one, or this and those that follow. `?on=&clock=` where it was dropped, `?next=` the way back.

    What the database would not refuse is asked once more: 422 with the conflicts, then it is meant.
    """
    session = own_session(request, pk)
    before = as_it_stands(session)
    form = form_for(request, session, before)
    if request.method == "GET":
        return page(request, session, form, proposed(request, session, before))
    conflicts = conflicts_of(request, session, form.cleaned_data) if form.is_valid() else []
    if is_meant(request, conflicts):
        try:
            moved = taken(form, lambda: move(request, session, form.cleaned_data))
        except ChangedMeanwhile:
            return changed(request, session)
        if moved:
            return done(request, session, before, form.cleaned_data)
    return page(request, session, form, conflicts)


@require_safe
def conflicts_of_session(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What stands in the way of a time that is being chosen; a part of the form, for htmx."""
    session = own_session(request, pk)
    form = MoveForm(request.GET, today=today(), has_rhythm=session.cadence_id is not None)
    conflicts = conflicts_of(request, session, form.cleaned_data) if form.is_valid() else []
    return render(request, "caseload/_conflicts.html", said_of(conflicts))


def as_it_stands(session: Session) -> dict[str, Any]:
    starts_at = local(session.starts_at)
    return {
        "on": starts_at.date(),
        "clock": starts_at.time(),
        "minutes": session.minutes,
        "mode": session.mode,
        "room": session.room_id,
    }


def form_for(request: AuthedRequest, session: Session, before: Mapping[str, Any]) -> MoveForm:
    dropped = {key: request.GET[key] for key in ("on", "clock") if key in request.GET}
    return MoveForm(
        sent_to(request),
        today=today(),
        initial={**before, **dropped},
        has_rhythm=session.cadence_id is not None,
    )


def proposed(request: AuthedRequest, session: Session, before: Mapping[str, Any]) -> list[Conflict]:
    """Return the conflicts of the time in the address, where one stands there."""
    if "clock" not in request.GET:
        return []
    said = {**before, "which": THIS, **request.GET.dict()}
    form = MoveForm(said, today=today(), has_rhythm=session.cadence_id is not None)
    return conflicts_of(request, session, form.cleaned_data) if form.is_valid() else []


def conflicts_of(
    request: AuthedRequest, session: Session, said: Mapping[str, Any]
) -> list[Conflict]:
    following = said.get("which") == FOLLOWING
    return conflicts_of_move(session=session, to=when(request, said), following=following, at=now())


def said_of(conflicts: list[Conflict]) -> dict[str, Any]:
    """Return what `_conflicts.html` needs."""
    is_final = any(one.is_final for one in conflicts)
    return {"conflicts": conflicts, "is_final": is_final, "meant": meant(conflicts)}


def is_meant(request: AuthedRequest, conflicts: list[Conflict]) -> bool:
    """Say whether everything that may be meant was there to be read; what is final, the operation refuses."""
    return request.POST.get("meant", "") in (meant(conflicts), UNDONE)


def page(
    request: AuthedRequest, session: Session, form: MoveForm, conflicts: list[Conflict]
) -> HttpResponse:
    context = {
        "form": form,
        "session": session,
        "object": session,
        "next": came_from(request),
        **said_of(conflicts),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "caseload/move_session.html", context, status=status)


def came_from(request: AuthedRequest) -> str:
    """Return the page of ours to go back to, or nothing."""
    wanted = request.GET.get("next") or request.POST.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


def move(request: AuthedRequest, session: Session, said: Mapping[str, Any]) -> None:
    to, revision = when(request, said), revision_of(request)
    if said.get("which") == FOLLOWING:
        rolled = operations.move_session_and_following(
            session=session, to=to, by=request.user, at=now(), revision=revision
        )
        messages.success(
            request, _("Moved. Sessions planned: %(count)s.") % {"count": rolled.planned}
        )
        return
    operations.move_session(session=session, to=to, by=request.user, revision=revision)
    messages.success(request, _("Moved."))


def done(
    request: AuthedRequest, session: Session, before: dict[str, Any], said: Mapping[str, Any]
) -> HttpResponse:
    """Go back to where one came from, with the way back on the next page."""
    which = said.get("which", THIS)
    if request.POST.get("meant") != UNDONE:
        if which == FOLLOWING and session.cadence and session.cadence_day:
            before = {**before, **rhythm_before(session)}
        back = {"which": which, "meant": UNDONE, "next": request.POST.get("next")}
        offer_undo(request, reverse("caseload:move_session", args=[session.pk]), before | back)
    return back_to(request, session) if request.POST.get("next") else redirect(session)


def rhythm_before(session: Session) -> dict[str, Any]:
    """Return how the rhythm ran: one session may have stood at another time, those after it did not."""
    cadence = session.cadence
    assert cadence is not None  # noqa: S101 -- the caller has looked
    return {
        "on": session.cadence_day,
        "clock": cadence.starts_at,
        "minutes": cadence.minutes,
        "mode": cadence.mode,
        "room": cadence.room_id,
    }
