"""The meeting of three: planned with both people and a room, held, confirmed (R14)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
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
from core.errors import ChangedMeanwhile, RuleBroken
from core.widgets import Choice as Pick
from endings.forms.handovers import OTHER, CorrectedMeetingForm, MeetingForm, MetForm
from endings.forms.tellings import TakeBackForm
from endings.models import Ending, HandoverInvitation, HandoverSession, SignOff
from endings.operations import meeting_corrections, meetings_of_three
from endings.operations.meeting_corrections import Version
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
    form = MetForm(sent(request), held_on=on)
    if form.is_valid() and attempt(form, lambda: record_met(request, stands, form)):
        messages.success(request, _("Recorded. The client is in good hands."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "meeting": stands}
    return form_page(request, "endings/handover/hold_meeting.html", context)


def record_met(request: AuthedRequest, stands: HandoverSession, form: MetForm) -> None:
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
        work = meetings_of_three.hand_over_without_meeting(ending=ending, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        said = {"name": work.therapist.name, "day": dates.day(work.starts_on, today())}
        messages.success(request, _("%(name)s goes on from %(day)s.") % said)
    return redirect(ending)


# --- corrected --------------------------------------------------------------------------------------
def met_of(request: AuthedRequest, ending: Ending) -> HandoverSession:
    """Return the meeting that is recorded as held; without one there is nothing to correct (404)."""
    stands = meeting_that_stands(request, ending)
    if stands is None or stands.held_on is None:
        raise Http404
    return stands


def version_read(request: AuthedRequest, stands: HandoverSession) -> Version:
    """Return what the form was filled in upon; on a first look, what stands."""
    if request.method != "POST":
        return Version(stands, stands.newest_correction)
    read = request.POST.get("corrects", "")
    rows = stands.corrections.all()
    return Version(stands, next((row for row in rows if str(row.pk) == read), None))


@require_http_methods(["GET", "POST"])
def correct_meeting_of_three(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say anew what came of it; the first version stays readable, and each confirms anew."""
    ending = ending_to_edit(request, pk)
    stands = met_of(request, ending)
    row = stands.as_it_stands
    form = CorrectedMeetingForm(
        sent(request),
        initial={
            "on": row.held_on,
            "agreed_points": str(row.agreed_points or ""),
            "next_meeting_on": row.next_meeting_on,
        },
        today=today(),
    )
    if form.is_valid() and unchanged(form, lambda: correct(request, stands, form)):
        messages.success(request, _("Corrected. The first version stays readable."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "meeting": stands}
    context["corrects"] = version_read(request, stands).correction
    return form_page(request, "endings/handover/correct_meeting.html", context)


def correct(request: AuthedRequest, stands: HandoverSession, form: CorrectedMeetingForm) -> None:
    said = form.cleaned_data
    meeting_corrections.correct_meeting_of_three(
        read=version_read(request, stands),
        meeting=Meeting(said["agreed_points"], said["next_meeting_on"]),
        held_on=said["on"],
        by=request.user,
        at=now(),
    )


@require_http_methods(["GET", "POST"])
def take_back_meeting_of_three(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The three have not met after all: it is planned anew, and what was recorded stays readable."""
    ending = ending_to_edit(request, pk)
    stands = met_of(request, ending)
    form = TakeBackForm(sent(request))
    if form.is_valid() and unchanged(
        form,
        lambda: meeting_corrections.take_back_meeting_of_three(
            read=version_read(request, stands), by=request.user, at=now(), **form.cleaned_data
        ),
    ):
        messages.success(request, _("Taken back. What was recorded stays readable."))
        return redirect(ending)
    context = {
        "ending": ending,
        "form": form,
        "corrects": version_read(request, stands).correction,
        "confirm_label": _("Take it back"),
        "cancel_url": ending.get_absolute_url(),
    }
    return form_page(request, "endings/handover/take_back_meeting.html", context)


def unchanged(form: Form, act: Callable[[], object]) -> bool:
    """Do it and say whether it was taken; what somebody else corrected first is an error of the form."""
    try:
        return attempt(form, act)
    except ChangedMeanwhile:
        form.add_error(None, _("Somebody has corrected this version already."))
        return False
