"""Outgoing, incoming and client in one room; then the receiver's own work begins (R14, R25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Booking, Commitment, Episode, Participation, Session
from caseload.operations.diary import law_of, taken_during
from caseload.operations.retention import stop_clock
from caseload.operations.rhythms import end_assignment
from caseload.operations.sessions import When, add_extra_session, mark_attended
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Ending, EndingException, HandoverInvitation, HandoverSession, SignOff
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.handovers import State, call_off_meetings, carry_no_more
from endings.operations.people_to_tell import clients_of
from endings.operations.places import let_places_go
from endings.operations.reviews import ask_about_handover
from endings.workflow import Step

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Meeting:
    """What was agreed in the meeting of three, and when receiver and client meet next."""

    agreed_points: str = ""
    next_meeting_on: date | None = None


# --- planning ---------------------------------------------------------------------------------------
def sessions_both_can(ending: Ending, receiver: User, at: datetime) -> tuple[list[Session], int]:
    """Return the coming sessions in which the receiver is free, and how many they are not free in."""
    coming = ending.assignment.sessions.planned().filter(starts_at__gt=at)
    sessions = list(coming.select_related("room").in_order())
    if not sessions:
        return [], 0
    ends = max(session.ends_at for session in sessions)
    busy = taken_during(sessions[0].starts_at, ends, people=[receiver])
    own = set(
        Booking.objects.filter(user=receiver, session__in=sessions).values_list(
            "session", flat=True
        )
    )
    free = [
        session
        for session in sessions
        if session.pk in own
        or not any(one.overlaps(session.starts_at, session.ends_at) for one in busy)
    ]
    return free, len(sessions) - len(free)


@transaction.atomic
def plan_meeting_of_three(
    *, ending: Ending, when: Session | When, by: User, at: datetime, agenda: str = ""
) -> HandoverSession:
    """Let a planned session, or one more, become the meeting of three: both people and the room are booked.

    Planned a second time it moves. Raises RuleBroken before telling, acceptance and consent are all there
    (R5: no booking before), and where somebody or the room is taken.
    """
    ending = hold(ending, by)
    invitation = ready_to_meet(ending, on_day(at))
    if ending.handover_sessions.filter(cancelled_on=None).exclude(held_on=None).exists():
        raise RuleBroken(_("This meeting of three is recorded already."))
    call_off_meetings(invitation, on_day(at))
    if isinstance(when, When):
        session = add_extra_session(assignment=ending.assignment, when=when, by=by)
    else:
        session = ending.assignment.sessions.planned().get(pk=when.pk)
    if session.starts_at <= at:
        raise RuleBroken(_("Choose a day that is still to come."))
    if HandoverSession.objects.filter(session=session).exclude(held_on=None).exists():
        raise RuleBroken(_("Another meeting of three stands on this session. Choose another one."))
    book_receiver(session, invitation.receiver)
    ending.handover_plan_on = on_day(session.starts_at)
    ending.save(update_fields=["handover_plan_on"])
    facts = {"invitation": invitation, "agenda": agenda, "cancelled_on": None}
    planned, _is_new = HandoverSession.objects.update_or_create(
        session=session, defaults={"ending": ending, **facts}
    )
    ask_about_handover(invitation=invitation, by=by, at=at, due_on=on_day(session.starts_at))
    return planned


def ready_to_meet(ending: Ending, on: date) -> HandoverInvitation:
    """Return the invitation whose three can meet: told, accepted, no conflict, and agreed to."""
    invitation = ending.invitations.filter(state=State.ACCEPTED).select_related("receiver").first()
    if invitation is None or invitation.no_conflict_on is None:
        raise RuleBroken(_("The colleague first says yes, and that nothing stands in the way."))
    agreed = ending.consents.current().filter(receiver=invitation.receiver).exclude(sections=[])
    if ending.told_on is None or ending.told_on > on or not agreed.exists():
        raise RuleBroken(_("First the client agrees. Until then nothing is booked."))
    return invitation


def book_receiver(session: Session, receiver: User) -> None:
    during = DateTimeTZRange(session.starts_at, session.ends_at)
    try:
        with transaction.atomic():
            Booking.objects.create(session=session, user=receiver, during=during)
    except IntegrityError as error:
        if law_of(error) != "no_person_in_two_bookings_at_once":
            raise
        raise RuleBroken(_("Your colleague is not free then. Choose another meeting.")) from error


def is_booked_for_three(handover: HandoverSession) -> bool:
    """Say whether the receiver is still booked for the session as it stands: it may have been moved."""
    session = handover.session
    during = DateTimeTZRange(session.starts_at, session.ends_at)
    mine = Booking.objects.filter(session=session, user=handover.invitation.receiver_id)
    return session.state == Session.State.PLANNED and mine.filter(during=during).exists()


# --- held -------------------------------------------------------------------------------------------
@transaction.atomic
def hold_handover_session(
    *, handover: HandoverSession, meeting: Meeting, by: User, at: datetime
) -> HandoverSession:
    """Record that the three met, on the day of their session. The receiver's own work begins.

    Raises RuleBroken before the session has begun, and where it is recorded already.
    """
    ending = hold(handover.ending, by)
    mine = ending.handover_sessions.select_for_update(of=("self",)).get(pk=handover.pk)
    if mine.held_on is not None:
        raise RuleBroken(_("This meeting of three is recorded already."))
    invitation = ready_to_meet(ending, on_day(at))
    if mine.cancelled_on is not None or mine.invitation_id != invitation.pk:
        raise RuleBroken(_("This meeting was called off. Plan it anew."))
    on = on_day(mine.session.starts_at)
    refuse_future(on, at)
    if mine.session.state == Session.State.PLANNED:
        mark_attended(session=mine.session, by=by, at=at)
    elif mine.session.state != Session.State.ATTENDED:
        raise RuleBroken(_("This session was not held. Plan the meeting anew."))
    ending.stage, ending.handed_over_on = reach(ending, Step.HANDOVER), on
    ending.save(update_fields=["stage", "handed_over_on"])
    mine.held_on, mine.held_by = on, by
    mine.agreed_points, mine.next_meeting_on = meeting.agreed_points, meeting.next_meeting_on
    mine.revision += 1
    mine.save()
    begin_receivers_work(ending, invitation, by=by, on=on)
    return mine


@transaction.atomic
def hand_over_without_meeting(*, ending: Ending, by: User, at: datetime) -> Assignment:
    """Let the receiver's work begin where there is no meeting of three.

    Raises RuleBroken unless it was not wanted or its absence is explained (R23), and before telling,
    acceptance and consent are all there.
    """
    ending, on = hold(ending, by), on_day(at)
    rule = EndingException.Rule.NO_HANDOVER
    explained = ending.exceptions.filter(rule=rule, taken_back_on=None).exists()
    declined = ending.not_wanted.filter(step=Step.HANDOVER, corrected_by=None).exists()
    if not explained and not declined:
        raise RuleBroken(_("First say why there is no meeting of three."))
    invitation = ready_to_meet(ending, on)
    call_off_meetings(invitation, on)
    ask_about_handover(invitation=invitation, by=by, at=at)
    ending.stage, ending.handed_over_on = reach(ending, Step.HANDOVER), on
    ending.save(update_fields=["stage", "handed_over_on"])
    return begin_receivers_work(ending, invitation, by=by, on=on)


def begin_receivers_work(
    ending: Ending, invitation: HandoverInvitation, *, by: User, on: date
) -> Assignment:
    """Give the receiver the work from the day after the leaver's last one: never nobody (R25).

    Work without an end ends with the planned last session, or today. One place in a group goes on in an
    episode of its own: the group stays with its therapist.
    """
    there = work_of_receiver(ending, invitation.receiver)
    if there is not None:
        return there
    begins, episode = where_it_goes_on(ending, by=by, on=on)
    try:
        with transaction.atomic():
            work = Assignment.objects.create(
                episode=episode,
                therapist=invitation.receiver,
                role=Assignment.Role.PRIMARY,
                starts_on=begins,
                usual_mode=ending.assignment.usual_mode,
            )
    except IntegrityError as error:
        if law_of(error) != "one_primary_therapist_at_a_time":
            raise
        raise RuleBroken(_("Somebody else leads this work from then on already.")) from error
    stop_clock(client.pk for client in clients_of(ending))
    bring_load_over(invitation, work)
    take_places(ending, invitation.receiver, work.starts_on, on)
    return work


def work_of_receiver(ending: Ending, receiver: User) -> Assignment | None:
    """Return the receiver's own work with this client, once it has been given to them."""
    theirs = Assignment.objects.filter(
        therapist=receiver,
        role=Assignment.Role.PRIMARY,
        starts_on__gte=ending.opened_on,
        episode__participations__client=ending.client_id,
    )
    return theirs.order_by("-starts_on").first()


