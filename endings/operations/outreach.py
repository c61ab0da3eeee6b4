"""Looking for a client who stays away, over ways they agreed to, and knowing when to stop (R12)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import ContactChannel
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, OutreachAttempt
from endings.operations.endings import hold, reach, refuse_future
from endings.workflow import Step

ENOUGH = 3  # attempts without an answer, days apart; then the next steps of the way


@dataclass(frozen=True)
class Tried:
    """One try: over which way, what came of it, in words."""

    on: date
    channel: OutreachAttempt.By
    outcome: OutreachAttempt.Outcome
    note: str = ""
    without_consent_because: str = ""


@transaction.atomic
def record_attempt(*, ending: Ending, tried: Tried, by: User, at: datetime) -> OutreachAttempt:
    """Record a try to reach the client. It is kept as it happened; a way without consent has its reason.

    Raises RuleBroken once the client has said that they want no contact, for a day to come, and where a way
    that the client did not agree to has no reason.
    """
    held = hold(ending, by)
    held.stage = reach(held, Step.OUTREACH)
    refuse_future(tried.on, at)
    if wants_no_contact(held, tried.on):
        raise RuleBroken(_("The client wants no contact. That is an answer; the door stays open."))
    attempt = write_attempt(held, tried, by, at)
    held.save(update_fields=["stage"])
    return attempt


@transaction.atomic
def correct_attempt(
    *, attempt: OutreachAttempt, tried: Tried, by: User, at: datetime
) -> OutreachAttempt:
    """Add a version that corrects `attempt`; both stay readable. Raises ChangedMeanwhile if it has one."""
    held = hold(attempt.ending, by)
    refuse_future(tried.on, at)
    if held.attempts.filter(corrects=attempt).exists():
        raise ChangedMeanwhile
    return write_attempt(held, tried, by, at, corrects=attempt)


def write_attempt(
    ending: Ending,
    tried: Tried,
    by: User,
    at: datetime,
    *,
    corrects: OutreachAttempt | None = None,
) -> OutreachAttempt:
    if not (tried.without_consent_because or agreed_to(ending, tried.channel)):
        raise RuleBroken(
            _("The client did not agree to be reached this way. Say why it was right.")
        )
    return OutreachAttempt.objects.create(
        ending=ending,
        on=tried.on,
        channel=tried.channel,
        outcome=tried.outcome,
        note=tried.note,
        without_consent_because=tried.without_consent_because,
        by=by,
        recorded_at=at,
        corrects=corrects,
    )


def agreed_to(ending: Ending, channel: str) -> bool:
    """Say whether the client agreed to be reached over this way."""
    channels = ContactChannel.objects.filter(client=ending.client_id, kind=channel)
    return channels.exclude(consented_on=None).exists()


def wants_no_contact(ending: Ending, on: date) -> bool:
    """Say whether the client had said so by `on`: then outreach stops."""
    said = ending.attempts.filter(corrected_by=None, outcome=OutreachAttempt.Outcome.NOT_WANTED)
    return said.filter(on__lte=on).exists()


def is_enough(attempts: list[OutreachAttempt]) -> bool:
    """Say whether the step is complete: reached, not wanted, or tried as often as agreed."""
    outcome = OutreachAttempt.Outcome
    answered = {outcome.REACHED, outcome.NOT_WANTED}
    return len(attempts) >= ENOUGH or any(one.outcome in answered for one in attempts)
