"""Reminders that were raised, messages that are claimed and sent, ticks that do it, and calendar feeds."""

from reminders.models.inbox import HandedOn, Reminder
from reminders.models.messages import (
    CalendarFeed,
    Examination,
    FeedRead,
    Message,
    MessageQuerySet,
    Tick,
)
from reminders.models.policy import ReminderPolicy

__all__ = [
    "CalendarFeed",
    "Examination",
    "FeedRead",
    "HandedOn",
    "Message",
    "MessageQuerySet",
    "Reminder",
    "ReminderPolicy",
    "Tick",
]
