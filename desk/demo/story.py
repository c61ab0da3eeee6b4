"""A departure half-way: planned three weeks ago, agreed, and lived through until today.

Everything is done by the operations that the pages call, in the name of the person who would do it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from caseload.models import Assignment, Session
from core.clock import as_of, now, today
from desk.demo.caseloads import live_through, make_caseload
from desk.demo.people import Staff, make_practice, make_staff
from endings import planner
from endings.models import Closure, Departure, Ending, Review
from endings.models.tellings import Feeling
from endings.operations import closures, departures, handovers, options, plans, steps, tellings
from endings.operations.deciding import decide_review
from endings.operations.endings import open_ending
from endings.operations.exceptions import Explanation
from endings.workflow import Step
from referrals.models import Choice, FollowUp, SearchEntry, Service
from referrals.operations.choices import Chosen
from referrals.operations.demo_directory import load_demo_directory
from referrals.operations.follow_ups import Answer, record_follow_up
from referrals.operations.options import Suggestion, add_option

ZONE = ZoneInfo("Europe/Warsaw")
WORDS = (
    "I am moving to the coast with my family in the new year. It has nothing to do with you or with our"
    " work. I wanted you to hear it from me, and early."
)
REACTIONS = [
    ([Feeling.SADNESS], "Quiet, then sad. Asked whether she had been too much."),
    ([Feeling.ANGER], "Angry first: everybody leaves. Stayed until the end of the hour."),
    ([Feeling.RELIEF, Feeling.GUILT], "Laughed, and said that it might be time anyway."),
    ([Feeling.NOTHING_YET], "Asked nothing. Said: see you next week."),
]
WHYS = ["Close to home, and evenings are possible.", "Speaks the same language, and has a ramp."]


def a_wednesday_after(on: date) -> date:
    """Five weeks from this Wednesday: half of the windows are open, half are not."""
    return on - timedelta(days=on.weekday()) + timedelta(weeks=5, days=2)


def after_work(day: date) -> datetime:
    return datetime.combine(day, time(18), tzinfo=ZONE)


def tell_the_story(password: str) -> Staff:
    """Make the practice and everything that has happened in it until today."""
    on, at = today(), now()
    planned_on = on - timedelta(weeks=3)
    make_practice()
    staff = make_staff(password, on)
    load_demo_directory(by=staff.directory, on=on, at=at)
    work = make_caseload(staff, on, at)
    long_ago = at - timedelta(weeks=60)
    live_through(long_ago, after_work(planned_on))
    earlier_endings(staff, work[-2:], on)
    with as_of(after_work(planned_on)):
        departure = plan_departure(staff, planned_on, a_wednesday_after(on))
    live_until_today(staff, departure, on)
    live_through(long_ago, at - timedelta(hours=1))
    return staff


def plan_departure(staff: Staff, planned_on: date, last_day: date) -> Departure:
    """Draft, plan, send, agree: three weeks ago, with the last working day a little over a month away."""
    marta, at = staff.marta, after_work(planned_on)
    frame = departures.Frame(
        kind=Departure.Kind.LEAVING,
        last_day=last_day,
        reason=Departure.Reason.MOVING,
    )
    departure = departures.start_departure(frame=frame, by=marta, at=at)
    departures.write_words(departure=departure, words=WORDS, by=marta)
    departures.draw_up_plan(departure=departure, by=marta, on=planned_on)
    departures.choose_carrier(departure=departure, carried_by=staff.ilse, of_endings={}, by=marta)
    decide_all(departure, marta, planned_on)
    review = departures.submit_departure(departure=departure, by=marta, at=at)
    agreed_at = at + timedelta(days=1)
    departures.note_opened_by_supervisor(departure=departure, by=staff.anneke, at=agreed_at)
    decide_review(
        review=review,
        decision=Review.Decision.AGREED,
        by=staff.anneke,
        at=agreed_at,
        comment="Thank you for planning this so early. Look after yourself, too.",
    )
    departure.refresh_from_db()
    return departure


def decide_all(departure: Departure, marta: object, on: date) -> None:
    """Take each safe way out, then give a reason for what stays less than agreed."""
    for _round in range(4):
        drawn = plans.draw(departure, on=on)
        if not drawn.plan.needs_decision:
            break
        decided = plans.with_proposals(drawn) or with_reasons(drawn)
        plans.save_plan(departure=departure, decisions=decided, by=departure.therapist, on=on)


def with_reasons(drawn: plans.Drawn) -> dict[UUID, planner.Decision]:
    decided: dict[UUID, planner.Decision] = {}
    for client in drawn.plan.needs_decision:
        for problem in client.problems:
            way = next((one for one in problem.ways if one.keeps is not None), None)
            way = way or next((one for one in problem.ways if one.is_proposed), None)
            if way is None:
                continue
            kept = dict(way.decision.kept)
            if way.keeps is not None:
                kept[way.keeps] = "There is no other meeting we could both come to."
            decided[client.id] = replace(way.decision, kept=kept)
    return decided


def live_until_today(staff: Staff, departure: Departure, on: date) -> None:
    """Tell, offer, hear the choice: what the plan had for the days until yesterday."""
    past = (
        departure.endings.standing()
        .filter(tell_plan_on__lt=on)
        .select_related("assignment__therapist", "client", "tell_session")
    )
    for number, ending in enumerate(past.order_by("tell_plan_on", "client__sort_key")):
        if number == 2:
            missed(ending, staff)
            continue
        with as_of(after_work(ending.tell_plan_on or on)):
            told(ending, number, staff)
        ending.refresh_from_db()
        if number % 2 == 0:
            offered(ending, staff, on)
    for number, ending in enumerate(departure.endings.filter(options_on__lt=on)):
        chosen(ending, number, staff, on)


def told(ending: Ending, number: int, staff: Staff) -> None:
    on = ending.tell_plan_on
    if on is None:
        return
    feelings, reaction = REACTIONS[number % len(REACTIONS)]
    tellings.record_told_in_person(
        ending=ending,
        people=[f"client:{ending.client_id}"],
        told=tellings.Told(
            on=on, session=ending.tell_session, feelings=feelings, reaction=reaction
        ),
        by=staff.marta,
        at=after_work(on),
        short_notice=Explanation(why="Planned so from the start."),
    )


def missed(ending: Ending, staff: Staff) -> None:
    """One telling fell through: the client did not come."""
    if ending.tell_session is not None:
        Session.objects.filter(pk=ending.tell_session.pk).update(
            state=Session.State.MISSED, state_by=staff.marta, state_at=ending.tell_session.ends_at
        )


def offered(ending: Ending, staff: Staff, on: date) -> None:
    day = min(ending.options_plan_on or on, on - timedelta(days=1))
    if ending.told_on is None or day <= ending.told_on:
        return
    option_set = options.open_options(ending=ending, by=staff.marta, on=day)
    for service, why in zip(some_services(), WHYS, strict=False):
        add_option(
            option_set=option_set,
            suggestion=Suggestion(service=service, why=why),
            by=staff.marta,
            at=after_work(day),
        )
    options.record_options_offered(ending=ending, on=day, by=staff.marta, at=after_work(day))


def some_services() -> Sequence[Service]:
    """Two entries that were checked, of two organisations."""
    entries = SearchEntry.objects.select_related("service__organization").order_by("-service__name")
    found: dict[object, Service] = {}
    for entry in entries[:40]:
        found.setdefault(entry.service.organization_id, entry.service)
    return list(found.values())[:2]


def chosen(ending: Ending, number: int, staff: Staff, on: date) -> None:
    option = ending.option_set.options.first() if ending.option_set else None
    if option is None or number % 2:
        return
    day = on - timedelta(days=1)
    options.record_choice(
        ending=ending,
        chosen=Chosen(kind=Choice.Kind.ONE, on=day, options=[option]),
        by=staff.marta,
        at=after_work(day),
    )
    if number == 0:
        ask_ilse(ending, staff, day)


def ask_ilse(ending: Ending, staff: Staff, day: date) -> None:
    """A colleague is asked, says yes, and waits for the client's consent."""
    question = handovers.Question(
        needs="Weekly, in the mornings. Somebody patient.",
        times="Mondays or Thursdays before noon.",
    )
    invitation = handovers.invite_receiver(
        ending=ending, receiver=staff.ilse, question=question, by=staff.marta, at=after_work(day)
    )
    handovers.accept_invitation(invitation=invitation, by=staff.ilse, at=after_work(day))


