"""What each meeting is for, from the telling to the goodbye.

Four meetings or more: telling; options; choice; talk as long as there is time; the meeting of
three in the one before the last; goodbye. Three: telling; options and choice; goodbye.
"""

from dataclasses import dataclass
from datetime import datetime

from endings.planner.facts import Decision, Meeting, Receives
from endings.planner.names import Purpose
from endings.planner.results import MeetingUse
from endings.planner.sheet import Sheet


@dataclass(frozen=True)
class Layout:
    """The meetings in order with their purposes."""

    uses: tuple[MeetingUse, ...]

    def for_(self, purpose: Purpose) -> Meeting | None:
        """Return the meeting for a purpose, if one is planned."""
        return next((use.meeting for use in self.uses if purpose in use.purposes), None)


def lay_out(sheet: Sheet, telling: Meeting | None) -> Layout:
    """Lay out what is still to come: after `telling`, or from today where the client knows.

    Steps that already have a fact get no meeting. What a person has chosen stands where it can.
    """
    if telling is None and sheet.client.told_on is None:
        return Layout(())
    after = _after(sheet, telling)
    purposes = _purposes(sheet, after)
    if telling is not None:
        purposes.setdefault(telling.starts_at, []).append(Purpose.TELL)
    uses = [
        MeetingUse(on, meeting, _in_order(purposes[meeting.starts_at]))
        for on, meeting in zip(sheet.days, sheet.meetings, strict=True)
        if meeting.starts_at in purposes
    ]
    return Layout(tuple(uses))


def _after(sheet: Sheet, telling: Meeting | None) -> list[Meeting]:
    """Return the meetings after the telling; the telling itself where none follows."""
    told_on = sheet.client.told_on
    if telling is None:
        pairs = zip(sheet.days, sheet.meetings, strict=True)
        return [meeting for on, meeting in pairs if told_on is None or on > told_on]
    return [m for m in sheet.meetings if m.starts_at > telling.starts_at] or [telling]


def _purposes(sheet: Sheet, after: list[Meeting]) -> dict[datetime, list[Purpose]]:
    """Give each meeting its purposes; without a meeting there is nothing to give."""
    purposes: dict[datetime, list[Purpose]] = {meeting.starts_at: [] for meeting in after}
    if not after:
        return purposes
    places = _places(sheet, len(after))
    starts = list(purposes)
    chosen = _chosen(sheet.decision)
    for purpose, place in places.items():
        wished = chosen.get(purpose)
        starts_at = wished if wished in purposes else starts[place]
        purposes[starts_at].append(purpose)
    for given in purposes.values():
        if not given:
            given.append(Purpose.TALK)
    return purposes


def _places(sheet: Sheet, count: int) -> dict[Purpose, int]:
    """Return which of `count` meetings after the telling serves each purpose, from 0."""
    last = count - 1
    places: dict[Purpose, int] = {}
    body = max(0, last - 1)  # the meeting before the last, or the only one
    if sheet.client.options_on is None:
        places[Purpose.OPTIONS] = 0
    if sheet.client.choice_on is None:
        places[Purpose.CHOICE] = min(len(places), body)
    if sheet.client.handover_on is None and receives(sheet) is not Receives.NO:
        needs = len(places)
        places[Purpose.HANDOVER] = body if last >= needs else last
    places[Purpose.GOODBYE] = last
    return places


def receives(sheet: Sheet) -> Receives:
    """Say whether somebody takes over, as decided or as the facts say."""
    return sheet.decision.receives or sheet.client.receives


def _chosen(decision: Decision) -> dict[Purpose, datetime | None]:
    return {
        Purpose.OPTIONS: decision.options_at,
        Purpose.CHOICE: decision.choice_at,
        Purpose.HANDOVER: decision.handover_at,
    }


def _in_order(purposes: list[Purpose]) -> tuple[Purpose, ...]:
    order = list(Purpose)
    return tuple(sorted(purposes, key=order.index))
