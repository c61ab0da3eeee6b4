"""What a client's export holds, under which heading, and what is left out for which reason.

Named by label, because the apps to the left are known to the register of models only. A table with a road
to a client that stands in neither list fails the tests, and is not exported.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TITLES: Final[dict[str, str | Promise]] = {
    "caseload.Client": _("Who"),
    "caseload.ContactChannel": _("Ways to reach"),
    "caseload.InvolvedPerson": _("Involved people"),
    "caseload.WaitingEntry": pgettext_lazy("record", "Waiting for a place"),
    "caseload.Participation": pgettext_lazy("record", "Part taken in work"),
    "caseload.Episode": pgettext_lazy("record", "Stretches of work"),
    "caseload.Assignment": pgettext_lazy("record", "Who did the work"),
    "caseload.Break": pgettext_lazy("record", "Breaks"),
    "caseload.Cadence": pgettext_lazy("record", "Rhythm of sessions"),
    "caseload.Session": _("Sessions"),
    "caseload.Goal": _("Goals"),
    "caseload.RiskLook": pgettext_lazy("record", "Looks at risk"),
    "endings.Ending": pgettext_lazy("record", "Endings"),
    "endings.PersonToTell": pgettext_lazy("record", "Who was to be told"),
    "endings.Telling": pgettext_lazy("record", "Tellings"),
    "endings.NotToday": pgettext_lazy("record", "Tellings put off"),
    "endings.EndingException": pgettext_lazy("record", "Exceptions"),
    "endings.StepRecord": pgettext_lazy("record", "Steps of endings"),
    "endings.OutreachAttempt": pgettext_lazy("record", "Attempts to reach"),
    "endings.NotWanted": pgettext_lazy("record", "Offered and not wanted"),
    "endings.Consolidation": pgettext_lazy("record", "What was reached"),
    "endings.Gain": pgettext_lazy("record", "Gains"),
    "endings.Trigger": pgettext_lazy("record", "Triggers and what helps"),
    "endings.LastSession": pgettext_lazy("record", "Last sessions"),
    "endings.Closure": pgettext_lazy("record", "Closures"),
    "endings.ClosureAddendum": pgettext_lazy("record", "Added after closing"),
    "endings.Consent": pgettext_lazy("record", "Consent to hand over"),
    "endings.HandoverInvitation": pgettext_lazy("record", "Handovers asked for"),
    "endings.HandoverSummary": pgettext_lazy("record", "Handover summaries"),
    "endings.SummarySection": pgettext_lazy("record", "Sections of summaries"),
    "endings.HandoverSession": pgettext_lazy("record", "Meetings of three"),
    "endings.HandoverCorrection": pgettext_lazy("record", "Meetings of three, corrected"),
    "endings.SignOff": pgettext_lazy("record", "Handovers confirmed"),
    "referrals.OptionSet": pgettext_lazy("record", "Options talked about"),
    "referrals.ReferralOption": pgettext_lazy("record", "Options"),
    "referrals.Choice": pgettext_lazy("record", "Choices"),
    "referrals.ChoiceOption": pgettext_lazy("record", "What was chosen"),
    "referrals.Referral": pgettext_lazy("record", "Referrals"),
    "referrals.ReferralMove": pgettext_lazy("record", "How referrals went on"),
    "referrals.FollowUp": pgettext_lazy("record", "Follow-ups"),
    "caseload.BreakGlass": _("Emergency access"),
    "caseload.ReadLog": _("Who has read it"),
}

LEFT_OUT: Final[dict[str, str]] = {
    "caseload.ClientLink": "names another client, whose confidence it is",
    "caseload.Booking": "says when a person or a room is taken; the session itself is there",
    "caseload.Commitment": "the worker's load, in points",
    "caseload.LegalHold": "the practice's own legal position",
    "caseload.FileRequest": "who asked for this very copy",
    "caseload.ExportParcel": "this very copy",
    "endings.Debrief": "the worker's own, private thoughts (R11)",
    "endings.HeldPlace": "a free hour of a colleague, held for a few days",
    "endings.Review": "a supervisor's look at the worker's plan, between the two of them",
    "endings.ReviewComment": "the same",
    "caseload.BreakGlassReview": "a supervisor's look at a colleague's emergency, between the two of them",
}

# What proves who looked and who decided outlives the record: keys, days and codes, no content.
STAYS: Final = ("caseload.ReadLog", "caseload.FileRequest")

# Rows that hold the key of a row of the record in a plain column; they go with it.
NOTED: Final = (
    ("accounts.Draft", "about"),
    ("caseload.ImportedFrom", "object_id"),
    ("caseload.Commitment", "cause"),
    ("caseload.Appointment", "session_key"),
    ("caseload.Appointment", "assignment_key"),
    ("caseload.KnownSeries", "assignment_key"),
)

TAKES_PART_STILL: Final = (
    "exists (select from caseload_participation p where p.episode_id = t.episode_id"
    " and p.client_id = who and (p.left_on is null or p.left_on >= day))"
)
# What is still open; `day` is the day on which it is asked.
OPEN: Final[dict[str, str]] = {
    "caseload.Assignment": f"(t.ends_on is null or t.ends_on >= day) and {TAKES_PART_STILL}",
    "caseload.WaitingEntry": "t.ended_on is null",
    "caseload.Session": f"t.state = 'planned' and t.starts_at >= day and {TAKES_PART_STILL}",
    "endings.Ending": "t.withdrawn_on is null and t.stage not in ('closed', 'followed_up')",
    "referrals.FollowUp": "t.done_on is null and t.dropped_on is null",
}

# Columns that say nothing to anybody outside.
NOT_SAID: Final = ("revision", "sort_key", "sort_by", "content_hash")
