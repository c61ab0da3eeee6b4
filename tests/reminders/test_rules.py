"""The table of domain.md (Reminders), line by line: what has a rule, and what waits for its facts."""

from collections import Counter

from reminders.occasions import CONCERNS_TELLING, DONE_BY_HAND, LINES, Occasion
from reminders.offsets import BOUNDS, NAMES, Offsets
from reminders.operations.mails import ESCALATIONS
from reminders.operations.posting import WORDS_OF
from reminders.rule import Channel, Rows, Whom
from reminders.rules import HANDABLE, IN_THE_CASELOAD, RULES
from reminders.targets import PAGES

TABLE = (
    "a week before the window",
    "the window is open",
    "the last meeting for full notice, and the day before",
    "after it",
    "the telling meeting was missed or cancelled",
    "told early, at the window's opening",
    "next meeting after the telling",
    "the meeting after",
    "after a choice",
    "handover −2 days",
    "last meeting −3 days",
    "L+1, +3, +7",
    "L+14, L+42",
    "outreach +1, +7, +14",
    "verification due, +7",
    "request +2 working days; review due",
)
"""As domain.md has them, in its order."""
WAITS = {
    "request +2 working days; review due": "reviews are there; requests for support are issue 8",
}
"""Lines that are missing, or missing in part, and what they wait for; a new line of the table stands here first."""
BESIDE = {
    "next contact of somebody who waits",
    "contact agreed for a break",
    "end of a break",
    "risk: look again on",
    "a copy or the end of a file",
    "a file was opened in an emergency",
}
"""What has a date and a person elsewhere in domain.md (R24, R25; decision 7; BreakGlass)."""


def test_every_line_of_the_table_has_its_rule_or_says_why_not() -> None:
    ruled = {rule.row for rule in RULES}
    assert set(TABLE) - ruled == set(WAITS) - ruled == set()
    assert ruled - set(TABLE) == BESIDE


def test_every_occasion_has_a_rule_a_line_in_the_digest_and_a_page() -> None:
    assert {rule.occasion for rule in RULES} == set(Occasion)
    assert set(LINES) == set(PAGES) == set(Occasion)


def test_whom_each_line_goes_to() -> None:
    assert Counter((rule.occasion, rule.to) for rule in RULES if rule.is_escalation) == {
        (Occasion.LAST_CHANCE, Whom.HOLDER): 1,
        (Occasion.REBOOK_TELLING, Whom.HOLDER): 1,
        (Occasion.NOTICE_SHORT, Whom.LEADS): 1,
        (Occasion.UNANSWERED, Whom.PRACTICE_ADMINS): 1,
        (Occasion.CLOSE_FILE, Whom.LEADS): 1,
        (Occasion.REVIEW, Whom.REVIEWER): 1,
        (Occasion.REVIEW, Whom.SECOND): 1,
        (Occasion.LOOK_AT_GLASS, Whom.CONCERNED): 1,
        (Occasion.FILE_OPENED, Whom.CONCERNED): 1,
    }


def test_what_rises_has_words_for_its_mail_and_says_what_went_unanswered() -> None:
    rising = {rule.occasion for rule in RULES if rule.is_escalation}
    assert rising == set(WORDS_OF)
    assert set(WORDS_OF.values()) <= set(ESCALATIONS)
    to_others = [
        rule for rule in RULES if rule.to in (Whom.LEADS, Whom.PRACTICE_ADMINS, Whom.SECOND)
    ]
    assert all(rule.escalates for rule in to_others if rule.channel is not Channel.DIGEST)


def test_what_concerns_a_client_being_told_is_everything_before_the_telling() -> None:
    assert {
        Occasion.CHOOSE_MEETING,
        Occasion.TELL,
        Occasion.LAST_CHANCE,
        Occasion.NOTICE_SHORT,
        Occasion.REBOOK_TELLING,
        Occasion.UNANSWERED,
    } == CONCERNS_TELLING
    assert not CONCERNS_TELLING & DONE_BY_HAND - {Occasion.UNANSWERED}


def test_what_is_asked_of_a_role_is_in_nobody_elses_hands() -> None:
    assert not HANDABLE & {
        Occasion.REVIEW,
        Occasion.SECOND_YES,
        Occasion.CHECK_ENTRY,
        Occasion.UNANSWERED,
    }
    assert Rows.ENDING not in IN_THE_CASELOAD


def test_every_offset_has_bounds_that_hold_what_is_usual_and_never_reach_never() -> None:
    assert set(BOUNDS) == set(NAMES)
    for name, bounds in BOUNDS.items():
        assert getattr(Offsets(), name) in bounds, name
        assert 1 <= bounds.fewest < bounds.most <= 60, name
    used = {
        day.after or day.before
        for rule in RULES
        for day in (rule.since, rule.otherwise, rule.late)
        if day
    }
    assert used - {""} == set(NAMES) - {"leads_after", "admin_after"}
