"""The receiver's side: a code, then a name, then what the client agreed to, from its day (R5, decision 19)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from caseload.load import Level
from caseload.models import Client
from caseload.operations.reading import log_read
from core import dates
from core.clock import now, today
from core.errors import RuleBroken
from core.parts import Chip
from endings.forms.handovers import AnswerForm
from endings.models import (
    Consent,
    HandoverInvitation,
    HandoverSession,
    HandoverSummary,
    HeldPlace,
    SignOff,
)
from endings.models.handovers import Section
from endings.operations import handovers, meetings_of_three
from endings.operations.handovers import STANDING
from endings.operations.places import held_places
from endings.operations.summaries import texts_of
from endings.views.handover_words import LEVELS, load_in_words

State = HandoverInvitation.State
CHIPS: dict[str, Chip] = {
    State.SENT: Chip("now", State.SENT.label),
    State.ACCEPTED: Chip("meet", State.ACCEPTED.label, "user-check"),
    State.DECLINED: Chip("quiet", State.DECLINED.label),
    State.CONFLICT: Chip("quiet", State.CONFLICT.label),
    State.WITHDRAWN: Chip("quiet", State.WITHDRAWN.label),
}


@dataclass(frozen=True)
class Row:
    """One question on the list: the name only where it is open, otherwise the one-off code."""

    invitation: HandoverInvitation
    name: str
    chip: Chip
    file_is_open: bool


@require_safe
def received(request: AuthedRequest) -> HttpResponse:
    """What colleagues have asked this person, what waits for an answer first; two queries for any number."""
    mine = HandoverInvitation.objects.received_by(request.user).filter(ending__withdrawn_on=None)
    opened = HandoverInvitation.objects.open_to(request.user, today()).filter(pk=OuterRef("pk"))
    rows = mine.annotate(file_is_open=Exists(opened)).with_name().select_related("ending")
    shown = [
        Row(one, name_of(one), CHIPS[one.state], file_is_open=one.file_is_open)  # type: ignore[attr-defined]
        for one in rows.order_by("-invited_at")
    ]
    held = HeldPlace.objects.received_by(request.user).filter(
        released_on=None, place__in=held_places()
    )
    context = {
        "held": [one.place for one in held.select_related("place")],
        "standing": sorted(
            (row for row in shown if row.invitation.state in STANDING),
            key=lambda row: row.invitation.state != State.SENT,
        ),
        "past": [row for row in shown if row.invitation.state not in STANDING],
    }
    return render(request, "endings/handover/received.html", context)


def name_of(invitation: HandoverInvitation) -> str:
    """Return what the client is called, once that is open to the receiver; else nothing."""
    return invitation.client_called or ""  # type: ignore[attr-defined]


def asked_of(request: AuthedRequest, pk: UUID) -> HandoverInvitation:
    """Return a question that was put to this person; any other is not there (404)."""
    mine = HandoverInvitation.objects.received_by(request.user).with_name()
    return get_object_or_404(mine.select_related("ending", "invited_by"), pk=pk)


@require_safe
def invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One question: code, needs, times and the own load; later the name; then the way to the file."""
    asked = asked_of(request, pk)
    name = name_of(asked)
    if name:
        client = Client(pk=asked.ending.client_id)
        log_read(client=client, page="endings:invitation", by=request.user, at=now())
    stands = asked.state in STANDING and asked.ending.withdrawn_on is None
    context = {
        "invitation": asked,
        "code": format_html('<span class="ref">{}</span>', asked.code),
        "name": name,
        "full_names": dates.listed(asked.client_names),  # type: ignore[attr-defined]
        "stands": stands,
        "chip": CHIPS[asked.state],
        "load": own_load(request, asked) if asked.state == State.SENT else None,
        "form": AnswerForm(),
        **(on_the_way(request, asked) if stands else {}),
    }
    return render(request, "endings/handover/invitation.html", context)


@dataclass(frozen=True)
class OwnLoad:
    """One's own load, now and with this, in words; the warning before saying yes."""

    now: str
    then: str
    chip: Chip | None
    is_slightly_too_many: bool


def own_load(request: AuthedRequest, asked: HandoverInvitation) -> OwnLoad:
    me = request.user
    before, after = handovers.load_after([me], asked.load_points, today())[me]
    slightly = after.level == Level.SLIGHTLY
    return OwnLoad(load_in_words(before), load_in_words(after), LEVELS.get(after.level), slightly)


def on_the_way(request: AuthedRequest, asked: HandoverInvitation) -> dict[str, Any]:
    """Return what is open beyond the name: whether the file is, and the meeting of three."""
    mine = HandoverInvitation.objects.open_to(request.user, today())
    is_open = mine.filter(pk=asked.pk).exists()
    agreed = consent_for(request, asked)
    return {
        "file_is_open": is_open,
        "opens_on": agreed.opens_on if agreed and asked.no_conflict_on and not is_open else None,
        "meeting": meeting_of(request, asked),
    }


