"""The kinds of things that a plan says, with the words that a person reads."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProblemKind(TextChoices):
    """Why a client does not fit yet, in the order in which they are named."""

    RISK_SAYS_WAIT = "risk_says_wait", _("A look at risk says: wait")
    NO_RHYTHM = "no_rhythm", _("No meetings planned")
    LAST_SESSION_MISSING = "last_session_missing", _("No last session")
    ABSENCE_IN_WINDOW = "absence_in_window", _("Away in the window")
    HANDOVER_ON_CLOSED_DAY = "handover_on_closed_day", _("Handover falls on a closed day")
    TOO_FEW_MEETINGS = "too_few_meetings", _("Too few meetings")
    NO_MEETING_IN_WINDOW = "no_meeting_in_window", _("No meeting in the window")
    SHORT_NOTICE = "short_notice", _("Less time than agreed")
    ONLY_BY_VIDEO = "only_by_video", _("Only by video")
    LINKED_APART = "linked_apart", _("People who know each other, on different days")


class WayKind(TextChoices):
    """A way out."""

    ADD_MEETING = "add_meeting", _("Add a session")
    MOVE_LAST = "move_last", _("Add a session and move the last one")
    TELL_EARLIER = "tell_earlier", _("Tell earlier")
    INVITE = "invite", _("Invite to the practice")
    HAND_OVER_IN_LAST = "hand_over_in_last", _("Hand over in the last session")
    TELL_BY_VIDEO = "tell_by_video", _("Tell by video")
    TELL_BY_PHONE = "tell_by_phone", _("Tell by phone")
    KEEP_SHORT = "keep_short", _("Keep the dates, with your reason")
    KEEP_APART = "keep_apart", _("Tell on different days, with your reason")
    AS_PROPOSED = "as_proposed", _("Take the proposed dates")
    OTHER_DATES = "other_dates", _("Choose other dates")


class ReasonKind(TextChoices):
    """Why the plan proposes what it proposes."""

    TOLD = "told", _("Told already.")
    CHOSEN = "chosen", _("Chosen by you.")
    CHOSEN_IS_GONE = "chosen_is_gone", _("The meeting chosen before is no longer there.")
    ONE_TO_SPARE = "one_to_spare", _("One more meeting to spare before the window closes.")
    LAST_IN_WINDOW = "last_in_window", _("The last meeting that leaves full notice.")
    EARLY = "early", _("Before the window opens; earlier is welcome.")
    NOT_BEFORE_ABSENCE = "not_before_absence", _("Not just before an absence.")
    BEFORE_ABSENCE = "before_absence", _("Just before an absence: no other meeting is better.")
    AFTER_RISK_LOOK = "after_risk_look", _("Not before the look at risk allows it.")
    WITH_LINKED = "with_linked", _("On the same day as people they know.")
    LINKED_KNOWS = "linked_knows", _("Somebody they know has been told.")
    USUALLY_BY_VIDEO = "usually_by_video", _("Always seen by video, so live video is in person.")
    CLOSE_TOGETHER = "close_together", _("Close to the other tellings, because people talk.")


class Purpose(TextChoices):
    """What a meeting on the way is for."""

    TELL = "tell", pgettext_lazy("meeting.for", "telling")
    OPTIONS = "options", pgettext_lazy("meeting.for", "options")
    CHOICE = "choice", pgettext_lazy("meeting.for", "choice")
    HANDOVER = "handover", pgettext_lazy("meeting.for", "meeting of three")
    TALK = "talk", pgettext_lazy("meeting.for", "talk")
    GOODBYE = "goodbye", pgettext_lazy("meeting.for", "goodbye")


class LostCause(TextChoices):
    """Why a planned meeting cannot be counted on."""

    ABSENCE = "absence", _("You are away")
    CLOSED_DAY = "closed_day", _("The practice is closed")
    NO_WORKING_DAY = "no_working_day", _("Not one of your working days")
    CLIENT_AWAY = "client_away", _("On a break")
    TAKEN = "taken", _("You or the room are taken")


class Change(TextChoices):
    """How two plans differ for one client."""

    CAME = "came", _("New in the plan")
    WENT = "went", _("No longer in the plan")
    TELLING = "telling", _("Telling")
    OPTIONS = "options", pgettext_lazy("step.options", "Options")
    CHOICE = "choice", _("Choice")
    HANDOVER = "handover", _("Meeting of three")
    LAST = "last", _("Last session")
    FITS = "fits", _("Fits")
    UNFIT = "unfit", _("Needs a decision")
    CARRIED_BY = "carried_by", _("Carried on by another person")