def end_with(ending: Ending, last_day: date, on: date) -> None:
    """Let the leaver's work end on another day, and the receiver's begin the day after it.

    Where the receiver has begun already, nothing moves. The law of one who leads holds at every moment.
    """
    leaving = Assignment.objects.select_for_update(of=("self",)).get(pk=ending.assignment_id)
    asked = ending.invitations.filter(state=State.ACCEPTED).select_related("receiver").first()
    work = work_of_receiver(ending, asked.receiver) if asked else None
    if work is not None and work.starts_on <= on:
        return
    if asked is not None and work is not None:
        begin_on(work, asked, max(work.starts_on, last_day + DAY))
    leaving.ends_on = last_day
    leaving.save(update_fields=["ends_on"])
    if asked is not None and work is not None:
        begin_on(work, asked, last_day + DAY)


def begin_on(work: Assignment, asked: HandoverInvitation, begins: date) -> None:
    """Let the receiver's work begin on another day, and its load with it."""
    work.starts_on = begins
    work.save(update_fields=["starts_on"])
    Commitment.objects.filter(cause=asked.pk).update(ends_on=begins - DAY)
    Commitment.objects.filter(cause=work.pk).update(starts_on=begins)


def where_it_goes_on(ending: Ending, *, by: User, on: date) -> tuple[date, Episode]:
    """Return the receiver's first day, and the episode that the work goes on in."""
    leaving = Assignment.objects.select_for_update(of=("self",)).get(pk=ending.assignment_id)
    if ending.participation_id is not None:
        begins = max(ending.last_on or on, on) + DAY
        return begins, own_episode(ending, begins)
    if leaving.ends_on is None:
        last_on = max(ending.last_on or on, on)
        leaving = end_assignment(assignment=leaving, last_on=last_on, by=by, on=on)
    episode = Episode.objects.select_for_update(of=("self",)).get(pk=ending.episode_id)
    if episode.closed_on is not None:
        episode.closed_on = None
        episode.save(update_fields=["closed_on"])
    return max((leaving.ends_on or on) + DAY, on), episode


