"""One sentence and one icon for each step; words.md `step.*.line`."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from endings.workflow import Step

LINES: Mapping[str, Promise] = MappingProxyType(
    {
        Step.RISK: _("What worries you, since when, and what was done about it."),
        Step.TELL: _("Say it in person, early in a session, with the true reason. Then listen."),
        Step.AGREE: _("Whoever brings it up first, decide together when and how you end."),
        Step.OPTIONS: _(
            "At least two, picked for this person, each with a reason. No one has to take them."
        ),
        Step.CHOICE: _("Ask next time, not now. None, an own choice or waiting are answers too."),
        Step.CONSOLIDATE: _(
            "What has changed, what may pull back, what helps then: in the client’s own words, and"
            " tried out."
        ),
        Step.TAPER: _(
            "Let the gaps grow, so that standing alone is practised while you are still there."
        ),
        Step.GROWTH: _("A course, a group, a place for what comes after."),
        Step.HANDOVER: _(
            "One room, the client and both therapists, and a summary the client has read."
        ),
        Step.HANDOVER_FILE: _(
            "The therapist cannot be there. Say so, and pass on only what the client agrees to."
        ),
        Step.LAST: _("Nothing new. Look back, say thank you, say goodbye."),
        Step.NO_LAST: _("Say what stood in the way and who speaks to the client instead."),
        Step.CLOSE: _(
            "How it went, seen from both sides. After this the file can be read, not changed."
        ),
        Step.FOLLOW_UP: _("After two and after six weeks: did the client arrive somewhere?"),
        Step.TWO_QUESTIONS: _(
            "What stood in the way of a better result? And how do you feel now about asking for"
            " help again?"
        ),
        Step.NAME_COLLEAGUE: _("One named person, not “the office”."),
        Step.LIVE_VOICE: _("Call or visit before anything written goes out."),
        Step.OUTREACH: _("Only over ways the client agreed to; a few, kindly, days apart."),
        Step.SUPERVISOR: _("Two people look before silence becomes an ending."),
        Step.LETTER: _(
            "Warm, short, nothing clinical. If there is no safe address, say why no letter goes."
        ),
        Step.OPEN_DOOR: _("Who answers when this person comes back, and how."),
        Step.DEBRIEF: _("What this left in you. Only you can read it, unless you share it."),
        Step.KNOWN: _("What happened, from whom you know it, how sure it is."),
        Step.CONTACT: _("A visit, a call or a card, if it is wanted and safe."),
        Step.GROUND: _("What rule or risk, which facts, what was tried before."),
        Step.PRIOR_NOTICE: _("The client knew what was at stake and what could change it."),
        Step.CONSENT: _("Nobody ends a person’s work here alone."),
    }
)

ICONS: Mapping[str, str] = MappingProxyType(
    {
        Step.TELL: "messages-square",
        Step.OPTIONS: "list-checks",
        Step.HANDOVER: "users",
        Step.LAST: "door-open",
        Step.FOLLOW_UP: "heart-handshake",
    }
)
"""Steps without an icon of their own wear the dashed ring."""
