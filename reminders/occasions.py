"""The occasions of a reminder, named from the table of domain.md, and their line in the digest."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Occasion(TextChoices):
    """Why somebody is reminded; the label is the sentence shown after sign-in."""

    CHOOSE_MEETING = "choose_meeting", _("Choose the meeting in which to tell")
    TELL = "tell", _("The window is open: tell in person")
    LAST_CHANCE = "last_chance", _("Last chance for full notice")
    NOTICE_SHORT = "notice_short", _("Notice is short: an exception is needed")
    UNANSWERED = "unanswered", _("Notice is short, and nobody has answered")
    REBOOK_TELLING = "rebook_telling", _("The meeting fell through: choose another")
    RETURN_TO_IT = "return_to_it", _("Told early: return to it")
    OFFER_OPTIONS = "offer_options", _("Offer options")
    HEAR_CHOICE = "hear_choice", _("What has the client chosen?")
    BOOK_HANDOVER = "book_handover", _("Book the meeting of three; consent; summary")
    PREPARE_HANDOVER = "prepare_handover", _("Prepare the meeting of three: is the summary read?")
    LAST_SESSION = "last_session", _("The last session; a look at risk")
    CLOSE_FILE = "close_file", _("Close the file")
    ASK_AFTER = "ask_after", _("Did the client arrive?")
    REACH_OUT = "reach_out", _("Next attempt to reach the client")
    CHECK_ENTRY = "check_entry", _("Check this entry of the directory")
    REVIEW = "review", _("Somebody is waiting for you")
    CONTACT_WAITING = "contact_waiting", _("Get in touch with somebody who waits")
    CONTACT_IN_BREAK = "contact_in_break", _("Get in touch, as agreed for the break")
    BREAK_ENDS = "break_ends", _("A break ends: agree on how it goes on")
    LOOK_AT_RISK = "look_at_risk", _("Look at risk again")
    SECOND_YES = "second_yes", _("A file waits for a second yes")
    FILE_OPENED = "file_opened", _("A file was opened in an emergency")
    LOOK_AT_GLASS = "look_at_glass", _("Look at an emergency access")


class Line(TextChoices):
    """The lines of the morning digest in their fixed order; keys as in words/plurals.csv."""

    TELL = "mail.line.tell"
    PREPARE = "mail.line.prepare"
    ASK = "mail.line.ask"
    FINISH = "mail.line.finish"
    LATE = "mail.line.late"


LINES: Mapping[Occasion, Line] = MappingProxyType(
    {
        Occasion.CHOOSE_MEETING: Line.TELL,
        Occasion.TELL: Line.TELL,
        Occasion.LAST_CHANCE: Line.TELL,
        Occasion.NOTICE_SHORT: Line.TELL,
        Occasion.REBOOK_TELLING: Line.TELL,
        Occasion.RETURN_TO_IT: Line.ASK,
        Occasion.OFFER_OPTIONS: Line.ASK,
        Occasion.HEAR_CHOICE: Line.ASK,
        Occasion.BOOK_HANDOVER: Line.PREPARE,
        Occasion.PREPARE_HANDOVER: Line.PREPARE,
        Occasion.LAST_SESSION: Line.PREPARE,
        Occasion.CLOSE_FILE: Line.FINISH,
        Occasion.ASK_AFTER: Line.ASK,
        Occasion.REACH_OUT: Line.ASK,
        Occasion.CHECK_ENTRY: Line.FINISH,
        Occasion.REVIEW: Line.FINISH,
        Occasion.UNANSWERED: Line.FINISH,
        Occasion.CONTACT_WAITING: Line.ASK,
        Occasion.CONTACT_IN_BREAK: Line.ASK,
        Occasion.BREAK_ENDS: Line.ASK,
        Occasion.LOOK_AT_RISK: Line.ASK,
        Occasion.SECOND_YES: Line.FINISH,
        Occasion.FILE_OPENED: Line.FINISH,
        Occasion.LOOK_AT_GLASS: Line.FINISH,
    }
)
"""Which reminder becomes which line (words.md 3), so that no count tells one person's story."""


DONE_BY_HAND: frozenset[Occasion] = frozenset(
    {
        Occasion.PREPARE_HANDOVER,
        Occasion.CONTACT_IN_BREAK,
        Occasion.UNANSWERED,
        Occasion.FILE_OPENED,
    }
)
"""What nothing that is recorded would close. Everything else leaves with its fact, and only so."""

CONCERNS_TELLING: frozenset[Occasion] = frozenset(
    {
        Occasion.UNANSWERED,
        *(occasion for occasion, line in LINES.items() if line is Line.TELL),
    }
)
"""What concerns a client being told: nobody can switch it off, neither the mail nor the notice."""


def digest_lines(standing: Iterable[tuple[Occasion | str, bool]]) -> dict[Line, int]:
    """Count the lines of one person's digest from `(occasion, is_late)` pairs.

    A line with 0 is left out; no lines means that no mail is sent. LATE counts again what is late
    among the others.
    """
    counts = dict.fromkeys(Line, 0)
    for occasion, is_late in standing:
        counts[LINES[Occasion(occasion)]] += 1
        counts[Line.LATE] += is_late
    return {line: count for line, count in counts.items() if count}
