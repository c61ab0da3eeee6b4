"""Clients, the work with them, and when it happens."""

from caseload.models.appointments import (
    Appointment,
    AppointmentRun,
    AppointmentSource,
    KnownSeries,
)
from caseload.models.clients import Client, ClientLink, ContactChannel, InvolvedPerson
from caseload.models.episodes import Assignment, Break, Cadence, Episode, Participation
from caseload.models.glass import BreakGlass, BreakGlassReview
from caseload.models.imports import ImportedFrom, ImportIssue, ImportRun
from caseload.models.keeping import ExportParcel, FileRequest, LegalHold
from caseload.models.log import ReadLog
from caseload.models.sessions import Booking, ClosedDay, Room, Session
from caseload.models.work import Commitment, Goal, Place, RiskLook, WaitingEntry

__all__ = [
    "Appointment",
    "AppointmentRun",
    "AppointmentSource",
    "Assignment",
    "Booking",
    "Break",
    "BreakGlass",
    "BreakGlassReview",
    "Cadence",
    "Client",
    "ClientLink",
    "ClosedDay",
    "Commitment",
    "ContactChannel",
    "Episode",
    "ExportParcel",
    "FileRequest",
    "Goal",
    "ImportIssue",
    "ImportRun",
    "ImportedFrom",
    "InvolvedPerson",
    "KnownSeries",
    "LegalHold",
    "Participation",
    "Place",
    "ReadLog",
    "RiskLook",
    "Room",
    "Session",
    "WaitingEntry",
]
