"""What is different between two plans: shown before it is saved, decided where people came or went."""

from collections.abc import Iterator
from datetime import date

from endings.planner.facts import Meeting
from endings.planner.names import Change
from endings.planner.results import ClientPlan, Difference, MeetingUse, Plan


def differences(old: Plan, new: Plan) -> list[Difference]:
    """Return what changes for whom, in the order of the new plan; who left the plan comes last."""
    before = {client.id: client for client in old.clients}
    after = {client.id for client in new.clients}
    found: list[Difference] = []
    for client in new.clients:
        known = before.get(client.id)
        if known is None:
            found.append(_one(client, Change.CAME, None, client.telling_on))
        else:
            found += _of_one(known, client)
    gone = (client for client in old.clients if client.id not in after)
    return found + [_one(client, Change.WENT, client.telling_on, None) for client in gone]


def _of_one(old: ClientPlan, new: ClientPlan) -> Iterator[Difference]:
    if old.fits != new.fits:
        yield _one(new, Change.FITS if new.fits else Change.UNFIT, None, None)
    if old.carried_by != new.carried_by:
        yield _one(new, Change.CARRIED_BY, None, None)
    dates = {
        Change.TELLING: (old.knows_on, new.knows_on),
        Change.OPTIONS: (_on(old, old.options), _on(new, new.options)),
        Change.CHOICE: (_on(old, old.choice), _on(new, new.choice)),
        Change.HANDOVER: (_on(old, old.handover), _on(new, new.handover)),
        Change.LAST: (old.last_on, new.last_on),
    }
    for change, (before, after) in dates.items():
        if before != after:
            yield _one(new, change, before, after)


def _on(client: ClientPlan, meeting: Meeting | None) -> date | None:
    """Return the practice's date of a planned step."""
    uses: tuple[MeetingUse, ...] = client.meetings
    return next((use.on for use in uses if meeting is not None and use.meeting == meeting), None)


def _one(client: ClientPlan, change: Change, before: date | None, after: date | None) -> Difference:
    return Difference(client.id, client.sort_label, change, before, after)
