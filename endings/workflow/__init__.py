"""The law of endings as tables: playbook × stage × step → allow, warn, refuse.

No models, no clock, no database. `docs/workflow.md` is written from these tables.

Three sentences make every verdict:

* *Refused* is what presupposes a telling before there is one (R5), and a change after closure.
* *Warned* is what is recorded out of order: it is kept as it happened, with its reason (R23).
* *Allowed* is everything else; corrections never come through here, they are rows of their own.
"""

from endings.workflow.beginnings import BEGINNINGS, Beginning, Cause, Initiator, causes_of
from endings.workflow.law import (
    TELLING,
    Span,
    span_of,
    stage_after,
    stage_of,
    verdict,
    waits_for_telling,
)
from endings.workflow.names import Need, Playbook, Stage, Step, Verdict
from endings.workflow.playbooks import PLAYBOOKS, PlaybookStep, has_step, open_steps, steps_of
from endings.workflow.sheets import SHEETS, Question, Sheet

__all__ = [
    "BEGINNINGS",
    "PLAYBOOKS",
    "SHEETS",
    "TELLING",
    "Beginning",
    "Cause",
    "Initiator",
    "Need",
    "Playbook",
    "PlaybookStep",
    "Question",
    "Sheet",
    "Span",
    "Stage",
    "Step",
    "Verdict",
    "causes_of",
    "has_step",
    "open_steps",
    "span_of",
    "stage_after",
    "stage_of",
    "steps_of",
    "verdict",
    "waits_for_telling",
]
