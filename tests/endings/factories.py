"""Departures and endings, for every test. Rows are created as the app's role.

DepartureFactory()                         under way, five weeks before the last working day
DepartureFactory(draft=True)               seen by nobody else
EndingFactory()                            planned: to tell in a week, last session in four weeks
EndingFactory(told=True)                   each trait brings the facts of those before it:
                                           told, options_offered, chosen, last_held, closed
EndingFactory(departure=None)              an ending alone
EndingFactory(departure=of_marta)          joins that departure; `assignment=`, `therapist=`, `client=` as said
"""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from caseload.models import Assignment, Client
from core.clock import now, today
from endings.models import (
    Closure,
    Debrief,
    Departure,
    Ending,
    EndingException,
    LastSession,
    NotWanted,
    OutreachAttempt,
    PersonToTell,
    Review,
    StepRecord,
    Telling,
)
from endings.workflow import Stage, Step
from referrals.models import Choice, ChoiceOption, OptionSet, ReferralOption
from tests.accounts.factories import SupervisorFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, PlaceFactory

WORDS = "I am moving to the coast in January. It has nothing to do with you or with our work."


def days_from_now(days: int) -> Any:
    """Return a lazy date, `days` from the clock's today."""
    return factory.LazyFunction(lambda: today() + timedelta(days=days))


class DepartureFactory(DjangoModelFactory):
    class Meta:
        model = Departure

    class Params:
        draft = factory.Trait(
            state=Departure.State.DRAFT,
            submitted_at=None,
            opened_by_supervisor_at=None,
            agreed_at=None,
        )

    therapist = factory.SubFactory(UserFactory)
    state = Departure.State.UNDER_WAY
    reason = Departure.Reason.MOVING
    words = WORDS
    last_day = days_from_now(35)
    carried_by = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(now)
    submitted_at = factory.LazyFunction(now)
    opened_by_supervisor_at = factory.LazyFunction(now)
    agreed_at = factory.LazyFunction(now)


# The furthest fact of each trait, and how many days ago it was recorded.
WAY = {"told": 28, "options_offered": 21, "chosen": 14, "last_held": 1, "closed": 0}
STAGES = [Stage.TOLD, Stage.OPTIONS_OFFERED, Stage.CHOSEN, Stage.LAST_HELD, Stage.CLOSED]
COLUMNS = ["told_on", "options_on", "chosen_on", "last_held_on", "closed_on"]


class EndingFactory(DjangoModelFactory):
    """An ending in a therapist's open departure, with the facts up to the trait that is asked for."""

    class Meta:
        model = Ending

    class Params:
        told = False
        options_offered = False
        chosen = False
        last_held = False
        closed = False

    opened_on = days_from_now(-40)
    tell_plan_on = days_from_now(7)
    options_plan_on = days_from_now(14)
    choice_plan_on = days_from_now(21)
    last_on = days_from_now(28)
    window_opens_on = days_from_now(0)
    window_closes_on = days_from_now(7)

    @classmethod
    def _adjust_kwargs(cls, **facts: Any) -> dict[str, Any]:
        therapist: User | None = facts.pop("therapist", None)
        client: Client | None = facts.pop("client", None)
        departure = facts.get("departure")
        if departure is not None:
            therapist = therapist or departure.therapist
        assignment: Assignment = facts.get("assignment") or AssignmentFactory.create(
            therapist=therapist or UserFactory.create(), client=client
        )
        if "departure" not in facts:
            facts["departure"] = departure_of(assignment.therapist)
        return (
            facts
            | {"assignment": assignment, "episode": assignment.episode}
            | {"client": client or first_client_of(assignment)}
        )

    @classmethod
    def _create(cls, model_class: type[Ending], *args: Any, **facts: Any) -> Ending:
        ending: Ending = super()._create(model_class, *args, **facts)
        PersonToTell.objects.create(ending=ending, client=ending.client)
        return ending

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Ending:
        reached = [name for name in WAY if params.get(name)]
        ending: Ending = super()._generate(strategy, params)
        if reached:
            bring_to(ending, reached[-1])
        return ending


def departure_of(therapist: User) -> Departure:
    """Return the therapist's open departure, or a new one: there is one at a time."""
    there = Departure.objects.filter(therapist=therapist).open().first()
    return there or DepartureFactory.create(therapist=therapist)


def first_client_of(assignment: Assignment) -> Client:
    return assignment.episode.participations.select_related("client").order_by("pk")[0].client


def bring_to(ending: Ending, name: str) -> None:
    """Write the facts from the telling up to `name`, with their columns and the stage."""
    names = list(WAY)[: list(WAY).index(name) + 1]
    for place, fact in enumerate(names):
        on = today() - timedelta(days=WAY[fact])
        FACTS[fact](ending, on)
        setattr(ending, COLUMNS[place], on)
    ending.told_by = ending.assignment.therapist
    ending.stage = STAGES[len(names) - 1]
    ending.save()


def tell(ending: Ending, on: Any) -> None:
    for person in ending.people_to_tell.filter(must=True):
        TellingFactory.create(ending=ending, person=person, on=on)


