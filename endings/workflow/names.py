"""The words of the law: playbooks, stages, steps, verdicts."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Playbook(TextChoices):
    """Why and by whom an ending was begun decides which steps it has (R6)."""

    DEPARTURE = "departure", _("The therapist leaves")
    GOALS_MET = "goals_met", _("The work is done")
    GOALS_NOT_MET = "goals_not_met", _("It did not bring enough")
    AGREED_TERM = "agreed_term", _("Agreed sessions are over")
    ANOTHER_THERAPIST = "another_therapist", _("The client wishes another therapist")
    STOPPED_BY_MESSAGE = "stopped_by_message", _("The client stops by message")
    LOST_CONTACT = "lost_contact", _("Contact is lost")
    UNAVAILABLE = "unavailable", _("The client cannot continue")
    SUDDEN = "sudden", _("Sudden absence")
    INVOLUNTARY = "involuntary", _("The practice ends the work")


class Stage(TextChoices):
    """The furthest fact reached; the order of the members is the order of the way."""

    TO_TELL = "to_tell", _("To tell")
    TOLD = "told", pgettext_lazy("stage.told", "Told")
    OPTIONS_OFFERED = "options_offered", _("Options offered")
    CHOSEN = "chosen", _("Choice made")
    HANDED_OVER = "handed_over", _("Handed over")
    LAST_HELD = "last_held", _("Last session held")
    CLOSED = "closed", pgettext_lazy("stage.closed", "Closed")
    FOLLOWED_UP = "followed_up", _("Asked after")

    @property
    def place(self) -> int:
        """How far along the way this stage lies, from 0."""
        return PLACE[self]


PLACE: Mapping[str, int] = MappingProxyType({stage: n for n, stage in enumerate(Stage)})


class Step(TextChoices):
    """What a person does in an ending; each is one operation, one page, one fact."""

    RISK = "risk", _("A look at risk")
    GROUND = "ground", _("The ground")
    PRIOR_NOTICE = "prior_notice", _("Warning given")
    NAME_COLLEAGUE = "name_colleague", _("Who speaks to them")
    TELL = "tell", _("Tell")
    AGREE = "agree", _("Agree on it")
    RETURN_TO_IT = "return_to_it", _("Return to it")
    TALK = "talk", _("Talk about it")
    REPLY = "reply", _("One reply")
    LIVE_VOICE = "live_voice", _("A live voice first")
    KNOWN = "known", _("What is known")
    CONTACT = "contact", _("Contact, if possible")
    OUTREACH = "outreach", _("Attempts to reach")
    SUPERVISOR = "supervisor", _("Word with the supervisor")
    LETTER = "letter", _("Letter to a safe address")
    OPEN_DOOR = "open_door", _("Open door")
    OBJECTION = "objection", _("Objection heard by somebody independent")
    CONSENT = "consent", _("Supervisor’s consent")
    TWO_QUESTIONS = "two_questions", _("Two questions")
    OPTIONS = "options", pgettext_lazy("step.options", "Options")
    CHOICE = "choice", _("Choice")
    CONSOLIDATE = "consolidate", _("What stays")
    TAPER = "taper", _("Fewer sessions")
    GROWTH = "growth", _("Where to grow next")
    HANDOVER = "handover", _("Meeting of three")
    HANDOVER_FILE = "handover_file", _("Handover from the file")
    LAST = "last", _("Last session")
    NO_LAST = "no_last", _("Why no last session")
    DEBRIEF = "debrief", _("Afterwards, for me")
    CLOSE = "close", pgettext_lazy("step.close", "Close")
    FOLLOW_UP = "follow_up", _("Ask after")


class Verdict(TextChoices):
    """What the table says to a step."""

    ALLOW = "allow", _("Allowed")
    WARN = "warn", _("Out of order: recorded with its reason")
    REFUSE = "refuse", _("Refused")


class Need(TextChoices):
    """How much a playbook asks for a step; *offered and not wanted* completes any of them."""

    REQUIRED = "required", _("Required")
    OFFERED = "offered", _("Offered")
    IF_RECEIVED = "if_received", _("Required if somebody receives")
