"""The kinds of things that history speaks of, in words: models' names as they are on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: dict[str, str | Promise] = {
    "accounts.absence": _("Absence"),
    "accounts.invitation": _("Invitation to sign in"),
    "accounts.practice": _("The practice’s settings"),
    "accounts.roleheld": _("Role"),
    "accounts.site": _("Site"),
    "accounts.supervision": _("Supervision"),
    "accounts.team": _("Team"),
    "accounts.teammembership": _("Belonging to a team"),
    "accounts.user": _("Person of the practice"),
    "caseload.assignment": _("Assignment"),
    "caseload.break": _("Break"),
    "caseload.cadence": _("Rhythm"),
    "caseload.client": _("Client"),
    "caseload.clientlink": _("Clients who know each other"),
    "caseload.closedday": _("Closed day"),
    "caseload.contactchannel": _("Way to reach a client"),
    "caseload.episode": _("Stretch of work"),
    "caseload.goal": _("Goal"),
    "caseload.involvedperson": _("Involved person"),
    "caseload.participation": _("Taking part in a stretch of work"),
    "caseload.place": _("Free time that can be offered"),
    "caseload.readlog": _("File"),
    "caseload.risklook": _("A look at risk"),
    "caseload.room": _("Room"),
    "caseload.session": _("Session"),
    "caseload.waitingentry": _("Waiting list"),
    "endings.closure": _("Closing of a file"),
    "endings.closureaddendum": _("Addendum to a closing"),
    "endings.consent": _("Consent"),
    "endings.consolidation": _("Looking back together"),
    "endings.departure": _("Departure"),
    "endings.ending": _("Ending"),
    "endings.endingexception": _("Exception"),
    "endings.gain": _("What was gained"),
    "endings.handovercorrection": _("Correction of a meeting of three"),
    "endings.handoverinvitation": _("Invitation to take over"),
    "endings.handoversession": _("Meeting of three"),
    "endings.handoversummary": _("Handover summary"),
    "endings.heldplace": _("Held place"),
    "endings.lastsession": _("Last session"),
    "endings.nottoday": _("Not today"),
    "endings.notwanted": _("Offered and not wanted"),
    "endings.persontotell": _("Person to tell"),
    "endings.review": _("Review"),
    "endings.reviewcomment": _("Comment on a review"),
    "endings.signoff": _("Sign-off"),
    "endings.summarysection": _("Section of a handover summary"),
    "endings.telling": _("Telling"),
    "endings.trigger": _("What could be hard again"),
    "referrals.choice": _("Choice"),
    "referrals.followup": _("Follow-up"),
    "referrals.localoverlay": _("Own view of a directory entry"),
    "referrals.optionset": _("Options"),
    "referrals.referral": _("Referral"),
    "referrals.referralmove": _("Step of a referral"),
    "referrals.referraloption": pgettext_lazy("history", "Option"),
}


def kind_of(name: str) -> str | Promise:
    """Return the words for a model; its own name for one that has none yet (tests name it)."""
    return KINDS.get(name, name)
