"""From a question to a colleague to one room with three people in it (R5, R14, decision 19).

Each step opens one thing more, and none before its time: a one-off code, then a name, then the sections
the client agreed to, from a date; the receiver's own work by assignment.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Booking, Commitment, Session
from core.errors import RuleBroken
from endings.models import (
    Consent,
    Ending,
    HandoverInvitation,
    HandoverSession,
    SignOff,
)
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.places import leaving_people
from endings.workflow import Step

ALPHABET = "BCDFGHJKMNPQRSTVWXZ23456789"  # no letters that look alike, none that make words
State = HandoverInvitation.State


@dataclass(frozen=True)
class Question:
    """What a colleague is asked, and all they see: needs, times, and the points it adds to their load."""

    needs: str
    times: str
    load_points: Decimal = Decimal(1)


@dataclass(frozen=True)
class Meeting:
    """What was agreed in the meeting of three, and when receiver and client meet next."""

    agreed_points: str = ""
    next_meeting_on: date | None = None


@dataclass(frozen=True)
class Agreed:
    """What the client agreed to hand over, said when, and from which day it opens."""

    sections: Sequence[str]
    given_on: date
    opens_on: date
    note: str = ""


def one_off_code() -> str:
    """Return a code that says nothing about anybody."""
    return "H-" + "".join(secrets.choice(ALPHABET) for _place in range(6))


def may_receive(ending: Ending) -> list[User]:
    """Return the colleagues who can be asked: here, therapists, not leaving, not the one who hands over."""
    here = User.objects.who_work_here().in_role("therapist").by_name()  # type: ignore[arg-type]
    return list(here.exclude(pk__in=leaving_people()).exclude(pk=ending.assignment.therapist_id))


@transaction.atomic
def invite_receiver(
    *, ending: Ending, receiver: User, question: Question, by: User, at: datetime
) -> HandoverInvitation:
    """Ask a colleague. They see a code, the needs, the times and their own load; no name, no file.

    Raises RuleBroken before the client has chosen (R5), where somebody is asked already, or where the
    colleague cannot be asked.
    """
    ending = hold(ending, by)
    if ending.chosen_on is None:
        raise RuleBroken(_("First hear the client’s choice. Until then only a place is held."))
    if receiver not in may_receive(ending):
        raise RuleBroken(_("This colleague cannot be asked now. Ask somebody else."))
    if ending.invitations.filter(state__in=[State.SENT, State.ACCEPTED]).exists():
        raise RuleBroken(_("A colleague has been asked already. Withdraw that first."))
    return HandoverInvitation.objects.create(
        ending=ending,
        receiver=receiver,
        code=one_off_code(),
        needs=question.needs,
        times=question.times,
        load_points=question.load_points,
        invited_by=by,
        invited_at=at,
    )


def asked(invitation: HandoverInvitation, by: User, *states: str) -> HandoverInvitation:
    """Return the invitation locked, if it was put to `by` and stands in one of `states`."""
    invitation = (
        HandoverInvitation.objects.received_by(by)
        .select_for_update(of=("self",))
        .select_related("ending__assignment")
        .get(pk=invitation.pk)
    )
    if invitation.state not in states:
        raise RuleBroken(_("This question has been answered already."))
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: HandoverInvitation, by: User, at: datetime) -> None:
    """Say *I have room*. The name follows only once the client knows (R5); load counts from now (R17)."""
    invitation = asked(invitation, by, State.SENT)
    invitation.state = State.ACCEPTED
    invitation.answered_at = at
    invitation.save(update_fields=["state", "answered_at"])
    Commitment.objects.create(
        user=by,
        kind=Commitment.Kind.INCOMING,
        points=invitation.load_points,
        starts_on=at.date(),
        cause=invitation.pk,
    )


@transaction.atomic
def decline_invitation(
    *, invitation: HandoverInvitation, by: User, at: datetime, answer: str = ""
) -> None:
    """Say *not now*; also later, after having said yes. Nobody has to explain."""
    invitation = asked(invitation, by, State.SENT, State.ACCEPTED)
    end_invitation(invitation, State.DECLINED, at, answer)


@transaction.atomic
def declare_conflict(
    *, invitation: HandoverInvitation, by: User, at: datetime, answer: str = ""
) -> None:
    """Say that one knows the client from elsewhere: somebody else is asked."""
    invitation = asked(invitation, by, State.ACCEPTED)
    end_invitation(invitation, State.CONFLICT, at, answer)


@transaction.atomic
def withdraw_invitation(*, invitation: HandoverInvitation, by: User, at: datetime) -> None:
    """Take the question back, by who asked it."""
    ending = hold(invitation.ending, by)
    invitation = ending.invitations.select_for_update(of=("self",)).get(pk=invitation.pk)
    end_invitation(invitation, State.WITHDRAWN, at, "")


def end_invitation(
    invitation: HandoverInvitation, state: HandoverInvitation.State, at: datetime, answer: str
) -> None:
    """Close the door again: the load goes, a planned meeting of three is called off."""
    invitation.state = state
    invitation.answered_at = invitation.answered_at or at
    invitation.answer = answer
    invitation.save()
    Commitment.objects.filter(cause=invitation.pk).delete()
    planned = invitation.handover_sessions.filter(cancelled_on=None, held_on=None)
    for handover in planned:
        cancel_booking(handover)
    planned.update(cancelled_on=at.date())


@transaction.atomic
def confirm_no_conflict(
    *, invitation: HandoverInvitation, by: User, on: date, at: datetime
) -> None:
    """Having read the name only, say that nothing stands in the way.

    Raises RuleBroken while the client does not know yet: there is no name to read.
    """
    invitation = asked(invitation, by, State.ACCEPTED)
    if invitation.ending.told_on is None or invitation.ending.told_on > on:
        raise RuleBroken(_("The name follows once the client knows."))
    invitation.name_opened_at = invitation.name_opened_at or at
    invitation.no_conflict_on = on
    invitation.save(update_fields=["name_opened_at", "no_conflict_on"])


@transaction.atomic
def record_consent(*, ending: Ending, agreed: Agreed, by: User, at: datetime) -> Consent:
    """Record what the client agreed to hand over, part by part, and from when it opens.

    A later row corrects the earlier one; no sections means that the client takes it back.
    """
    ending = hold(ending, by)
    refuse_future(agreed.given_on, at)
    invitation = ending.invitations.filter(state__in=[State.SENT, State.ACCEPTED]).first()
    if invitation is None:
        raise RuleBroken(_("First ask a colleague: consent is to somebody."))
    if ending.told_on is None:
        raise RuleBroken(_("First tell the client. Everything else comes after."))
    earlier = ending.consents.filter(corrected_by=None, receiver=invitation.receiver).first()
    return Consent.objects.create(
        ending=ending,
        receiver=invitation.receiver,
        sections=list(agreed.sections),
        given_on=agreed.given_on,
        opens_on=max(agreed.opens_on, agreed.given_on),
        note=agreed.note,
        by=by,
        recorded_at=at,
        corrects=earlier,
    )


@transaction.atomic
def plan_meeting_of_three(
    *, invitation: HandoverInvitation, session: Session, agenda: str, by: User
) -> HandoverSession:
    """Make a planned session the meeting of three: the receiver's time is booked too.

    Raises RuleBroken where the receiver is not free, or has not said yes.
    """
    ending = hold(invitation.ending, by)
    invitation = ending.invitations.select_related("receiver").get(pk=invitation.pk)
    if invitation.state != State.ACCEPTED or invitation.no_conflict_on is None:
        raise RuleBroken(_("The colleague first says yes, and that nothing stands in the way."))
    planned = ending.assignment.sessions.planned().get(pk=session.pk)
    earlier = ending.handover_sessions.filter(cancelled_on=None, held_on=None)
    for handover in earlier:
        cancel_booking(handover)
    earlier.update(cancelled_on=planned.starts_at.date())
    book_receiver(planned, invitation.receiver)
    return HandoverSession.objects.create(
        ending=ending, session=planned, invitation=invitation, agenda=agenda
    )


def book_receiver(session: Session, receiver: User) -> None:
    during = DateTimeTZRange(session.starts_at, session.ends_at)
    try:
        with transaction.atomic():
            Booking.objects.create(session=session, user=receiver, during=during)
    except IntegrityError as taken:
        raise RuleBroken(_("Your colleague is not free then. Choose another meeting.")) from taken


def cancel_booking(handover: HandoverSession) -> None:
    Booking.objects.filter(
        session_id=handover.session_id, user_id=handover.invitation.receiver_id
    ).delete()


@transaction.atomic
def hold_handover_session(
    *, handover: HandoverSession, meeting: Meeting, on: date, by: User, at: datetime
) -> HandoverSession:
    """Record that the three met. The receiver's own work begins, a day after the leaver's ends."""
    ending = hold(handover.ending, by)
    refuse_future(on, at)
    handover = ending.handover_sessions.select_for_update(of=("self",)).get(pk=handover.pk)
    if handover.held_on is not None:
        raise RuleBroken(_("This meeting of three is recorded already."))
    ending.stage = reach(ending, Step.HANDOVER)
    ending.handed_over_on = on
    ending.save(update_fields=["stage", "handed_over_on"])
    handover.held_on, handover.held_by = on, by
    handover.agreed_points = meeting.agreed_points
    handover.next_meeting_on = meeting.next_meeting_on
    handover.save()
    Session.objects.filter(pk=handover.session_id).update(
        state=Session.State.ATTENDED, state_by=by, state_at=at
    )
    begin_receivers_work(ending, handover.invitation)
    return handover


def begin_receivers_work(ending: Ending, invitation: HandoverInvitation) -> Assignment:
    """Give the receiver the work from the day after the leaver's last one (R25: never nobody)."""
    leaving = Assignment.objects.select_for_update(of=("self",)).get(pk=ending.assignment_id)
    if leaving.ends_on is None:
        leaving.ends_on = ending.last_on or ending.handed_over_on
        leaving.save(update_fields=["ends_on"])
    begins = (leaving.ends_on or leaving.starts_on) + timedelta(days=1)
    work, is_new = Assignment.objects.get_or_create(
        episode_id=ending.episode_id,
        therapist=invitation.receiver,
        role=Assignment.Role.PRIMARY,
        starts_on=begins,
        defaults={"usual_mode": leaving.usual_mode, "returns_to": None},
    )
    if is_new:
        Commitment.objects.filter(cause=invitation.pk).update(ends_on=begins - timedelta(days=1))
        Commitment.objects.create(
            user=invitation.receiver,
            kind=Commitment.Kind.WEIGHT,
            points=invitation.load_points,
            starts_on=begins,
            assignment=work,
        )
    return work


@transaction.atomic
def sign_off(
    *, handover: HandoverSession, who: SignOff.Who, by: User, on: date, at: datetime
) -> SignOff:
    """Confirm what was agreed: outgoing for themselves and for the client in the room, incoming for theirs.

    Raises RuleBroken where somebody speaks for another.
    """
    handover = HandoverSession.objects.select_related("ending__assignment", "invitation").get(
        pk=handover.pk
    )
    speaks = {
        SignOff.Who.INCOMING: handover.invitation.receiver_id == by.pk,
        SignOff.Who.OUTGOING: Ending.objects.editable_by(by).filter(pk=handover.ending_id).exists(),
    }
    speaks[SignOff.Who.CLIENT] = speaks[SignOff.Who.OUTGOING]
    if not speaks[who] or handover.held_on is None:
        raise RuleBroken(_("Only who was in the room confirms, and once it has been held."))
    row, _is_new = SignOff.objects.get_or_create(
        handover=handover, who=who, defaults={"on": on, "by": by, "recorded_at": at}
    )
    return row
