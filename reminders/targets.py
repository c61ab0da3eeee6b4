"""Where a reminder leads: the page on which the thing that stands open is done."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from django.urls import reverse

from reminders.occasions import Occasion

INBOX = "reminders:inbox"

PAGES: Mapping[Occasion, str] = MappingProxyType(
    {
        Occasion.CHOOSE_MEETING: "endings:ending",
        Occasion.TELL: "endings:record_told_in_person",
        Occasion.LAST_CHANCE: "endings:record_told_in_person",
        Occasion.NOTICE_SHORT: "endings:ending",
        Occasion.REBOOK_TELLING: "endings:ending",
        Occasion.RETURN_TO_IT: "endings:ending",
        Occasion.OFFER_OPTIONS: "endings:ending",
        Occasion.HEAR_CHOICE: "endings:record_choice",
        Occasion.BOOK_HANDOVER: "endings:ending",
        Occasion.PREPARE_HANDOVER: "endings:ending",
        Occasion.LAST_SESSION: "endings:record_last_session",
        Occasion.CLOSE_FILE: "endings:close_ending",
        Occasion.ASK_AFTER: "endings:record_follow_up",
        Occasion.REACH_OUT: "endings:record_attempt",
        Occasion.CHECK_ENTRY: "referrals:check_service",
        Occasion.REVIEW: "endings:review",
        Occasion.CONTACT_WAITING: "caseload:change_waiting",
        Occasion.LOOK_AT_RISK: "caseload:record_risk_look",
        Occasion.SECOND_YES: "caseload:file_request",
        Occasion.FILE_OPENED: "caseload:broken_glass",
        Occasion.LOOK_AT_GLASS: "caseload:broken_glass",
        # Done on the client's page, or by talking to colleagues: the inbox says with whom.
        Occasion.CONTACT_IN_BREAK: INBOX,
        Occasion.BREAK_ENDS: INBOX,
        Occasion.UNANSWERED: INBOX,
    }
)


def target_of(occasion: Occasion | str, about: UUID) -> str:
    """Return the address of that page; it asks for itself whether one may see it."""
    page = PAGES[Occasion(occasion)]
    return reverse(page, args=[] if page == INBOX else [about])
