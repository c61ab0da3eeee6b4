"""A colleague is asked, answers, reads a name; the client agrees, part by part (R5, R14, decision 19).

Each step opens one thing more, and none before its time: a one-off code, then a name, then the sections
the client agreed to, from a date; the receiver's own work by assignment (`meetings_of_three`).
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Role, User
from caseload.load import Load
from caseload.models import Booking, Client, Commitment, Session
from caseload.operations.work import load_of
from core.actor import acting
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Consent, Ending, HandoverInvitation
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.places import leaving_people, let_places_go
from endings.workflow import Step

ALPHABET = "BCDFGHJKMNPQRSTVWXZ23456789"  # no letters that look alike, none that make words
SHORTEST_NAME = 3  # letters; shorter parts of a name stand in many words
DAY = timedelta(days=1)
State = HandoverInvitation.State
STANDING = (State.SENT, State.ACCEPTED)


@dataclass(frozen=True)
class Question:
    """What a colleague is asked, and all they see: needs, times, and the points it adds to their load."""

    needs: str
    times: str
    load_points: Decimal = Decimal(1)


@dataclass(frozen=True)
class Agreed:
    """What the client agreed to hand over, said when, and from which day it opens; `corrects` was read."""

    sections: Sequence[str]
    given_on: date
    opens_on: date
    note: str = ""
    corrects: Consent | None = None


def one_off_code() -> str:
    """Return a code that says nothing about anybody."""
    return "H-" + "".join(secrets.choice(ALPHABET) for _place in range(6))


def may_receive(ending: Ending) -> list[User]:
    """Return the colleagues who can be asked, by name.

    Not among them: who leaves (nor is it said why), who hands over, and who knows the client already.
    """
    here = User.objects.who_work_here().in_role(Role.THERAPIST).by_name()
    not_asked = [*leaving_people(), ending.assignment.therapist_id]
    knows = ending.invitations.filter(state=State.CONFLICT).values("receiver")
    return list(here.exclude(pk__in=not_asked).exclude(pk__in=knows))


def load_after(people: Sequence[User], points: Decimal, on: date) -> dict[User, tuple[Load, Load]]:
    """Return each one's load on a day, now and with `points` more: numbers only (decision 4)."""
    return {who: (load, load.with_more(points)) for who, load in load_of(people, on).items()}


# --- asking -----------------------------------------------------------------------------------------
@transaction.atomic
def invite_receiver(
    *, ending: Ending, receiver: User, question: Question, by: User, at: datetime
) -> HandoverInvitation:
    """Ask a colleague. They see a code, the needs, the times and their own load; no name, no file.

    Raises RuleBroken before the client has chosen (R5), where somebody is asked already, where the
    colleague cannot be asked, and where the question names the client.
    """
    ending = hold(ending, by)
    if ending.chosen_on is None:
        raise RuleBroken(_("First hear the client’s choice. Until then only a place is held."))
    reach(ending, Step.HANDOVER)
    if ending.handed_over_on is not None:
        raise RuleBroken(_("This client is handed over already."))
    if ending.invitations.filter(state__in=STANDING).exists():
        raise RuleBroken(_("A colleague has been asked already. Withdraw that first."))
    if receiver not in may_receive(ending):
        raise RuleBroken(_("This colleague cannot be asked now. Ask somebody else."))
    if names(f"{question.needs} {question.times}", ending.client):
        raise RuleBroken(_("Leave the name and the code out: the client has not been named yet."))
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


def names(text: str, client: Client) -> bool:
    """Say whether `text` holds a part of the client's name, as it is written, or the code."""
    parts = {*client.name.split(), *client.known_as.split(), client.code}
    told = [part for part in parts if len(part) >= SHORTEST_NAME]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) for part in told)


@transaction.atomic
def withdraw_invitation(*, invitation: HandoverInvitation, by: User, at: datetime) -> None:
    """Take the question back, by who works on the ending. The client stays where they were (R25)."""
    ending = hold(invitation.ending, by)
    mine = ending.invitations.select_for_update(of=("self",)).get(pk=invitation.pk)
    refuse_unless(mine, *STANDING)
    end_invitation(mine, State.WITHDRAWN, at, "")


# --- answering --------------------------------------------------------------------------------------
def asked(invitation: HandoverInvitation, by: User, *states: str) -> HandoverInvitation:
    """Return the invitation locked, if it was put to `by` and stands in one of `states`."""
    mine = (
        HandoverInvitation.objects.received_by(by)
        .select_for_update(of=("self",))
        .select_related("ending")
        .get(pk=invitation.pk)
    )
    refuse_unless(mine, *states)
    return mine


def refuse_unless(invitation: HandoverInvitation, *states: str) -> None:
    ending = invitation.ending
    if invitation.state not in states or ending.withdrawn_on is not None:
        raise RuleBroken(_("This question has been answered already."))
    if ending.handed_over_on is not None:
        raise RuleBroken(_("The three have met. Speak to each other, and to your supervisor."))


