"""A decision as plain JSON values and back, for the draft that a person leaves and returns to."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from endings.planner.facts import Decision, Meeting, Mode, Receives
from endings.planner.names import ProblemKind

INSTANTS = ("telling_at", "options_at", "choice_at", "handover_at", "last_at")


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """Return only what is decided; an empty decision is `{}`. Reasons are the person's own words."""
    instants = {name: getattr(decision, name) for name in INSTANTS}
    stored: dict[str, Any] = {name: at.isoformat() for name, at in instants.items() if at}
    if decision.extra:
        stored["extra"] = [_meeting_as_json(meeting) for meeting in decision.extra]
    if decision.kept:
        stored["kept"] = {kind.value: reason for kind, reason in decision.kept.items()}
    if decision.carried_by:
        stored["carried_by"] = str(decision.carried_by)
    if decision.receives:
        stored["receives"] = decision.receives.value
    return stored


def decision_from_json(stored: Mapping[str, Any]) -> Decision:
    """Return what `decision_as_json` stored. Raises ValueError or KeyError for anything else."""
    instants = {name: datetime.fromisoformat(stored[name]) for name in INSTANTS if stored.get(name)}
    kept = {ProblemKind(kind): str(reason) for kind, reason in stored.get("kept", {}).items()}
    carried_by, receives = stored.get("carried_by"), stored.get("receives")
    return Decision(
        **instants,
        extra=tuple(_meeting_from_json(meeting) for meeting in stored.get("extra", ())),
        kept=MappingProxyType(kept),
        carried_by=UUID(carried_by) if carried_by else None,
        receives=Receives(receives) if receives else None,
    )


def _meeting_as_json(meeting: Meeting) -> dict[str, Any]:
    return {
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "mode": meeting.mode.value,
        "room_id": str(meeting.room_id) if meeting.room_id else None,
    }


def _meeting_from_json(stored: Mapping[str, Any]) -> Meeting:
    room_id = stored["room_id"]
    return Meeting(
        datetime.fromisoformat(stored["starts_at"]),
        int(stored["minutes"]),
        Mode(stored["mode"]),
        UUID(room_id) if room_id else None,
        is_extra=True,
    )
