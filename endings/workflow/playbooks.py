"""The ten playbooks: which steps an ending has, and how much each is asked for (domain.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from endings.workflow.names import Need, Playbook, Step


@dataclass(frozen=True)
class PlaybookStep:
    """One row of a playbook; `instead` is the step that stands in when this one cannot be."""

    step: Step
    need: Need
    instead: Step | None = None


def _required(step: Step, *, instead: Step | None = None) -> PlaybookStep:
    return PlaybookStep(step, Need.REQUIRED, instead)


def _offered(step: Step, *, instead: Step | None = None) -> PlaybookStep:
    return PlaybookStep(step, Need.OFFERED, instead)


_LAST = _required(Step.LAST, instead=Step.NO_LAST)

PLAYBOOKS: Mapping[Playbook, tuple[PlaybookStep, ...]] = MappingProxyType(
    {
        Playbook.DEPARTURE: (
            _offered(Step.RISK),
            _required(Step.TELL),
            _required(Step.OPTIONS),
            _required(Step.CHOICE),
            _offered(Step.CONSOLIDATE),
            PlaybookStep(Step.HANDOVER, Need.IF_RECEIVED),
            _LAST,
            _required(Step.CLOSE),
            _required(Step.FOLLOW_UP),
        ),
        Playbook.GOALS_MET: (
            _required(Step.AGREE),
            _required(Step.CONSOLIDATE),
            _offered(Step.TAPER),
            _offered(Step.GROWTH),
            _LAST,
            _required(Step.CLOSE),
            _offered(Step.FOLLOW_UP),
        ),
        Playbook.GOALS_NOT_MET: (
            _required(Step.AGREE),
            _required(Step.TWO_QUESTIONS),
            _required(Step.OPTIONS),
            _required(Step.CHOICE),
            _LAST,
            _required(Step.CLOSE),
            _required(Step.FOLLOW_UP),
        ),
        Playbook.AGREED_TERM: (
            _required(Step.RETURN_TO_IT),
            _required(Step.OPTIONS),
            _required(Step.CHOICE),
            _offered(Step.CONSOLIDATE),
            _LAST,
            _required(Step.CLOSE),
            _required(Step.FOLLOW_UP),
        ),
        Playbook.ANOTHER_THERAPIST: (
            _required(Step.TALK),
            _required(Step.OPTIONS),
            _required(Step.CHOICE),
            _offered(Step.HANDOVER),
            _required(Step.CLOSE),
            _offered(Step.FOLLOW_UP),
        ),
        Playbook.STOPPED_BY_MESSAGE: (
            _required(Step.REPLY),
            _offered(Step.LAST, instead=Step.NO_LAST),
            _required(Step.RISK),
            _required(Step.DEBRIEF),
            _required(Step.CLOSE),
        ),
        Playbook.LOST_CONTACT: (
            _required(Step.OUTREACH),
            _required(Step.RISK),
            _required(Step.SUPERVISOR),
            _required(Step.LETTER),
            _required(Step.OPEN_DOOR),
            _required(Step.DEBRIEF),
            _required(Step.CLOSE),
        ),
        Playbook.UNAVAILABLE: (
            _required(Step.KNOWN),
            _offered(Step.CONTACT),
            _required(Step.OPTIONS),
            _required(Step.DEBRIEF),
            _required(Step.CLOSE),
        ),
        Playbook.SUDDEN: (
            _required(Step.NAME_COLLEAGUE),
            _required(Step.LIVE_VOICE),
            _LAST,
            _required(Step.OPTIONS),
            _required(Step.HANDOVER_FILE),
            _required(Step.CLOSE),
            _required(Step.FOLLOW_UP),
        ),
        Playbook.INVOLUNTARY: (
            _required(Step.GROUND),
            _required(Step.PRIOR_NOTICE),
            _required(Step.TELL),
            _required(Step.RISK),
            _required(Step.OBJECTION),
            _required(Step.CONSENT),
            _required(Step.OPTIONS),
            _LAST,
            _required(Step.CLOSE),
            _required(Step.FOLLOW_UP),
        ),
    }
)


def steps_of(playbook: Playbook | str) -> tuple[PlaybookStep, ...]:
    """Return the rows of a playbook, in the order of the work."""
    return PLAYBOOKS[Playbook(playbook)]


def has_step(playbook: Playbook | str, step: Step | str) -> bool:
    """Say whether the playbook knows `step`, itself or in place of another."""
    return any(step in (row.step, row.instead) for row in steps_of(playbook))


def open_steps(
    playbook: Playbook | str, done: Iterable[Step | str], *, somebody_receives: bool = False
) -> tuple[Step, ...]:
    """Return what the playbook still asks for, in its order; offered steps never stand open.

    `done` holds every step with a fact, *offered and not wanted* included.
    """
    known = set(done)
    needs = {Need.REQUIRED, Need.IF_RECEIVED} if somebody_receives else {Need.REQUIRED}
    return tuple(
        row.step
        for row in steps_of(playbook)
        if row.need in needs and row.step not in known and row.instead not in known
    )