def earlier_endings(staff: Staff, work: list[Assignment], on: date) -> None:
    """Two people whose work ended before the departure; they were asked after once, and will be again."""
    for number, assignment in enumerate(work):
        told_on = on - timedelta(days=60 - 3 * number)
        last_on = on - timedelta(days=26 - 2 * number)
        with as_of(after_work(told_on)):
            ending = open_ending(assignment=assignment, by=staff.marta, on=told_on)
        Ending.objects.filter(pk=ending.pk).update(
            last_on=last_on, tell_plan_on=told_on, carried_by=staff.ilse
        )
        ending.refresh_from_db()
        with as_of(after_work(told_on)):
            told(ending, number, staff)
            options.record_not_wanted(
                ending=ending,
                step=Step.OPTIONS,
                on=told_on,
                by=staff.marta,
                at=after_work(told_on),
            )
        with as_of(after_work(last_on)):
            say_goodbye(ending, staff, last_on)
        looked_at(ending, staff, last_on + timedelta(days=1))
        asked_after(ending, staff, last_on + timedelta(days=14))


def looked_at(ending: Ending, staff: Staff, on: date) -> None:
    """Anneke reads the closing the day after."""
    with as_of(after_work(on)):
        decide_review(
            review=Review.objects.waiting().get(ending=ending),
            decision=Review.Decision.AGREED,
            by=staff.anneke,
            at=after_work(on),
        )


def asked_after(ending: Ending, staff: Staff, on: date) -> None:
    """Two weeks later Ilse hears that the client is well; she asks once more after six."""
    first = FollowUp.objects.get(client=ending.client, due_on=on)
    answer = Answer(outcome=FollowUp.Arrived.NO, on=on, note="Well, and glad to be asked.")
    with as_of(after_work(on)):
        record_follow_up(follow_up=first, answer=answer, by=staff.ilse, at=after_work(on))


def say_goodbye(ending: Ending, staff: Staff, last_on: date) -> None:
    """The last session and the closing, on one day."""
    steps.record_last_session(
        ending=ending, last=steps.Held(on=last_on), by=staff.marta, at=after_work(last_on)
    )
    closures.close_ending(
        ending=ending,
        closing=closures.Closing(
            outcome=Closure.Outcome.GOOD_END,
            summary="The work came to its end in good time.",
            client_view="I can say no now, and sleep.",
        ),
        on=last_on,
        by=staff.marta,
        at=after_work(last_on),
    )
