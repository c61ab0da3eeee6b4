"""Everything that is recorded about one ending, read in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, Prefetch, QuerySet

from caseload.models import RiskLook
from core.rows import Columns, rows_of, said
from endings.models import (
    Closure,
    ClosureAddendum,
    Consent,
    Consolidation,
    Ending,
    EndingException,
    Gain,
    HandoverInvitation,
    HandoverSession,
    LastSession,
    NotToday,
    NotWanted,
    OutreachAttempt,
    Review,
    StepRecord,
    Trigger,
)
from endings.operations.outreach import is_enough
from endings.operations.people_to_tell import Person, people_to_tell
from endings.workflow import TELLING, Playbook, Step, open_steps
from referrals.models import Choice, FollowUp, ReferralOption


@dataclass(frozen=True)
class Records:
    """The rows of one ending; lists that hold versions have the oldest first."""

    people: Sequence[Person]
    not_todays: Sequence[NotToday]
    not_wanted: dict[str, NotWanted]
    step_records: Sequence[StepRecord]
    attempts: Sequence[OutreachAttempt]
    exceptions: Sequence[EndingException]
    risk_look: RiskLook | None
    options: Sequence[ReferralOption]
    choices: Sequence[Choice]
    consolidation: Consolidation | None
    gains: Sequence[Gain]
    triggers: Sequence[Trigger]
    invitations: Sequence[HandoverInvitation]
    consents: Sequence[Consent]
    handovers: Sequence[HandoverSession]
    last_sessions: Sequence[LastSession]
    reviews: Sequence[Review]
    closure: Closure | None
    addenda: Sequence[ClosureAddendum]
    follow_ups: Sequence[FollowUp]

    @property
    def choice(self) -> Choice | None:
        """The choice that stands."""
        replaced = {choice.corrects_id for choice in self.choices}
        return next((one for one in self.choices if one.pk not in replaced), None)

    def records_of(self, step: str) -> list[StepRecord]:
        """Return every version of what was recorded at a step, the oldest first."""
        return [one for one in self.step_records if one.step == step]

    def agreed_to(self, kind: str) -> bool:
        """Whether somebody else has said yes to this."""
        yes = Review.Decision.AGREED
        return any(one.kind == kind and one.decision == yes for one in self.reviews)

    @property
    def handover(self) -> HandoverSession | None:
        """The meeting of three that is planned or was held; not one that was called off or taken back."""
        return next((one for one in self.handovers if one.cancelled_on is None), None)

    @property
    def last_session(self) -> LastSession | None:
        """The newest version of the last session."""
        return self.last_sessions[-1] if self.last_sessions else None

    def explained(self, rule: str) -> EndingException | None:
        """Return the exception that stands for this rule."""
        standing = (one for one in self.exceptions if one.rule == rule and not one.taken_back_on)
        return next(standing, None)

    @property
    def somebody_receives(self) -> bool:
        """Whether a colleague was asked and has not said no, or their place was chosen."""
        asked = any(one.state in ("sent", "accepted") for one in self.invitations)
        chosen = self.choice.options.all() if self.choice else []
        return asked or any(option.place_id for option in chosen)


NAME = ("name",)


def records_of(ending: Ending) -> Records:
    """Return what is recorded, in a handful of questions. The ending is in sight, and so is all of it."""
    rows = listed_of(ending)
    return Records(
        people=people_to_tell(ending),
        not_wanted={row.step: row for row in rows.pop("not_wanted")},
        exceptions=list(ending.exceptions.select_related("asked_by", "review__decided_by")),
        risk_look=next(iter(rows.pop("risk_looks")), None),
        choices=choices_of(ending),
        consolidation=getattr(ending, "consolidation", None),
        handovers=handovers_of(ending),
        closure=getattr(ending, "closure", None),
        **rows,
    )


def listed_of(ending: Ending) -> dict[str, list[Any]]:
    """Return the lists of facts that hang below an ending, by name: all of them in one question."""
    lists = lists_of(ending)
    arrays = [array for _model, array in lists.values()]
    answer: Any = Ending.objects.filter(pk=ending.pk).values_list(*arrays).get()
    return {
        name: rows_of(model, objects)
        for (name, (model, _array)), objects in zip(lists.items(), answer, strict=True)
    }


def lists_of(ending: Ending) -> dict[str, tuple[type[Model], ArraySubquery]]:
    """Return of each list the rows that are asked for, and as what they come back."""
    met: dict[str, Columns] = {"session": (), "session__room": ()}
    last = ending.last_sessions.order_by("recorded_at")
    asked = ending.invitations.order_by("invited_at")
    declined = ending.not_wanted.filter(corrected_by=None)
    put_before = ending.reviews.filter(taken_back_at=None, exception=None).order_by("asked_at")
    return {
        "not_todays": (NotToday, said(ending.not_todays.all(), by=NAME)),
        "not_wanted": (NotWanted, said(declined, by=NAME)),
        "step_records": (StepRecord, said(ending.step_records.all(), by=NAME)),
        "attempts": (OutreachAttempt, said(ending.attempts.filter(corrected_by=None), by=NAME)),
        "risk_looks": (RiskLook, said(newest_look(ending), by=NAME)),
        "options": (ReferralOption, said(options_of(ending))),
        "gains": (Gain, said(ending.gains.all())),
        "triggers": (Trigger, said(ending.triggers.all())),
        "invitations": (HandoverInvitation, said(asked, receiver=NAME)),
        "consents": (Consent, said(ending.consents.filter(corrected_by=None))),
        "last_sessions": (LastSession, said(last, by=NAME, **met)),
        "reviews": (Review, said(put_before, reviewer=NAME, decided_by=NAME, invitation=())),
        "addenda": (ClosureAddendum, said(ending.addenda.all(), by=NAME)),
        "follow_ups": (FollowUp, said(follow_ups_of(ending), owner=NAME, done_by=NAME, client=())),
    }


def newest_look(ending: Ending) -> QuerySet[RiskLook]:
    """Return the newest look at risk since the ending was begun (R24)."""
    since = RiskLook.objects.filter(client=ending.client_id, on__gte=ending.opened_on)
    return since.newest_first()[:1]


def options_of(ending: Ending) -> QuerySet[ReferralOption]:
    return ReferralOption.objects.filter(option_set=ending.option_set_id).standing().in_order()


def choices_of(ending: Ending) -> list[Choice]:
    if ending.option_set_id is None:
        return []
    named = Prefetch(
        "options", ReferralOption.objects.select_related("service", "place__therapist")
    )
    choices = Choice.objects.filter(option_set=ending.option_set_id).order_by("recorded_at")
    return list(choices.select_related("by").prefetch_related(named))


def handovers_of(ending: Ending) -> list[HandoverSession]:
    """Return the meetings of three, with what was corrected of them."""
    sessions = ending.handover_sessions.select_related("session__room", "held_by")
    return list(sessions.prefetch_related("corrections__by").order_by("session__starts_at"))


def follow_ups_of(ending: Ending) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(assignment=ending.assignment_id, dropped_on=None)
    if ending.participation_id:
        rows = rows.filter(client=ending.client_id)
    return rows.in_order()


def done_steps(ending: Ending, facts: Records) -> set[Step]:
    """Return the steps that are complete; *offered and not wanted* completes any."""
    rule = EndingException.Rule
    done = {Step(step) for step in facts.not_wanted}
    done |= {Step(one.step) for one in facts.step_records}
    recorded = {
        Step.RISK: facts.risk_look,
        TELLING.get(Playbook(ending.playbook), Step.TELL): ending.told_on,
        Step.CONSENT: facts.agreed_to(Review.Kind.EXIT),
        Step.OUTREACH: is_enough(list(facts.attempts)),
        Step.OPTIONS: ending.options_on,
        Step.CHOICE: ending.chosen_on,
        Step.CONSOLIDATE: facts.consolidation,
        Step.HANDOVER: ending.handed_over_on or facts.explained(rule.NO_HANDOVER),
        Step.LAST: ending.last_held_on,
        Step.NO_LAST: facts.explained(rule.NO_LAST),
        Step.CLOSE: ending.closed_on,
        Step.FOLLOW_UP: facts.follow_ups and all(one.done_on for one in facts.follow_ups),
    }
    return done | {step for step, fact in recorded.items() if fact}


def open_steps_of(ending: Ending, facts: Records) -> tuple[Step, ...]:
    """Return what the playbook still asks for, in its order."""
    done = done_steps(ending, facts)
    return open_steps(ending.playbook, done, somebody_receives=facts.somebody_receives)