@transaction.atomic
def accept_invitation(*, invitation: HandoverInvitation, by: User, at: datetime) -> None:
    """Say *I have room*. The name follows only once the client knows (R5); load counts from now (R17)."""
    mine = asked(invitation, by, State.SENT)
    mine.state, mine.answered_at = State.ACCEPTED, at
    mine.save(update_fields=["state", "answered_at"])
    Commitment.objects.create(
        user=by,
        kind=Commitment.Kind.INCOMING,
        points=mine.load_points,
        starts_on=on_day(at),
        cause=mine.pk,
    )


@transaction.atomic
def decline_invitation(
    *, invitation: HandoverInvitation, by: User, at: datetime, answer: str = ""
) -> None:
    """Say *not now*; also later, after having said yes. Nobody has to explain."""
    end_invitation(asked(invitation, by, *STANDING), State.DECLINED, at, answer)


@transaction.atomic
def declare_conflict(
    *, invitation: HandoverInvitation, by: User, at: datetime, answer: str = ""
) -> None:
    """Having read the name, say that one knows the client from elsewhere: somebody else is asked."""
    mine = asked(invitation, by, State.ACCEPTED)
    refuse_unnamed(mine, on_day(at))
    mine.name_opened_at = mine.name_opened_at or at
    end_invitation(mine, State.CONFLICT, at, answer)


@transaction.atomic
def confirm_no_conflict(*, invitation: HandoverInvitation, by: User, at: datetime) -> None:
    """Having read the name only, say that nothing stands in the way.

    Raises RuleBroken while the client does not know yet: there is no name to read.
    """
    mine = asked(invitation, by, State.ACCEPTED)
    refuse_unnamed(mine, on_day(at))
    mine.name_opened_at = mine.name_opened_at or at
    mine.no_conflict_on = mine.no_conflict_on or on_day(at)
    mine.save(update_fields=["name_opened_at", "no_conflict_on"])


def refuse_unnamed(invitation: HandoverInvitation, on: date) -> None:
    if not invitation.is_named_on(on):
        raise RuleBroken(_("The name follows once the client knows."))


def end_invitation(
    invitation: HandoverInvitation, state: HandoverInvitation.State, at: datetime, answer: str
) -> None:
    """Close the door again: the load goes, a planned meeting of three becomes one of two."""
    invitation.state, invitation.answer = state, answer
    invitation.answered_at = invitation.answered_at or at
    invitation.save()
    carry_no_more(invitation, on_day(at))
    let_places_go(invitation.ending, on_day(at), of=invitation.receiver)
    call_off_meetings(invitation, on_day(at))
    invitation.reviews.filter(decision="", taken_back_at=None).update(taken_back_at=at)


def carry_no_more(invitation: HandoverInvitation, on: date) -> None:
    """Let what comes in count no longer from `on`; the days before stay as they were."""
    incoming = Commitment.objects.filter(cause=invitation.pk)
    incoming.filter(starts_on__gte=on).delete()
    incoming.update(ends_on=on - DAY)


def call_off_meetings(invitation: HandoverInvitation, on: date) -> None:
    """Take the colleague out of what is planned; client and therapist still meet then."""
    planned = invitation.handover_sessions.filter(cancelled_on=None, held_on=None)
    Booking.objects.filter(
        session__in=planned.values("session"), user=invitation.receiver_id
    ).delete()
    # the session is the leaver's to write, also where it is the receiver who says no
    with acting(invitation.ending.assignment.therapist_id):
        Session.objects.filter(pk__in=planned.values("session")).update(booked_beside=None)
    planned.update(cancelled_on=on, revision=F("revision") + 1)


# --- the client agrees ------------------------------------------------------------------------------
@transaction.atomic
def record_consent(*, ending: Ending, agreed: Agreed, by: User, at: datetime) -> Consent:
    """Record what the client agreed to hand over, part by part, and from when it opens.

    A later row corrects the earlier one; no sections means that the client takes it back.
    Raises RuleBroken before the telling and before a colleague is asked, ChangedMeanwhile where
    `agreed.corrects` is not what stands.
    """
    ending = hold(ending, by)
    refuse_future(agreed.given_on, at)
    if ending.told_on is None:
        raise RuleBroken(_("First tell the client. Everything else comes after."))
    if agreed.given_on < ending.told_on:
        raise RuleBroken(_("The client cannot have agreed before they were told."))
    invitation = ending.invitations.filter(state__in=STANDING).first()
    if invitation is None:
        raise RuleBroken(_("First ask a colleague: consent is to somebody."))
    stands = ending.consents.current().filter(receiver=invitation.receiver).first()
    if stands != agreed.corrects:
        raise ChangedMeanwhile
    if stands is None and not agreed.sections:
        raise RuleBroken(_("Say which parts may be handed over."))
    return Consent.objects.create(
        ending=ending,
        receiver=invitation.receiver,
        sections=list(agreed.sections),
        given_on=agreed.given_on,
        opens_on=max(agreed.opens_on, agreed.given_on),
        note=agreed.note,
        by=by,
        recorded_at=at,
        corrects=stands,
    )
