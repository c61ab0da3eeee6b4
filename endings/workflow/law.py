"""What may be recorded when: playbook × stage × step → allow, warn, refuse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from core.errors import RuleBroken
from endings.workflow.names import PLACE, Need, Playbook, Stage, Step, Verdict
from endings.workflow.playbooks import PLAYBOOKS, has_step

TELLING: Mapping[Playbook, Step] = MappingProxyType(
    {
        Playbook.DEPARTURE: Step.TELL,
        Playbook.SUDDEN: Step.LIVE_VOICE,
        Playbook.INVOLUNTARY: Step.TELL,
    }
)
"""The playbooks in which the client must be told something, and the step that tells it. In the
others the client brings it up or both agree, so nothing waits for a telling."""

BEFORE_TELLING: frozenset[Step] = frozenset(
    {Step.RISK, Step.NAME_COLLEAGUE, Step.GROUND, Step.PRIOR_NOTICE, Step.CONSENT, Step.NO_LAST}
)
"""What does not presuppose that the client knows. Everything else waits for the telling."""

AFTER_CLOSURE: frozenset[Step] = frozenset({Step.FOLLOW_UP})
"""What is still recorded when the file is closed."""


@dataclass(frozen=True)
class Span:
    """In order from `first` to `last` stage, both included; `reaches` is the fact it makes."""

    first: Stage
    last: Stage
    reaches: Stage | None = None


_ANY_TIME = Span(Stage.TO_TELL, Stage.LAST_HELD)
_OPENING = Span(Stage.TO_TELL, Stage.TOLD, reaches=Stage.TOLD)
_BEFORE_LAST = Span(Stage.TOLD, Stage.HANDED_OVER)
_HANDING_OVER = Span(Stage.CHOSEN, Stage.HANDED_OVER, reaches=Stage.HANDED_OVER)

SPANS: Mapping[Step, Span] = MappingProxyType(
    {
        Step.RISK: _ANY_TIME,
        Step.GROUND: Span(Stage.TO_TELL, Stage.TO_TELL),
        Step.PRIOR_NOTICE: Span(Stage.TO_TELL, Stage.TO_TELL),
        Step.NAME_COLLEAGUE: Span(Stage.TO_TELL, Stage.TO_TELL),
        Step.TELL: _OPENING,
        Step.AGREE: _OPENING,
        Step.RETURN_TO_IT: _OPENING,
        Step.TALK: _OPENING,
        Step.REPLY: _OPENING,
        Step.LIVE_VOICE: _OPENING,
        Step.KNOWN: _ANY_TIME,
        Step.CONTACT: _ANY_TIME,
        Step.OUTREACH: _ANY_TIME,
        Step.SUPERVISOR: _ANY_TIME,
        Step.LETTER: _ANY_TIME,
        Step.OPEN_DOOR: _ANY_TIME,
        Step.OBJECTION: Span(Stage.TOLD, Stage.LAST_HELD),
        Step.CONSENT: _ANY_TIME,
        Step.TWO_QUESTIONS: Span(Stage.TOLD, Stage.LAST_HELD),
        Step.OPTIONS: Span(Stage.TOLD, Stage.CHOSEN, reaches=Stage.OPTIONS_OFFERED),
        Step.CHOICE: Span(Stage.OPTIONS_OFFERED, Stage.HANDED_OVER, reaches=Stage.CHOSEN),
        Step.CONSOLIDATE: _BEFORE_LAST,
        Step.TAPER: _BEFORE_LAST,
        Step.GROWTH: _BEFORE_LAST,
        Step.HANDOVER: _HANDING_OVER,
        Step.HANDOVER_FILE: _HANDING_OVER,
        Step.LAST: Span(Stage.CHOSEN, Stage.HANDED_OVER, reaches=Stage.LAST_HELD),
        Step.NO_LAST: Span(Stage.TOLD, Stage.HANDED_OVER),
        Step.DEBRIEF: _ANY_TIME,
        Step.CLOSE: Span(Stage.LAST_HELD, Stage.LAST_HELD, reaches=Stage.CLOSED),
        Step.FOLLOW_UP: Span(Stage.CLOSED, Stage.FOLLOWED_UP, reaches=Stage.FOLLOWED_UP),
    }
)

OWN_SPANS: Mapping[tuple[Playbook, Step], Span] = MappingProxyType(
    {
        (Playbook.SUDDEN, Step.LAST): Span(Stage.TOLD, Stage.HANDED_OVER, reaches=Stage.LAST_HELD),
        (Playbook.SUDDEN, Step.OPTIONS): Span(
            Stage.TOLD, Stage.LAST_HELD, reaches=Stage.OPTIONS_OFFERED
        ),
        (Playbook.SUDDEN, Step.HANDOVER_FILE): Span(
            Stage.OPTIONS_OFFERED, Stage.LAST_HELD, reaches=Stage.HANDED_OVER
        ),
    }
)
"""Sudden absence says goodbye first and finds a place afterwards."""


def span_of(playbook: Playbook | str, step: Step | str) -> Span:
    """Return the stages at which `step` is in order in this playbook.

    A stage that the playbook has no required step for is not waited for.
    """
    playbook, step = Playbook(playbook), Step(step)
    own = OWN_SPANS.get((playbook, step))
    if own is not None:
        return own
    span = SPANS[step]
    reached = (SPANS[row.step].reaches for row in PLAYBOOKS[playbook] if row.need is Need.REQUIRED)
    waited_for = [
        stage for stage in reached if stage is not None and stage.place <= span.first.place
    ]
    first = max(waited_for, key=PLACE.__getitem__, default=Stage.TO_TELL)
    return Span(first, span.last, span.reaches)


def waits_for_telling(playbook: Playbook | str, step: Step | str) -> bool:
    """Say whether `step` presupposes a telling in this playbook (R1, R5)."""
    telling = TELLING.get(Playbook(playbook))
    return telling is not None and step != telling and step not in BEFORE_TELLING


def verdict(
    playbook: Playbook | str,
    stage: Stage | str,
    step: Step | str,
    *,
    not_told_stands: bool = False,
) -> Verdict:
    """Say whether `step` may be recorded while the ending is at `stage`.

    `not_told_stands`: an exception says that this client cannot be told; then what would have
    waited for the telling is warned about, not refused.
    """
    if _refusal(playbook, stage, step, not_told_stands=not_told_stands) is not None:
        return Verdict.REFUSE
    span, place = span_of(playbook, step), Stage(stage).place
    in_order = span.first.place <= place <= span.last.place
    return Verdict.ALLOW if in_order else Verdict.WARN


def stage_after(
    playbook: Playbook | str,
    stage: Stage | str,
    step: Step | str,
    *,
    not_told_stands: bool = False,
) -> Stage:
    """Return the furthest stage reached once `step` is recorded; it never moves back.

    Where several people must know, call it for the telling when the last of them does. Asking
    after somebody before the file is closed moves nothing: closing must stay possible.
    Raises RuleBroken where the table refuses.
    """
    refusal = _refusal(playbook, stage, step, not_told_stands=not_told_stands)
    if refusal is not None:
        raise refusal
    stage, reaches = Stage(stage), span_of(playbook, step).reaches
    skips_closure = reaches is Stage.FOLLOWED_UP and stage.place < Stage.CLOSED.place
    if reaches is None or skips_closure or reaches.place <= stage.place:
        return stage
    return reaches


def stage_of(playbook: Playbook | str, steps: Iterable[Step | str]) -> Stage:
    """Return the stage that the standing facts amount to, in whatever order they were recorded.

    A correction that takes a fact back goes through here: the one way a stage can lie earlier.
    """
    reached = {span_of(playbook, step).reaches for step in steps} - {None}
    if Stage.CLOSED not in reached:
        reached.discard(Stage.FOLLOWED_UP)
    return max((s for s in reached if s), key=PLACE.__getitem__, default=Stage.TO_TELL)


def _refusal(
    playbook: Playbook | str, stage: Stage | str, step: Step | str, *, not_told_stands: bool
) -> RuleBroken | None:
    """Return why `step` is refused at `stage`, or None."""
    if not has_step(playbook, step):
        return RuleBroken(_("This kind of ending has no such step."))
    if Stage(stage).place >= Stage.CLOSED.place and step not in AFTER_CLOSURE:
        return RuleBroken(
            _(
                "This ending is closed and stays as it was. If the person returns, open a new"
                " file that points back to it."
            )
        )
    untold = stage == Stage.TO_TELL and not not_told_stands
    if untold and waits_for_telling(playbook, step):
        return RuleBroken(_("First tell the client. Everything else comes after."))
    return None
