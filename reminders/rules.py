"""The table of domain.md (Reminders) as data: who is reminded of what, from which fact on, and how.

A rule names columns; both forms of `due` read this one list. What a column says stands in
`reminders.standing` for the pure form and in `reminders.operations.standing_sql` for the set-based one,
under the same name. A new line of the table is an occasion (`occasions`), a rule here, and where its fact is
new, a row of facts (`facts`, `operations.facts_sql`).
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType

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
    """One line. It stands while `while_` holds, from the first of `since` that is known.

    `row`: the line of domain.md's table. `on`: the column with the day on which it is raised; without one,
    the person's first working day from `since` on. `not_before`: `since` is never earlier. Late after the
    day `late`, or so many days after it was raised (`late_days`). Of what is asked more than once the last
    `turn` that has come stands. `escalates`: what went unanswered, so that it came to this.
    """

    row: str
    occasion: Occasion
    to: Whom
    since: tuple[Day, ...]
    while_: str = ""
    _: KW_ONLY
    rows: Rows
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


ending, review, pause = (
    partial(Rule, rows=rows) for rows in (Rows.ENDING, Rows.REVIEW, Rows.PAUSE)
)
O, W = Occasion, Whom  # noqa: E741 -- read as a table
OVERDUE = Day("since", after="overdue_after")
WEEK_BEFORE, LAST_MEETING, AFTER_IT = (
    "a week before the window",
    "the last meeting for full notice, and the day before",
    "after it",
)
AFTER_A_CHOICE, BEFORE_HANDOVER = "after a choice", "handover −2 days"
CLOSING, REVIEWED = "L+1, +3, +7", "request +2 working days; review due"

# While the client has not been told (R1, R2): one thing for who answers, the most urgent.
TELLING = (
    ending(WEEK_BEFORE, O.CHOOSE_MEETING, W.HOLDER, (Day("opened_on"),), "is_to_plan"),
    ending(
        WEEK_BEFORE,
        O.CHOOSE_MEETING,
        W.HOLDER,
        (Day("window_opens_on", before="before_window"),),
        "is_to_choose",
    ),
    ending(
        "the window is open",
        O.TELL,
        W.HOLDER,
        (Day("starts_on"),),
        "is_to_tell",
        late=Day("window_closes_on"),
    ),
    ending(
        LAST_MEETING,
        O.LAST_CHANCE,
        W.HOLDER,
        (Day("chance_on", days=-1),),
        "has_a_chance",
        on="chance_due_on",
    ),
    ending(
        LAST_MEETING,
        O.LAST_CHANCE,
        W.HOLDER,
        (Day("chance_on", days=-1),),
        "has_a_chance",
        on="chance_on",
        channel=Channel.MORNING,
        turn=1,
    ),
    ending(
        AFTER_IT,
        O.NOTICE_SHORT,
        W.HOLDER,
        (Day("short_on"),),
        "is_short",
        late=Day("late_since_on", days=-1),
    ),
    ending(
        AFTER_IT,
        O.NOTICE_SHORT,
        W.LEADS,
        (Day("short_on"),),
        "is_short",
        on="leads_hears_on",
        late=Day("late_since_on", days=-1),
        channel=Channel.MORNING,
        escalates=O.TELL,
    ),
    ending(
        AFTER_IT,
        O.UNANSWERED,
        W.PRACTICE_ADMINS,
        (Day("short_on"),),
        "is_unanswered",
        on="admin_hears_on",
        late=Day("short_on", days=-1),
        channel=Channel.MORNING,
        escalates=O.NOTICE_SHORT,
    ),
    ending(
        "the telling meeting was missed or cancelled",
        O.REBOOK_TELLING,
        W.HOLDER,
        (Day("missed_on"),),
        "is_missed",
        on="missed_on",
        channel=Channel.AT_ONCE,
    ),
)

# Between the telling and the goodbye.
ON_THE_WAY = (
    ending(
        "told early, at the window's opening",
        O.RETURN_TO_IT,
        W.HOLDER,
        (Day("window_opens_on"),),
        "is_to_return_to",
    ),
    ending(
        "next meeting after the telling",
        O.OFFER_OPTIONS,
        W.HOLDER,
        (Day("options_plan_on"), Day("told_on", after="options_after")),
        "is_to_offer",
        late=OVERDUE,
    ),
    ending(
        "the meeting after",
        O.HEAR_CHOICE,
        W.HOLDER,
        (Day("choice_plan_on"), Day("options_on", after="choice_after")),
        "is_to_hear",
        not_before=Day("options_on", days=1),
        late=OVERDUE,
    ),
    *(
        ending(AFTER_A_CHOICE, O.BOOK_HANDOVER, to, (Day("chosen_on"),), "is_to_book", late=OVERDUE)
        for to in (W.HOLDER, W.RECEIVER)
    ),
    *(
        ending(
            BEFORE_HANDOVER,
            O.PREPARE_HANDOVER,
            to,
            (Day("handover_on", before="before_handover"),),
            "is_to_prepare",
            late=Day("handover_on"),
        )
        for to in (W.HOLDER, W.RECEIVER)
    ),
    ending(
        "last meeting −3 days",
        O.LAST_SESSION,
        W.HOLDER,
        (Day("last_on", before="before_last"),),
        "is_to_come",
        late=Day("last_on"),
    ),
)

# After the goodbye: closing is asked for three times, the last time as late and of who leads, too.
AFTERWARDS = (
    *(
        ending(
            CLOSING,
            O.CLOSE_FILE,
            W.HOLDER,
            (Day("ended_on", after=after),),
            "has_ended",
            late=Day("ended_on") if after == "close_late" else None,
            turn=turn,
        )
        for turn, after in enumerate(("close_first", "close_second", "close_late"))
    ),
    ending(
        CLOSING,
        O.CLOSE_FILE,
        W.LEADS,
        (Day("ended_on", after="close_late"),),
        "has_ended",
        on="since",
        late=Day("ended_on"),
        channel=Channel.MORNING,
        escalates=O.CLOSE_FILE,
    ),
    Rule(
        "L+14, L+42",
        O.ASK_AFTER,
        W.OWNER,
        (Day("due_on"),),
        rows=Rows.FOLLOW_UP,
        late=OVERDUE,
    ),
)

# A review goes to the reviewer; overdue, or where the first one is away, to the second one too.
REVIEWS = (
    review(REVIEWED, O.REVIEW, W.REVIEWER, (Day("asked_on"),)),
    review(
        REVIEWED,
        O.REVIEW,
        W.REVIEWER,
        (Day("due_on"),),
        on="due_on",
        late=Day("due_on"),
        channel=Channel.MORNING,
        turn=1,
    ),
    review(
        REVIEWED, O.REVIEW, W.SECOND, (Day("asked_on"),), "reviewer_is_away", late=Day("due_on")
    ),
    review(
        REVIEWED,
        O.REVIEW,
        W.SECOND,
        (Day("due_on"),),
        on="second_hears_on",
        late=Day("due_on"),
        channel=Channel.MORNING,
        turn=1,
        escalates=O.REVIEW,
    ),
)

DIRECTORY = tuple(
    Rule(
        "verification due, +7",
        O.CHECK_ENTRY,
        W.DIRECTORY_ADMINS,
        (Day("check_on", after=after),),
        rows=Rows.ENTRY,
        late=Day("check_on") if after else None,
        turn=turn,
    )
    for turn, after in enumerate(("", "check_again"))
)

# What has a date in the caseload, and somebody who answers for it (R24, R25).
CASELOAD = (
    Rule(
        "next contact of somebody who waits",
        O.CONTACT_WAITING,
        W.NAMED,
        (Day("next_contact_on"),),
        rows=Rows.WAITING,
        late_days=1,
    ),
    pause(
        "contact agreed for a break",
        O.CONTACT_IN_BREAK,
        W.WORKER,
        (Day("contact_on"),),
        "is_to_contact",
        late_days=1,
    ),
    pause(
        "end of a break",
        O.BREAK_ENDS,
        W.WORKER,
        (Day("ends_on", before="before_break_ends"),),
        "is_to_agree",
        late=Day("ends_on"),
    ),
    Rule(
        "risk: look again on",
        O.LOOK_AT_RISK,
        W.WORKER,
        (Day("look_again_on"),),
        rows=Rows.RISK,
        late_days=1,
    ),
    Rule(
        "a copy or the end of a file",
        O.SECOND_YES,
        W.MAY_AGREE,
        (Day("asked_on"),),
        rows=Rows.REQUEST,
        late_days=2,
    ),
)

# A file that somebody opened in an emergency: told within a minute, looked at within two days.
OPENED = "a file was opened in an emergency"
EMERGENCIES = tuple(
    Rule(
        OPENED,
        occasion,
        W.CONCERNED,
        (Day("broken_on"),),
        while_,
        rows=Rows.GLASS,
        on="broken_on",
        late=late,
        channel=Channel.AT_ONCE,
    )
    for occasion, while_, late in (
        (O.LOOK_AT_GLASS, "is_to_look_at", Day("broken_on", days=2)),
        (O.FILE_OPENED, "is_to_know", None),
    )
)

RULES: tuple[Rule, ...] = (
    *(*TELLING, *ON_THE_WAY, *AFTERWARDS, *REVIEWS, *DIRECTORY, *CASELOAD, *EMERGENCIES),
)

ROWS_OF: Mapping[Occasion, Rows] = MappingProxyType({rule.occasion: rule.rows for rule in RULES})
"""Which kind of row an occasion is about."""
IN_THE_CASELOAD = frozenset({Rows.WAITING, Rows.PAUSE, Rows.RISK, Rows.REQUEST, Rows.GLASS})
"""Rows that hang on no ending."""
HANDABLE = frozenset(
    rule.occasion for rule in RULES if rule.to in (W.HOLDER, W.OWNER, W.NAMED, W.WORKER)
)
"""What a deputy can do in somebody's place."""
LED = frozenset(rule.occasion for rule in RULES if rule.to is W.LEADS)
"""What comes to who leads the work when it went unanswered."""
WITHIN_A_MINUTE = frozenset(rule.occasion for rule in RULES if rule.channel is Channel.AT_ONCE)
"""What happened just now; every other escalation is found at midnight and waits for the morning."""