def own_episode(ending: Ending, begins: date) -> Episode:
    """Open the episode in which one who leaves a group goes on alone."""
    episode = Episode.objects.create(kind=Episode.Kind.INDIVIDUAL, opened_on=begins)
    Participation.objects.create(episode=episode, client_id=ending.client_id, joined_on=begins)
    return episode


def bring_load_over(invitation: HandoverInvitation, work: Assignment) -> None:
    """What was coming in becomes the weight of the receiver's own work, day for day (R17)."""
    carry_no_more(invitation, work.starts_on)
    Commitment.objects.create(
        user=invitation.receiver,
        kind=Commitment.Kind.WEIGHT,
        points=invitation.load_points,
        starts_on=work.starts_on,
        assignment=work,
        cause=work.pk,
    )


def take_places(ending: Ending, receiver: User, since: date, on: date) -> None:
    """The place that the client chose is free no longer; what else was held is let go."""
    choice = ending.option_set.choices.current().first() if ending.option_set else None
    chosen = choice.options.exclude(place=None).filter(place__therapist=receiver) if choice else []
    for option in chosen:
        place = option.place
        if place is not None and place.taken_since is None:
            place.taken_since = since
            place.save(update_fields=["taken_since"])
    let_places_go(ending, on)


# --- signing off ------------------------------------------------------------------------------------
@transaction.atomic
def sign_off(
    *, handover: HandoverSession, who: SignOff.Who, by: User, on: date, at: datetime
) -> SignOff:
    """Confirm what was agreed: outgoing for themselves and for the client in the room, incoming for theirs.

    It is the version that stands now which is confirmed. Raises RuleBroken where somebody speaks for
    another, and before the meeting.
    """
    known = HandoverSession.objects.select_related("invitation").filter(pk=handover.pk)
    mine = known.first()  # somebody else's is not there to be seen
    is_met = mine is not None and mine.held_on is not None and mine.cancelled_on is None
    if mine is None or not is_met or who not in may_sign(mine, by):
        raise RuleBroken(_("Only who was in the room confirms, and once it has been held."))
    row, _is_new = SignOff.objects.get_or_create(
        handover=mine,
        correction=mine.newest_correction,
        who=who,
        defaults={"on": on, "by": by, "recorded_at": at},
    )
    return row


def may_sign(handover: HandoverSession, by: User) -> Sequence[SignOff.Who]:
    """Return for whom `by` can confirm."""
    if handover.invitation.receiver_id == by.pk:
        return [SignOff.Who.INCOMING]
    if Ending.objects.editable_by(by).filter(pk=handover.ending_id).exists():
        return [SignOff.Who.OUTGOING, SignOff.Who.CLIENT]
    return []