def consent_for(request: AuthedRequest, asked: HandoverInvitation) -> Consent | None:
    mine = Consent.objects.received_by(request.user).current().filter(ending=asked.ending_id)
    return mine.exclude(sections=[]).first()


@dataclass(frozen=True)
class Meeting:
    """The meeting of three as the receiver sees it."""

    when: str
    where: str
    agenda: str
    agreed_points: str
    held_on: date | None
    next_meeting_on: date | None
    may_sign: bool
    signed_on: date | None


def meeting_of(request: AuthedRequest, asked: HandoverInvitation) -> Meeting | None:
    """Return when and where; nothing of it before telling, acceptance and consent are all there."""
    planned = HandoverSession.objects.received_by(request.user).filter(invitation=asked)
    standing = planned.filter(cancelled_on=None).select_related("session__room", "invitation")
    one = standing.first()
    if one is None or (one.held_on is None and not meetings_of_three.is_booked_for_three(one)):
        return None
    stands = one.as_it_stands
    mine = one.sign_offs.filter(who=SignOff.Who.INCOMING, correction=one.newest_correction)
    signed = mine.first()
    return Meeting(
        when=dates.at(one.session.starts_at, today()),
        where=one.session.where,
        agenda=str(one.agenda or ""),
        agreed_points=str(stands.agreed_points or ""),
        held_on=stands.held_on,
        next_meeting_on=stands.next_meeting_on,
        may_sign=one.held_on is not None and signed is None,
        signed_on=signed.on if signed else None,
    )


@require_safe
def received_file(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Exactly the sections that the client agreed to, from their day; otherwise it is not there (404)."""
    opened = HandoverInvitation.objects.open_to(request.user, today())
    asked = get_object_or_404(
        opened.with_name().select_related("ending__assignment__therapist"), pk=pk
    )
    client = Client(pk=asked.ending.client_id)
    log_read(client=client, page="endings:received_file", by=request.user, at=now())
    final = HandoverSummary.objects.open_to(request.user, today()).filter(ending=asked.ending_id)
    summary = final.prefetch_related("sections").first()
    agreed = consent_for(request, asked)
    sections = set(agreed.sections) if agreed else set()
    texts = texts_of(summary) if summary else {}
    context = {
        "invitation": asked,
        "name": name_of(asked),
        "summary": summary,
        "sections": [
            (section.label, texts.get(section.value, ""))
            for section in Section
            if section.value in sections
        ],
        "consent": agreed,
    }
    return render(request, "endings/handover/received_file.html", context)


# --- answering --------------------------------------------------------------------------------------
def answered(
    request: AuthedRequest, pk: UUID, act: Callable[[], object], said: str
) -> HttpResponse:
    """Do it and say so; a rule that says no is a message on the same page."""
    try:
        act()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("endings:invitation", pk=pk)


def line_in(request: AuthedRequest) -> str:
    form = AnswerForm(request.POST)
    return form.cleaned_data["answer"] if form.is_valid() else ""


@require_POST
def accept_invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    asked, me = asked_of(request, pk), request.user
    return answered(
        request,
        pk,
        lambda: handovers.accept_invitation(invitation=asked, by=me, at=now()),
        _("Thank you. The client decides last."),
    )


@require_POST
def decline_invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    asked, me = asked_of(request, pk), request.user
    return answered(
        request,
        pk,
        lambda: handovers.decline_invitation(
            invitation=asked, by=me, at=now(), answer=line_in(request)
        ),
        _("Thank you for the clear answer."),
    )


@require_POST
def confirm_no_conflict(request: AuthedRequest, pk: UUID) -> HttpResponse:
    asked, me = asked_of(request, pk), request.user
    return answered(
        request,
        pk,
        lambda: handovers.confirm_no_conflict(invitation=asked, by=me, at=now()),
        _("Recorded. What the client agrees to opens on its day."),
    )


@require_POST
def declare_conflict(request: AuthedRequest, pk: UUID) -> HttpResponse:
    asked, me = asked_of(request, pk), request.user
    return answered(
        request,
        pk,
        lambda: handovers.declare_conflict(
            invitation=asked, by=me, at=now(), answer=line_in(request)
        ),
        _("Thank you for saying so. Somebody else is asked."),
    )


@require_POST
def receiver_signs_off(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Confirm what was agreed in the meeting of three."""
    asked, me = asked_of(request, pk), request.user
    mine = HandoverSession.objects.received_by(me).filter(invitation=asked, cancelled_on=None)
    meeting = get_object_or_404(mine)
    return answered(
        request,
        pk,
        lambda: meetings_of_three.sign_off(
            handover=meeting, who=SignOff.Who.INCOMING, by=me, on=today(), at=now()
        ),
        _("Recorded."),
    )
