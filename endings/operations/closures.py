"""Closing the file, adding to it afterwards, and asking after (R15, R25)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Practice, User
from caseload.operations.retention import retention_of, start_clock
from caseload.operations.rhythms import end_assignment, end_cadence
from caseload.retention import kept_until
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Closure, ClosureAddendum, Ending, Review
from endings.models.endings import CLOSED_STAGES
from endings.operations.departures import refresh_state
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.exits import refuse_without_consent
from endings.operations.notices import policy_of
from endings.operations.people_to_tell import clients_of
from endings.operations.records import open_steps_of, records_of
from endings.operations.reviews import ask_again_if_returned, ask_for_review
from endings.workflow import Step
from referrals.models import FollowUp
from referrals.models.referrals import FollowUpQuerySet
from referrals.operations import follow_ups
from referrals.operations.follow_ups import Answer


@dataclass(frozen=True)
class Closing:
    """How it went, seen from both sides."""

    outcome: Closure.Outcome
    summary: str
    therapist_view: str = ""
    client_view: str = ""
    client_view_missing_because: str = ""


@transaction.atomic
def close_ending(*, ending: Ending, closing: Closing, on: date, by: User, at: datetime) -> Closure:
    """Close the file: from now on it is read, not changed. What stands open may stay so (R23).

    Plans who asks after and when, ends the work where it has no end yet, lets the retention clock of each
    client run with whom nobody else works, and puts the closing before the supervisor. Raises RuleBroken before the telling, and for a view of the client's that is
    missing without a reason.
    """
    held = hold(ending, by)
    stage = reach(held, Step.CLOSE)
    refuse_future(on, at)
    refuse_without_consent(held)
    if not (closing.client_view.strip() or closing.client_view_missing_because.strip()):
        raise RuleBroken(_("Write how the client sees it, or why that is missing."))
    practice = Practice.objects.current()
    left_open = open_steps_of(held, records_of(held))
    last_on = held.last_held_on or on
    closure = Closure.objects.create(
        ending=held,
        outcome=closing.outcome,
        summary=closing.summary,
        therapist_view=closing.therapist_view,
        client_view=closing.client_view,
        client_view_missing_because=closing.client_view_missing_because,
        on=on,
        by=by,
        recorded_at=at,
        kept_until=kept_at_least_until(held, practice, last_on),
    )
    held.stage, held.closed_on = stage, on
    held.save(update_fields=["stage", "closed_on"])
    end_work(held, last_on, by, on_day(at))
    for client in clients_of(held):
        start_clock(client=client, closed=held.assignment, last_on=last_on, on=on)
    plan_asking_after(held, practice, last_on, by)
    is_pressing = set(left_open) > {Step.CLOSE, Step.FOLLOW_UP}
    ask_for_review(about=held, by=by, at=at, is_pressing=is_pressing)
    return closure


@transaction.atomic
def add_addendum(*, ending: Ending, text: str, by: User, at: datetime) -> ClosureAddendum:
    """Add a line after closing; the closing itself stays as it was, and a returned one is asked again."""
    held = hold(ending, by)
    if held.stage not in CLOSED_STAGES:
        raise RuleBroken(_("This file is still open. Write it where it belongs."))
    added = ClosureAddendum.objects.create(ending=held, text=text, by=by, recorded_at=at)
    ask_again_if_returned(ending=held, kind=Review.Kind.CLOSURE, by=by, at=at)
    return added


@transaction.atomic
def record_follow_up(*, follow_up: FollowUp, answer: Answer, by: User, at: datetime) -> FollowUp:
    """Record whether the client arrived. When nobody is left to ask, the ending is asked after.

    Whoever carries the follow-up may do so, also without a right to write in the ending.
    """
    asked = follow_ups.record_follow_up(follow_up=follow_up, answer=answer, by=by, at=at)
    ending = Ending.objects.asked_after_by(asked).select_for_update(of=("self",)).first()
    still_open = FollowUp.objects.filter(assignment=asked.assignment_id).still_open()
    if ending is None or of_ending(still_open, ending).exists():
        return asked
    ending.stage = reach(ending, Step.FOLLOW_UP)
    ending.save(update_fields=["stage"])
    if ending.departure is not None:
        refresh_state(departure=ending.departure, on=on_day(at))
    return asked


def of_ending(rows: FollowUpQuerySet, ending: Ending) -> FollowUpQuerySet:
    """Return those of an ending: of one part in a group only that client's."""
    return rows.filter(client=ending.client_id) if ending.participation_id else rows


def plan_asking_after(ending: Ending, practice: Practice, last_on: date, by: User) -> None:
    """Plan both questions for every client, each with the person who answers for that day (R25)."""
    if ending.not_wanted.filter(step=Step.FOLLOW_UP, corrected_by=None).exists():
        return
    for client in clients_of(ending):
        for days in policy_of(practice).follow_up_days:
            due_on = last_on + timedelta(days=days)
            follow_ups.plan_follow_ups(
                client=client,
                assignment=ending.assignment,
                owner=ending.named_person(due_on) or by,
                last_on=last_on,
                by=by,
                days=[days],
            )


def end_work(ending: Ending, last_on: date, by: User, on: date) -> None:
    """Plan no more sessions. Work without an end ends now, and its therapist carries what is left.

    Of a group only this client's part ends; the others go on.
    Inside a departure the work lasts until the last working day: there is still somebody to ask.
    """
    work, part = ending.assignment, ending.participation
    if part is not None:
        part.left_on = part.left_on or max(last_on, part.joined_on)
        part.save(update_fields=["left_on"])
        return
    if work.ends_on is not None:
        end_cadence(assignment=work, last_on=last_on, by=by, on=on)
        return
    last_day = ending.departure.last_day if ending.departure else on
    ending.assignment = end_assignment(assignment=work, last_on=max(on, last_day), by=by, on=on)
    if ending.carried_by_id is None:
        ending.carried_by = work.therapist
        ending.save(update_fields=["carried_by"])


def kept_at_least_until(ending: Ending, practice: Practice, last_on: date) -> date:
    """Return until when this closing is kept: of several clients, the youngest counts."""
    policy = retention_of(practice)
    return max(
        kept_until(policy, last_on=last_on, born_on=client.born_on) for client in clients_of(ending)
    )