def offer(ending: Ending, on: Any) -> None:
    therapist = ending.assignment.therapist
    work = {
        "client": ending.client,
        "episode": ending.episode,
        "assignment": ending.assignment,
    }
    ending.option_set = OptionSet.objects.create(
        **work, opened_on=on, opened_by=therapist, offered_on=on, offered_by=therapist
    )
    for position in range(2):
        ReferralOption.objects.create(
            **work,
            option_set=ending.option_set,
            place=PlaceFactory.create(),
            why="Warm, and close to home.",
            position=position,
            added_at=now(),
            added_by=therapist,
            offered_on=on,
            snapshot={"kind": "place", "name": f"Place {position}"},
        )


def choose(ending: Ending, on: Any) -> None:
    option_set = ending.option_set
    assert option_set is not None
    choice = Choice.objects.create(
        option_set=option_set,
        client=ending.client,
        episode=ending.episode,
        assignment=ending.assignment,
        kind=Choice.Kind.ONE,
        on=on,
        by=ending.assignment.therapist,
        recorded_at=now(),
    )
    first = option_set.options.in_order().first()  # type: ignore[attr-defined]
    ChoiceOption.objects.create(choice=choice, option=first)


def hold_last(ending: Ending, on: Any) -> None:
    LastSessionFactory.create(ending=ending, on=on)


def close(ending: Ending, on: Any) -> None:
    ClosureFactory.create(ending=ending, on=on)


FACTS = dict(zip(WAY, [tell, offer, choose, hold_last, close], strict=True))


class PersonToTellFactory(DjangoModelFactory):
    """An involved person who must know: PersonToTellFactory(ending=…, involved=…)."""

    class Meta:
        model = PersonToTell

    ending = factory.SubFactory(EndingFactory)


class TellingFactory(DjangoModelFactory):
    """The client was told in the room, today; the columns of the ending stay as they are."""

    class Meta:
        model = Telling

    ending = factory.SubFactory(EndingFactory)
    person = factory.LazyAttribute(
        lambda row: row.ending.people_to_tell.get(client=row.ending.client)
    )
    on = factory.LazyFunction(today)
    words = WORDS
    feelings = ["sadness"]
    reaction = "Quiet, then sad."
    by = factory.SelfAttribute("ending.assignment.therapist")
    recorded_at = factory.LazyFunction(now)


class StepRecordFactory(DjangoModelFactory):
    """What was agreed on ending together."""

    class Meta:
        model = StepRecord

    ending = factory.SubFactory(EndingFactory)
    step = Step.AGREE
    on = factory.LazyFunction(today)
    answers = '{"brought_up": "client", "agreed": "Six more meetings."}'
    by = factory.SelfAttribute("ending.assignment.therapist")
    recorded_at = factory.LazyFunction(now)


class OutreachAttemptFactory(DjangoModelFactory):
    class Meta:
        model = OutreachAttempt

    ending = factory.SubFactory(EndingFactory)
    on = factory.LazyFunction(today)
    channel = OutreachAttempt.By.PHONE
    outcome = OutreachAttempt.Outcome.NO_ANSWER
    note = "Nobody picked up."
    by = factory.SelfAttribute("ending.assignment.therapist")
    recorded_at = factory.LazyFunction(now)


class DebriefFactory(DjangoModelFactory):
    class Meta:
        model = Debrief

    ending = factory.SubFactory(EndingFactory)
    by = factory.SelfAttribute("ending.assignment.therapist")
    feelings = "relief guilt"
    words = "I am tired, and glad it is over."
    on = factory.LazyFunction(today)


class LastSessionFactory(DjangoModelFactory):
    class Meta:
        model = LastSession

    ending = factory.SubFactory(EndingFactory, chosen=True)
    on = factory.LazyFunction(today)
    by = factory.SelfAttribute("ending.assignment.therapist")
    recorded_at = factory.LazyFunction(now)


class ClosureFactory(DjangoModelFactory):
    class Meta:
        model = Closure

    ending = factory.SubFactory(EndingFactory, last_held=True)
    outcome = Closure.Outcome.GOOD_END
    client_view = "I know now that I can ask."
    therapist_view = "Steady work, a good goodbye."
    summary = "Two years; sleep and the quarrels at home are better."
    on = factory.LazyFunction(today)
    by = factory.SelfAttribute("ending.assignment.therapist")
    recorded_at = factory.LazyFunction(now)
    kept_until = factory.LazyFunction(lambda: today() + timedelta(days=3652))


class NotWantedFactory(DjangoModelFactory):
    class Meta:
        model = NotWanted

    ending = factory.SubFactory(EndingFactory, told=True)
    step = Step.OPTIONS
    on = factory.LazyFunction(today)
    by = factory.SelfAttribute("ending.assignment.therapist")
    recorded_at = factory.LazyFunction(now)


class EndingExceptionFactory(DjangoModelFactory):
    class Meta:
        model = EndingException

    ending = factory.SubFactory(EndingFactory)
    rule = EndingException.Rule.SHORT_NOTICE
    why = "The post ends sooner than we knew."
    instead = "One extra session each week."
    asked_by = factory.SelfAttribute("ending.assignment.therapist")
    asked_on = factory.LazyFunction(today)
    recorded_at = factory.LazyFunction(now)


class ReviewFactory(DjangoModelFactory):
    """A supervisor is asked about an exception."""

    class Meta:
        model = Review

    kind = Review.Kind.EXCEPTION
    exception = factory.SubFactory(EndingExceptionFactory)
    ending = factory.SelfAttribute("exception.ending")
    author = factory.SelfAttribute("exception.asked_by")
    reviewer = factory.SubFactory(SupervisorFactory)
    asked_at = factory.LazyFunction(now)
    due_on = days_from_now(2)
