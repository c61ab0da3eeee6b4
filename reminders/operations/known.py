"""What stands about the people of one batch of mails, read at once, a moment before they go out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from endings.models import HandoverInvitation
from reminders.models import Message, Reminder
from reminders.occasions import CONCERNS_TELLING


@dataclass(frozen=True)
class Standing:
    """One open reminder, as far as a mail speaks of it."""

    occasion: str
    is_late: bool
    is_escalation: bool
    snoozed_until: datetime | None

    @property
    def concerns_telling(self) -> bool:
        return self.occasion in CONCERNS_TELLING

    def rests(self, at: datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > at


@dataclass(frozen=True)
class Known:
    """The mails with their readers, what stands for each reader, and invitations that wait for an answer."""

    messages: Mapping[UUID, Message] = field(default_factory=dict)
    reminders: Mapping[UUID, Sequence[Standing]] = field(default_factory=dict)
    asked: Mapping[UUID, HandoverInvitation] = field(default_factory=dict)


def read_known(keys: Iterable[UUID]) -> Known:
    """Return what the mails `keys` are written from. Three queries."""
    return known_of(Message.objects.filter(pk__in=keys).select_related("person"))


def known_of(messages: Iterable[Message]) -> Known:
    """Return what `messages` are written from."""
    rows = {row.pk: row for row in messages}
    return Known(rows, standing_of(rows.values()), waiting_of(rows.values()))


def standing_of(messages: Iterable[Message]) -> dict[UUID, list[Standing]]:
    people = {row.person_id for row in messages}
    rows = Reminder.objects.filter(person__in=people, closed_at=None, done_at=None).order_by()
    found: dict[UUID, list[Standing]] = defaultdict(list)
    said = rows.values_list("person", "occasion", "is_late", "is_escalation", "snoozed_until")
    for person, occasion, is_late, is_escalation, snoozed_until in said:
        found[person].append(Standing(occasion, is_late, is_escalation, snoozed_until))
    return found


def waiting_of(messages: Iterable[Message]) -> dict[UUID, HandoverInvitation]:
    keys = [UUID(row.key) for row in messages if row.kind == Message.Kind.INVITATION]
    if not keys:
        return {}
    rows = HandoverInvitation.objects.filter(pk__in=keys, state=HandoverInvitation.State.SENT)
    return {
        row.pk: row for row in rows.select_related("receiver").only("pk", "invited_at", "receiver")
    }
