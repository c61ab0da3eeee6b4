"""What a line of the table of reminders says: whom, from which fact on, while what holds, and how it reaches them.

The lines themselves stand in `reminders.rules`.
"""

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from reminders.occasions import Occasion


class Rows(StrEnum):
    """Which rows of facts a rule goes over; the value is its table in the set-based form."""

    ENDING = "ending_today"
    REVIEW = "review_today"
    FOLLOW_UP = "follow_up"
    ENTRY = "entry"
    WAITING = "waiting"
    PAUSE = "pause_today"
    RISK = "risk"
    REQUEST = "request"
    GLASS = "glass"


class Whom(StrEnum):
    """The column that names whom it goes to, or the list of everybody in a role."""

    HOLDER = "holder_id"  # who answers for the client today
    LEADS = "leads_id"  # who leads their work; nobody where they lead it themselves
    RECEIVER = "receiver_id"
    REVIEWER = "reviewer_id"
    SECOND = "second_id"
    OWNER = "owner_id"
    NAMED = "named_person_id"
    WORKER = "worker_id"
    MAY_AGREE = "may_agree_id"
    CONCERNED = "concerned_id"
    DIRECTORY_ADMINS = "directory_admin"
    PRACTICE_ADMINS = "practice_admin"


ROLES = (Whom.DIRECTORY_ADMINS, Whom.PRACTICE_ADMINS)
# Only who was asked may decide: a deputy cannot answer in their place, the second reviewer can.
THEMSELVES = (Whom.REVIEWER, Whom.SECOND, Whom.CONCERNED)


class Channel(StrEnum):
    """How it reaches somebody. Each of them stands in the inbox, too.

    DIGEST: with the morning's mail, on a working day. MORNING: a mail of its own at that hour, working day
    or not. AT_ONCE: a mail of its own within a minute.
    """

    DIGEST = "digest"
    MORNING = "morning"
    AT_ONCE = "at_once"


@dataclass(frozen=True)
class Day:
    """A column that holds a day, moved by an offset of the practice's policy and by fixed days.

    `since` stands for the day on which the rule itself begins.
    """

    fact: str
    after: str = ""
    before: str = ""
    days: int = 0


@dataclass(frozen=True)
class Rule:
    """One line. It stands while `while_` holds, from `since`, or where that is not known from `otherwise`.

    `row`: the line of domain.md's table. `on`: the column with the day on which it is raised; without one,
    the person's first working day from `since` on. `not_before`: `since` is never earlier. Late after the
    day `late`, or so many days after it was raised (`late_days`). Of what is asked more than once the last
    `turn` that has come stands. `escalates`: what went unanswered, so that it came to this.
    """

    row: str
    occasion: Occasion
    to: Whom
    since: Day
    while_: str = ""
    _: KW_ONLY
    rows: Rows
    otherwise: Day | None = None
    on: str = ""
    not_before: Day | None = None
    late: Day | None = None
    late_days: int | None = None
    channel: Channel = Channel.DIGEST
    turn: int = 0
    escalates: Occasion | None = None

    @property
    def is_escalation(self) -> bool:
        return self.channel is not Channel.DIGEST
