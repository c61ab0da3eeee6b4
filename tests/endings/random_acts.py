"""A departure in the hands of people who do anything at any time: what a random run may do.

An act is done by anybody who might try it. It may be refused in words, or because that person cannot see
the row; whatever else comes out is a fault, and what the database holds afterwards keeps every law.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.models import User
from caseload.models import Client
from core.actor import acting
from core.clock import as_of
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import (
    Closure,
    Departure,
    Ending,
    EndingException,
    HandoverInvitation,
    LastSession,
    NotToday,
    Review,
    Telling,
)
from endings.models.endings import CLOSED_STAGES
from endings.models.handovers import Section
from endings.operations import (
    closures,
    deciding,
    departures,
    endings,
    exceptions,
    handovers,
    options,
    steps,
    tellings,
)
from endings.operations.exceptions import Explanation
from endings.operations.people_to_tell import people_to_tell
from endings.workflow import Stage, Step
from referrals.models import Choice
from referrals.operations.choices import Chosen
from tests.endings.leaving import Leaving

SAYS_NO = (RuleBroken, ChangedMeanwhile, ObjectDoesNotExist, PermissionDenied)
WHO = (*["therapist"] * 7, "supervisor", "stays", "stranger")
PEOPLE, CLIENTS = st.sampled_from(WHO), st.integers(0, 2)
DAYS_AGO = st.sampled_from([0, 0, 0, 0, 1, 7, 30, -1])
KEPT_FOR_GOOD = (Telling, LastSession, Closure, EndingException, NotToday, Choice)


class RandomActs(RuleBasedStateMachine):
    """A departure of three clients: one to be told, one who knows, one who has chosen.

    `leaving`, `departure`, `stranger` and `began` are set by the test.
    """

    leaving: Leaving
    departure: Departure
    stranger: User
    began: datetime

    def __init__(self) -> None:
        super().__init__()
        self.at = self.began
        self.done = self.refused = 0
        self.counted = dict.fromkeys(KEPT_FOR_GOOD, 0)
        self.closed: dict[Any, Any] = {}
        self.work = transaction.atomic()
        self.work.__enter__()
        self.people = {
            "therapist": self.leaving.therapist,
            "supervisor": self.leaving.supervisor,
            "stays": self.leaving.stays,
            "stranger": self.stranger,
        }

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.work.__exit__(None, None, None)

    def act(self, who: str, operation: Callable[..., Any], **words: Any) -> None:
        """Let somebody try something now; count whether it was done."""
        by = self.people[who]
        with as_of(self.at), acting(by):
            try:
                operation(by=by, at=self.at, **words)
            except SAYS_NO:
                self.refused += 1
            else:
                self.done += 1

    def ending(self, client: int) -> Ending:
        rows = Ending.objects.filter(departure=self.departure).order_by("opened_on", "pk")
        return rows[client]

    def day(self, ago: int) -> date:
        return (self.at - timedelta(days=ago)).date()

    # --- time -----------------------------------------------------------------------------------
    @rule(days=st.integers(1, 21))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)

    # --- the plan -------------------------------------------------------------------------------
    @rule(who=PEOPLE, decision=st.sampled_from(Review.Decision.values), words=st.booleans())
    def somebody_answers(self, who: str, decision: str, words: bool) -> None:
        review = Review.objects.waiting().filter(departure=self.departure).first()
        if review is not None:
            comment = "Please look at Tuesday again." if words else ""
            about = {"review": review, "decision": Review.Decision(decision), "comment": comment}
            self.act(who, deciding.decide_review, **about)

    @rule(who=PEOPLE, days=st.integers(-7, 60), change=st.integers(0, 7))
    def the_plan_changes(self, who: str, days: int, change: int) -> None:
        """What is done once in a departure, and takes long to plan: seldom."""
        last_day = (self.at + timedelta(days=days)).date()
        if change == 0:
            self.act(who, departures.submit_departure, departure=self.departure)
        elif change == 1:
            self.act(who, departures.take_back_submission, departure=self.departure)
        elif change == 2:
            self.act(who, departures.move_last_day, departure=self.departure, last_day=last_day)
        elif change == 3 and days > 45:
            self.act(who, departures.withdraw_departure, departure=self.departure)

    # --- the telling ----------------------------------------------------------------------------
    @rule(who=PEOPLE, client=CLIENTS, ago=DAYS_AGO, how=st.sampled_from(Telling.How.values))
    def somebody_tells(self, who: str, client: int, ago: int, how: str) -> None:
        ending = self.ending(client)
        told = tellings.Told(on=self.day(ago), how=Telling.How(how), why_not_in_person="Ill.")
        everybody = [person.key for person in people_to_tell(ending)]
        self.act(who, tellings.record_told_in_person, ending=ending, people=everybody, told=told)

    @rule(who=PEOPLE, client=CLIENTS)
    def somebody_takes_a_telling_back(self, who: str, client: int) -> None:
        newest = self.ending(client).tellings.order_by("-recorded_at").first()
        if newest is not None:
            self.act(who, tellings.take_back_telling, telling=newest, because="Another file.")

    @rule(who=PEOPLE, client=CLIENTS)
    def not_today(self, who: str, client: int) -> None:
        why_not = tellings.NotNow(on=self.day(0), because=NotToday.Because.CRISIS)
        self.act(who, tellings.record_not_today, ending=self.ending(client), why_not=why_not)

    @rule(who=PEOPLE, client=CLIENTS, rule_=st.sampled_from(EndingException.Rule.values))
    def something_is_not_possible(self, who: str, client: int, rule_: str) -> None:
        about = {"ending": self.ending(client), "explanation": Explanation("Moved.", "A letter.")}
        if rule_ == EndingException.Rule.NOT_TOLD:
            self.act(who, exceptions.record_not_told_exception, **about)
        else:
            chosen = EndingException.Rule(rule_)
            self.act(who, exceptions.record_exception, rule=chosen, **about)

    # --- what follows ---------------------------------------------------------------------------
    @rule(who=PEOPLE, client=CLIENTS, ago=DAYS_AGO)
    def options_are_given(self, who: str, client: int, ago: int) -> None:
        about = {"ending": self.ending(client), "on": self.day(ago), "fewer_because": "Rural."}
        self.act(who, options.record_options_offered, **about)

    @rule(who=PEOPLE, client=CLIENTS, ago=DAYS_AGO, kind=st.sampled_from(Choice.Kind.values))
    def a_choice_is_heard(self, who: str, client: int, ago: int, kind: str) -> None:
        chosen = Chosen(kind=Choice.Kind(kind), on=self.day(ago), declares_interest=True)
        self.act(who, options.record_choice, ending=self.ending(client), chosen=chosen)

    @rule(who=PEOPLE, client=CLIENTS, step=st.sampled_from(Step))
    def something_is_not_wanted(self, who: str, client: int, step: Step) -> None:
        about = {"ending": self.ending(client), "step": step, "on": self.day(0)}
        self.act(who, options.record_not_wanted, **about)

    @rule(who=PEOPLE, client=CLIENTS)
    def a_colleague_is_asked(self, who: str, client: int) -> None:
        question = handovers.Question("Grief, and a slow pace.", "Mondays")
        about = {"ending": self.ending(client), "receiver": self.people["stays"]}
        self.act(who, handovers.invite_receiver, question=question, **about)

    @rule(
        who=PEOPLE,
        client=CLIENTS,
        answer=st.sampled_from(
            [
                handovers.accept_invitation,
                handovers.accept_invitation,
                handovers.confirm_no_conflict,
                handovers.declare_conflict,
                handovers.decline_invitation,
                handovers.withdraw_invitation,
            ]
        ),
    )
    def the_question_is_answered(self, who: str, client: int, answer: Any) -> None:
        asked = self.ending(client).invitations.order_by("-invited_at").first()
        if asked is not None:
            self.act(who, answer, invitation=asked)

    @rule(who=PEOPLE, client=CLIENTS, ahead=st.integers(0, 10), sections=st.booleans())
    def the_client_agrees(self, who: str, client: int, ahead: int, sections: bool) -> None:
        ending = self.ending(client)
        agreed = handovers.Agreed(
            sections=[Section.IDENTITY, Section.GOALS] if sections else [],
            given_on=self.day(0),
            opens_on=self.day(-ahead),
            corrects=ending.consents.current().filter(receiver=self.people["stays"]).first(),
        )
        self.act(who, handovers.record_consent, ending=ending, agreed=agreed)

    @rule(who=PEOPLE, client=CLIENTS, ago=DAYS_AGO)
    def they_say_goodbye(self, who: str, client: int, ago: int) -> None:
        last = steps.Held(on=self.day(ago))
        self.act(who, steps.record_last_session, ending=self.ending(client), last=last)

    @rule(who=PEOPLE, client=CLIENTS, ago=DAYS_AGO)
    def the_file_is_closed(self, who: str, client: int, ago: int) -> None:
        closing = closures.Closing(
            outcome=Closure.Outcome.values[0], summary="It was good work.", client_view="So it was."
        )
        about = {"ending": self.ending(client), "closing": closing, "on": self.day(ago)}
        self.act(who, closures.close_ending, **about)

    @rule(who=PEOPLE, client=CLIENTS)
    def a_second_ending_is_tried(self, who: str, client: int) -> None:
        open_now = self.ending(client)
        work = open_now.assignment  # looked at before anybody acts, who may not see it

        def try_it(*, by: User, at: datetime) -> None:
            endings.open_ending(assignment=work, by=by, on=at.date())

        before = Ending.objects.filter(withdrawn_on=None, closed_on=None).count()
        self.act(who, try_it)
        if open_now.withdrawn_on is None and open_now.closed_on is None:
            assert Ending.objects.filter(withdrawn_on=None, closed_on=None).count() == before

    # --- the laws -------------------------------------------------------------------------------
    @invariant()
    def the_database_is_content(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")

    @invariant()
    def nothing_goes_before_the_telling(self) -> None:
        for ending in Ending.objects.filter(departure=self.departure):
            if ending.told_on is None and not ending.has_not_told_exception:
                assert ending.stage == Stage.TO_TELL

    @invariant()
    def everybody_has_a_named_person_who_is_still_here(self) -> None:
        for ending in Ending.objects.filter(departure=self.departure, withdrawn_on=None):
            assert ending.carried_by_id is not None
            for days in (0, 400):
                who = ending.named_person((self.at + timedelta(days=days)).date())
                assert who is not None

    @invariant()
    def facts_are_never_lost(self) -> None:
        for kind, before in self.counted.items():
            self.counted[kind] = kind.objects.count()
            assert self.counted[kind] >= before, kind

    @invariant()
    def what_is_closed_stays_closed(self) -> None:
        for ending in Ending.objects.filter(stage__in=CLOSED_STAGES):
            closed = (ending.closed_on, ending.told_on is not None)
            assert self.closed.setdefault(ending.pk, closed) == closed

    @invariant()
    def a_stranger_sees_nobody(self) -> None:
        with as_of(self.at), acting(self.stranger):
            assert not Client.objects.visible_to(self.stranger).exists()

    @invariant()
    def the_receiver_sees_whom_telling_consent_and_acceptance_opened(self) -> None:
        receiver = self.people["stays"]
        with as_of(self.at), acting(receiver):
            seen = set(Client.objects.visible_to(receiver).values_list("pk", flat=True))
        for ending in Ending.objects.filter(departure=self.departure):
            carries = ending.named_person(self.at.date()) == receiver  # after the last working day
            asks = ending.assignment.follow_ups.filter(owner=receiver, dropped_on=None).exists()
            if ending.client_id in seen and not carries and not asks:
                assert ending.told_on is not None, "seen before the telling"
                states = {"accepted"}
                asked = HandoverInvitation.objects.filter(ending=ending, receiver=receiver)
                assert asked.filter(state__in=states).exists(), "seen without having accepted"
