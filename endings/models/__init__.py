"""Departures, endings, tellings, handovers, reviews: facts with their who and when."""

from endings.models.departures import Departure
from endings.models.endings import Ending
from endings.models.exceptions import EndingException, Review, ReviewComment
from endings.models.handovers import (
    Consent,
    HandoverInvitation,
    HandoverSummary,
    HeldPlace,
    SummarySection,
)
from endings.models.meetings import HandoverCorrection, HandoverSession, SignOff
from endings.models.records import Debrief, OutreachAttempt, StepRecord
from endings.models.steps import (
    Closure,
    ClosureAddendum,
    Consolidation,
    Gain,
    LastSession,
    NotWanted,
    Trigger,
)
from endings.models.tellings import NotToday, PersonToTell, Telling

__all__ = [
    "Closure",
    "ClosureAddendum",
    "Consent",
    "Consolidation",
    "Debrief",
    "Departure",
    "Ending",
    "EndingException",
    "Gain",
    "HandoverCorrection",
    "HandoverInvitation",
    "HandoverSession",
    "HandoverSummary",
    "HeldPlace",
    "LastSession",
    "NotToday",
    "NotWanted",
    "OutreachAttempt",
    "PersonToTell",
    "Review",
    "ReviewComment",
    "SignOff",
    "StepRecord",
    "SummarySection",
    "Telling",
    "Trigger",
]
