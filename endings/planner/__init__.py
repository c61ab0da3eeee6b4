"""The plan of a departure as a pure function of facts, setting, decisions and today.

`plan` proposes, `differences` compares two plans. Facts go in as values of `facts`, the plan comes
out as values of `results`; nothing here reads a clock, a database or a model. Why it sweeps and
does not search: docs/adr/0002-plan-by-sweep.md.
"""

from endings.planner.caseload_plan import plan
from endings.planner.changes import differences
from endings.planner.facts import (
    ClientFacts,
    Days,
    Decision,
    Meeting,
    Mode,
    Place,
    Receives,
    Rhythm,
    Setting,
    Taken,
)
from endings.planner.names import (
    Change,
    LostCause,
    ProblemKind,
    Purpose,
    ReasonKind,
    WayKind,
)
from endings.planner.results import (
    ClientPlan,
    Difference,
    Kept,
    LostMeeting,
    MeetingUse,
    Plan,
    Problem,
    Reason,
    Spread,
    Supply,
    Way,
)
from endings.planner.store import decision_as_json, decision_from_json

__all__ = [
    "Change",
    "ClientFacts",
    "ClientPlan",
    "Days",
    "Decision",
    "Difference",
    "Kept",
    "LostCause",
    "LostMeeting",
    "Meeting",
    "MeetingUse",
    "Mode",
    "Place",
    "Plan",
    "Problem",
    "ProblemKind",
    "Purpose",
    "Reason",
    "ReasonKind",
    "Receives",
    "Rhythm",
    "Setting",
    "Spread",
    "Supply",
    "Taken",
    "Way",
    "WayKind",
    "decision_as_json",
    "decision_from_json",
    "differences",
    "plan",
]
