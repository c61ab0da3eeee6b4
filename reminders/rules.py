"""The table of domain.md (Reminders) as data: who is reminded of what, from which fact on, and how.

A rule names columns; both forms of `due` read this one list. What a column says stands in
`reminders.standing` for the pure form and in `reminders.operations.standing_sql` for the set-based one,
under the same name. A new line of the table is an occasion (`occasions`), a rule here, and where its fact is
new, a row of facts (`facts`, `operations.facts_sql`).
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from reminders.occasions import Occasion
from reminders.rule import Channel, Day, Rows, Rule, Whom

ending, review, pause = (
    partial(Rule, rows=rows) for rows in (Rows.ENDING, Rows.REVIEW, Rows.PAUSE)
)
O, W, D = Occasion, Whom, Day  # noqa: E741 -- read as a table
MORNING = Channel.MORNING
OVERDUE = D("since", after="overdue_after")
WEEK_BEFORE, LAST_MEETING, AFTER_IT = (
    "a week before the window",
    "the last meeting for full notice, and the day before",
    "after it",
)
AFTER_A_CHOICE, BEFORE_HANDOVER = "after a choice", "handover −2 days"
CLOSING, REVIEWED = "L+1, +3, +7", "request +2 working days; review due"

# While the client has not been told (R1, R2): one thing for who answers, the most urgent.
TELLING = (
    ending(WEEK_BEFORE, O.CHOOSE_MEETING, W.HOLDER, D("opened_on"), "is_to_plan"),
    ending(
        WEEK_BEFORE,
        O.CHOOSE_MEETING,
        W.HOLDER,
        D("window_opens_on", before="before_window"),
        "is_to_choose",
    ),
    ending(
        "the window is open",
        O.TELL,
        W.HOLDER,
        D("starts_on"),
        "is_to_tell",
        late=D("window_closes_on"),
    ),
    ending(
        LAST_MEETING,
        O.LAST_CHANCE,
        W.HOLDER,
        D("chance_on", days=-1),
        "has_a_chance",
        on="chance_due_on",
    ),
    ending(
        LAST_MEETING,
        O.LAST_CHANCE,
        W.HOLDER,
        D("chance_on", days=-1),
        "has_a_chance",
        on="chance_on",
        channel=MORNING,
        turn=1,
    ),
    ending(
        AFTER_IT,
        O.NOTICE_SHORT,
        W.HOLDER,
        D("short_on"),
        "is_short",
        late=D("late_since_on", days=-1),
    ),
    ending(
        AFTER_IT,
        O.NOTICE_SHORT,
        W.LEADS,
        D("short_on"),
        "is_short",
        on="leads_hears_on",
        late=D("late_since_on", days=-1),
        channel=MORNING,
        escalates=O.TELL,
    ),
    ending(
        AFTER_IT,
        O.UNANSWERED,
        W.PRACTICE_ADMINS,
        D("short_on"),
        "is_unanswered",
        on="admin_hears_on",
        late=D("short_on", days=-1),
        channel=MORNING,
        escalates=O.NOTICE_SHORT,
    ),
    ending(
        "the telling meeting was missed or cancelled",
        O.REBOOK_TELLING,
        W.HOLDER,
        D("missed_on"),
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
        D("window_opens_on"),
        "is_to_return_to",
    ),
    ending(
        "next meeting after the telling",
        O.OFFER_OPTIONS,
        W.HOLDER,
        D("options_plan_on"),
        "is_to_offer",
        otherwise=D("told_on", after="options_after"),
        late=OVERDUE,
    ),
    ending(
        "the meeting after",
        O.HEAR_CHOICE,
        W.HOLDER,
        D("choice_plan_on"),
        "is_to_hear",
        otherwise=D("options_on", after="choice_after"),
        not_before=D("options_on", days=1),
        late=OVERDUE,
    ),
    *(
        ending(AFTER_A_CHOICE, O.BOOK_HANDOVER, to, D("chosen_on"), "is_to_book", late=OVERDUE)
        for to in (W.HOLDER, W.RECEIVER)
    ),
    *(
        ending(
            BEFORE_HANDOVER,
            O.PREPARE_HANDOVER,
            to,
            D("handover_on", before="before_handover"),
            "is_to_prepare",
            late=D("handover_on"),
        )
        for to in (W.HOLDER, W.RECEIVER)
    ),
    ending(
        "last meeting −3 days",
        O.LAST_SESSION,
        W.HOLDER,
        D("last_on", before="before_last"),
        "is_to_come",
        late=D("last_on"),
    ),
)

# Where contact is lost: the next attempt is asked for until the client answers, or it was tried three times.
REACHING = tuple(
    ending(
        "outreach +1, +7, +14",
        O.REACH_OUT,
        W.HOLDER,
        D("opened_on", after=after),
        while_,
        late_days=2,
    )
    for after, while_ in (
        ("reach_first", "is_untried"),
        ("reach_second", "is_tried_once"),
        ("reach_third", "is_tried_twice"),
    )
)

# After the goodbye: closing is asked for three times, the last time as late and of who leads, too.
AFTERWARDS = (
    *(
        ending(
            CLOSING,
            O.CLOSE_FILE,
            W.HOLDER,
            D("ended_on", after=after),
            "has_ended",
            late=D("ended_on") if after == "close_late" else None,
            turn=turn,
        )
        for turn, after in enumerate(("close_first", "close_second", "close_late"))
    ),
    ending(
        CLOSING,
        O.CLOSE_FILE,
        W.LEADS,
        D("ended_on", after="close_late"),
        "has_ended",
        on="since",
        late=D("ended_on"),
        channel=MORNING,
        escalates=O.CLOSE_FILE,
    ),
    Rule("L+14, L+42", O.ASK_AFTER, W.OWNER, D("due_on"), rows=Rows.FOLLOW_UP, late=OVERDUE),
)

# A review goes to the reviewer; overdue, or where the first one is away, to the second one too.
REVIEWS = (
    review(REVIEWED, O.REVIEW, W.REVIEWER, D("asked_on")),
    review(
        REVIEWED,
        O.REVIEW,
        W.REVIEWER,
        D("due_on"),
        on="due_on",
        late=D("due_on"),
        channel=MORNING,
        turn=1,
    ),
    review(REVIEWED, O.REVIEW, W.SECOND, D("asked_on"), "reviewer_is_away", late=D("due_on")),
    review(
        REVIEWED,
        O.REVIEW,
        W.SECOND,
        D("due_on"),
        on="second_hears_on",
        late=D("due_on"),
        channel=MORNING,
        turn=1,
        escalates=O.REVIEW,
    ),
)

DIRECTORY = tuple(
    Rule(
        "verification due, +7",
        O.CHECK_ENTRY,
        W.DIRECTORY_ADMINS,
        D("check_on", after=after),
        rows=Rows.ENTRY,
        late=D("check_on") if after else None,
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
        D("next_contact_on"),
        rows=Rows.WAITING,
        late_days=1,
    ),
    pause(
        "contact agreed for a break",
        O.CONTACT_IN_BREAK,
        W.WORKER,
        D("contact_on"),
        "is_to_contact",
        late_days=1,
    ),
    pause(
        "end of a break",
        O.BREAK_ENDS,
        W.WORKER,
        D("ends_on", before="before_break_ends"),
        "is_to_agree",
        late=D("ends_on"),
    ),
    Rule(
        "risk: look again on",
        O.LOOK_AT_RISK,
        W.WORKER,
        D("look_again_on"),
        rows=Rows.RISK,
        late_days=1,
    ),
    Rule(
        "a copy or the end of a file",
        O.SECOND_YES,
        W.MAY_AGREE,
        D("asked_on"),
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
        D("broken_on"),
        while_,
        rows=Rows.GLASS,
        on="broken_on",
        late=late,
        channel=Channel.AT_ONCE,
    )
    for occasion, while_, late in (
        (O.LOOK_AT_GLASS, "is_to_look_at", D("broken_on", days=2)),
        (O.FILE_OPENED, "is_to_know", None),
    )
)

RULES: tuple[Rule, ...] = (
    *TELLING,
    *ON_THE_WAY,
    *REACHING,
    *AFTERWARDS,
    *REVIEWS,
    *DIRECTORY,
    *CASELOAD,
    *EMERGENCIES,
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
