"""The meeting of three: planned with both people and a room, held, confirmed (R14)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from caseload.models import Session
from caseload.models.episodes import Mode
from caseload.operations.sessions import When
from core import dates
from core.clock import now, today
from core.errors import RuleBroken
from core.widgets import Choice as Pick
from endings.forms.handovers import OTHER, HeldForm, MeetingForm
from endings.models import Ending, HandoverInvitation, HandoverSession, SignOff
from endings.operations import meetings_of_three
from endings.operations.meetings_of_three import Meeting
from endings.views.acts import attempt, ending_to_edit, form_page, sent

State = HandoverInvitation.State


def accepted_for(request: AuthedRequest, ending: Ending) -> HandoverInvitation:
    """Return the colleague who has said yes; without one there is nothing to plan (404)."""
    mine = HandoverInvitation.objects.editable_by(request.user).select_related("receiver")
    return get_object_or_404(mine, ending=ending, state=State.ACCEPTED)


def meeting_that_stands(request: AuthedRequest, ending: Ending) -> HandoverSession | None:
    mine = HandoverSession.objects.editable_by(request.user).filter(ending=ending)
    standing = mine.filter(cancelled_on=None).select_related(
        "session__room", "invitation__receiver"
    )
    return standing.first()


@require_http_methods(["GET", "POST"])
def plan_meeting_of_three(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A planned session, or one more, becomes the meeting of three; both people and the room are booked."""
    ending = ending_to_edit(request, pk)
    asked = accepted_for(request, ending)
    sessions, not_free = meetings_of_three.sessions_both_can(ending, asked.receiver, now())
    stands = meeting_that_stands(request, ending)
    form = MeetingForm(
        sent(request),
        initial=planned_already(stands),
        sessions=picks(sessions),
        today=today(),
    )
    if form.is_valid() and attempt(form, lambda: plan(request, ending, form, sessions)):
        messages.success(request, _("Planned. Both of you and the room are booked."))
        return redirect(ending)
    context = {
        "ending": ending,
        "form": form,
        "invitation": asked,
        "not_free": not_free_in_words(asked, not_free),
    }
    return form_page(request, "endings/handover/plan_meeting.html", context)


def picks(sessions: list[Session]) -> list[tuple[str, Pick]]:
    return [
        (str(one.pk), Pick(dates.at(one.starts_at, today()), one.where)) for one in sessions[:8]
    ]


def planned_already(stands: HandoverSession | None) -> dict[str, Any]:
    """Return what is planned; the client's own questions come first in every agenda."""
    if stands is None:
        points = [
            _("The client’s own questions"),
            _("What has helped, and what has not"),
            _("What the summary says, and what it leaves out"),
            _("How it goes on, and from when"),
        ]
        return {"agenda": "\n".join(points)}
    return {"session": str(stands.session_id), "agenda": str(stands.agenda or "")}


def not_free_in_words(asked: HandoverInvitation, count: int) -> str:
    if not count:
        return ""
    said = ngettext(
        "%(name)s is not free in %(count)s of the planned sessions.",
        "%(name)s is not free in %(count)s of the planned sessions.",
        count,
    )
    return said % {"name": asked.receiver.name, "count": count}


def plan(
    request: AuthedRequest, ending: Ending, form: MeetingForm, sessions: list[Session]
) -> HandoverSession:
    said = form.cleaned_data
    when: Session | When
    if said["session"] == OTHER:
        when = When(
            starts_at=form.begins,
            minutes=said["minutes"] or 50,
            mode=said["mode"] or Mode.ROOM,
            room=said["room"],
        )
    else:
        when = next(one for one in sessions if str(one.pk) == said["session"])
    return meetings_of_three.plan_meeting_of_three(
        ending=ending, when=when, by=request.user, at=now(), agenda=said["agenda"]
    )


@require_http_methods(["GET", "POST"])
def hold_meeting_of_three(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The three have met: what was agreed, and when receiver and client meet next."""
    ending = ending_to_edit(request, pk)
    stands = meeting_that_stands(request, ending)
    if stands is None:
        raise Http404
    on = dates.on_day(stands.session.starts_at)
    form = HeldForm(sent(request), held_on=on)
    if form.is_valid() and attempt(form, lambda: hold(request, stands, form)):
        messages.success(request, _("Recorded. The client is in good hands."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "meeting": stands}
    return form_page(request, "endings/handover/hold_meeting.html", context)


def hold(request: AuthedRequest, stands: HandoverSession, form: HeldForm) -> None:
    said = form.cleaned_data
    meeting = Meeting(said["agreed_points"], said["next_meeting_on"])
    held = meetings_of_three.hold_handover_session(
        handover=stands, meeting=meeting, by=request.user, at=now()
    )
    for who in said["signed"]:
        confirm(request, held, SignOff.Who(who))


def confirm(request: AuthedRequest, handover: HandoverSession, who: SignOff.Who) -> None:
    meetings_of_three.sign_off(handover=handover, who=who, by=request.user, on=today(), at=now())


@require_POST
def sign_off(request: AuthedRequest, pk: UUID, who: str) -> HttpResponse:
    """Confirm what was agreed, for oneself or for the client in the room."""
    ending = ending_to_edit(request, pk)
    stands = meeting_that_stands(request, ending)
    if stands is None or who not in (SignOff.Who.OUTGOING, SignOff.Who.CLIENT):
        raise Http404
    try:
        confirm(request, stands, SignOff.Who(who))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Recorded."))
    return redirect(ending)


@require_POST
def hand_over_without_meeting(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """No meeting of three, and it is said why: the receiver's work begins all the same."""
    ending = ending_to_edit(request, pk)
    try:
        work = meetings_of_three.hand_over_without_meeting(
            ending=ending, by=request.user, on=today()
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        said = {"name": work.therapist.name, "day": dates.day(work.starts_on, today())}
        messages.success(request, _("%(name)s goes on from %(day)s.") % said)
    return redirect(ending)
