"""Everything that is recorded about one ending, read in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from caseload.models import RiskLook
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
    Review,
    Trigger,
)
from endings.operations.people_to_tell import Person, people_to_tell
from endings.workflow import Step, open_steps
from referrals.models import Choice, FollowUp, ReferralOption


@dataclass(frozen=True)
class Records:
    """The rows of one ending; lists that hold versions have the oldest first."""

    people: Sequence[Person]
    not_todays: Sequence[NotToday]
    not_wanted: dict[str, NotWanted]
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


def records_of(ending: Ending) -> Records:
    """Return what is recorded. The ending is in sight already, and so is everything of it."""
    return Records(
        people=people_to_tell(ending),
        not_todays=list(ending.not_todays.select_related("by")),
        not_wanted={
            row.step: row
            for row in ending.not_wanted.filter(corrected_by=None).select_related("by")
        },
        exceptions=list(ending.exceptions.select_related("asked_by", "review__decided_by")),
        risk_look=risk_look_of(ending),
        **options_of(ending),
        consolidation=getattr(ending, "consolidation", None),
        gains=list(ending.gains.all()),
        triggers=list(ending.triggers.all()),
        **handover_of(ending),
        last_sessions=list(
            ending.last_sessions.select_related("by", "session__room").order_by("recorded_at")
        ),
        reviews=reviews_of(ending),
        closure=getattr(ending, "closure", None),
        addenda=list(ending.addenda.select_related("by")),
        follow_ups=follow_ups_of(ending),
    )


def risk_look_of(ending: Ending) -> RiskLook | None:
    """Return the newest look at risk since the ending was begun (R24)."""
    since = RiskLook.objects.filter(client=ending.client_id, on__gte=ending.opened_on)
    return since.select_related("by").newest_first().first()


def options_of(ending: Ending) -> dict[str, Any]:
    if ending.option_set_id is None:
        return {"options": [], "choices": []}
    options = ReferralOption.objects.filter(option_set=ending.option_set_id)
    named = Prefetch(
        "options", ReferralOption.objects.select_related("service", "place__therapist")
    )
    choices = Choice.objects.filter(option_set=ending.option_set_id).order_by("recorded_at")
    return {
        "options": list(options.standing().in_order()),
        "choices": list(choices.select_related("by").prefetch_related(named)),
    }


def handover_of(ending: Ending) -> dict[str, Any]:
    sessions = ending.handover_sessions.select_related("session__room", "held_by")
    return {
        "invitations": list(ending.invitations.select_related("receiver").order_by("invited_at")),
        "consents": list(ending.consents.filter(corrected_by=None)),
        "handovers": list(
            sessions.prefetch_related("corrections__by").order_by("session__starts_at")
        ),
    }


def reviews_of(ending: Ending) -> list[Review]:
    """Return what was put before the supervisor about this ending itself, the newest last."""
    asked = ending.reviews.filter(taken_back_at=None, exception=None)
    return list(asked.select_related("reviewer", "decided_by", "invitation").order_by("asked_at"))


def follow_ups_of(ending: Ending) -> list[FollowUp]:
    rows = FollowUp.objects.filter(assignment=ending.assignment_id, dropped_on=None)
    if ending.participation_id:
        rows = rows.filter(client=ending.client_id)
    return list(rows.select_related("owner", "done_by", "client").in_order())


def done_steps(ending: Ending, facts: Records) -> set[Step]:
    """Return the steps that are complete; *offered and not wanted* completes any."""
    rule = EndingException.Rule
    done = {Step(step) for step in facts.not_wanted}
    recorded = {
        Step.RISK: facts.risk_look,
        Step.TELL: ending.told_on,
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
