"""What is written down at each step that is words and picks: questions as data, one form and one page for all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from endings.workflow.names import Step

Text = str | Promise
Kind = Literal["line", "words", "pick", "picks", "day"]
Answers = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Question:
    """One question. `needed_with`: it has to be answered where another one was answered so.

    `own` is for the one who works: who leads does not read it (decision 16). Words are read by who leads
    only where they are `for_supervision`: those they have to decide on, or collect.
    """

    name: str
    label: Text
    kind: Kind = "words"
    options: tuple[tuple[str, Text], ...] = ()
    needed: bool = False
    needed_with: tuple[str, tuple[str, ...]] | None = None
    help: Text = ""
    own: bool = False
    for_supervision: bool = False

    @property
    def is_free(self) -> bool:
        """Whether it is answered in one's own words, long or on one line."""
        return self.kind in ("line", "words")

    def is_needed(self, answers: Answers) -> bool:
        """Say whether this has to be answered, given the other answers."""
        if self.needed_with is None:
            return self.needed
        other, values = self.needed_with
        given = answers.get(other, "")
        return any(value in values for value in ([given] if isinstance(given, str) else given))


@dataclass(frozen=True)
class Sheet:
    """The questions of one step. A step that `repeats` is recorded as often as it happens."""

    act: Text
    questions: tuple[Question, ...]
    repeats: bool = False


_CHANNELS = (
    ("phone", pgettext_lazy("channel", "Phone")),
    ("message", pgettext_lazy("channel", "Message")),
    ("email", pgettext_lazy("channel", "E-mail")),
    ("letter", pgettext_lazy("channel", "Letter")),
    ("visit", pgettext_lazy("channel", "A visit")),
)
_YES_NO = (("yes", pgettext_lazy("answer", "Yes")), ("no", pgettext_lazy("answer", "No")))

SHEETS: Mapping[Step, Sheet] = MappingProxyType(
    {
        Step.AGREE: Sheet(
            _("Record what you agreed"),
            (
                Question(
                    "brought_up",
                    _("Who brought it up"),
                    "pick",
                    (
                        ("client", pgettext_lazy("initiator", "The client")),
                        ("therapist", pgettext_lazy("initiator", "The therapist")),
                        ("both", pgettext_lazy("initiator", "Both together")),
                    ),
                    needed=True,
                ),
                Question("agreed", _("What you agreed"), needed=True),
            ),
        ),
        Step.TWO_QUESTIONS: Sheet(
            _("Ask the two questions"),
            (
                Question(
                    "in_the_way",
                    _("What stood in the way of a better result?"),
                    help=_("A calm room, no judging. Write the answer down; do not answer it."),
                    needed=True,
                ),
                Question(
                    "help_again",
                    _("How do you feel now about asking for help again?"),
                    help=_("In the client’s words."),
                    needed=True,
                ),
                Question(
                    "setting",
                    _("Where you talked"),
                    "pick",
                    (
                        ("room", _("In our room, undisturbed")),
                        ("elsewhere", _("Somewhere the client chose")),
                        ("remote", _("By video or phone")),
                    ),
                ),
                Question(
                    "check",
                    _("Looking at myself"),
                    "picks",
                    (
                        ("defended_me", _("I defended myself")),
                        ("defended_service", _("I defended the practice")),
                        ("talked_over", _("I talked more than I listened")),
                        ("listened", _("I could listen")),
                    ),
                    help=_("For you alone. It happens to everybody."),
                    own=True,
                ),
                Question(
                    "learn",
                    _("What the practice should learn"),
                    help=_("Without names: your supervisor collects it."),
                    for_supervision=True,
                ),
            ),
        ),
        Step.RETURN_TO_IT: Sheet(
            _("Record that you returned to it"),
            (
                Question(
                    "told_at_start",
                    _("Was the end known from the start?"),
                    "pick",
                    _YES_NO,
                    needed=True,
                    help=_(
                        "What was told at the start counts. It is said again, about eight weeks before."
                    ),
                ),
                Question("words", _("How it was to hear it again"), needed=True),
            ),
        ),
        Step.TALK: Sheet(
            _("Record the talk"),
            (
                Question(
                    "missing",
                    _("What the client misses"),
                    help=_("In the client’s words."),
                    needed=True,
                ),
                Question(
                    "repair",
                    _("Did you offer to work on it together?"),
                    "pick",
                    (
                        ("wanted", _("Offered, and the client wants to try")),
                        ("not_wanted", _("Offered, and the client still wishes somebody else")),
                        ("not_offered", _("Not offered")),
                    ),
                    needed=True,
                ),
                Question("why_not", _("Why not"), needed_with=("repair", ("not_offered",))),
                Question(
                    "three",
                    _("Does the client wish a meeting of three?"),
                    "pick",
                    _YES_NO,
                    needed=True,
                ),
            ),
        ),
        Step.REPLY: Sheet(
            _("Record the one reply"),
            (
                Question("by", _("How you answered"), "pick", _CHANNELS, needed=True),
                Question(
                    "words",
                    _("What you answered"),
                    help=_("One warm answer, and the door stays open. No second one unasked."),
                    needed=True,
                ),
            ),
        ),
        Step.SUPERVISOR: Sheet(
            _("Record the word with the supervisor"),
            (
                Question("with_whom", _("With whom"), "line", needed=True),
                Question("decided", _("What you decided together"), needed=True),
            ),
        ),
        Step.LETTER: Sheet(
            _("Record the letter, or why there is none"),
            (
                Question(
                    "sent",
                    _("Did a letter go out?"),
                    "pick",
                    (
                        ("sent", _("Yes, to the safe address")),
                        ("no_address", _("No: no safe address is known")),
                        ("not_wanted", _("No: the client wants no letters")),
                        ("other", _("No, for another reason")),
                    ),
                    needed=True,
                ),
                Question("why_not", _("Why not"), needed_with=("sent", ("other",))),
                Question("signed_by", _("Who signed it"), "line", needed_with=("sent", ("sent",))),
            ),
        ),
        Step.OPEN_DOOR: Sheet(
            _("Say how the door stays open"),
            (
                Question("who", _("Who answers when this person comes back"), "line", needed=True),
                Question("how", _("How they reach that person"), "line", needed=True),
            ),
        ),
        Step.KNOWN: Sheet(
            _("Write down what is known"),
            (
                Question("what", _("What happened"), needed=True),
                Question(
                    "from",
                    _("From whom you know it"),
                    "pick",
                    (
                        ("client", pgettext_lazy("source", "The client")),
                        ("family", pgettext_lazy("source", "Family or friends")),
                        ("professional", pgettext_lazy("source", "Somebody who works with them")),
                        ("other", pgettext_lazy("source", "Somebody else")),
                    ),
                    needed=True,
                ),
                Question(
                    "sure",
                    _("How sure it is"),
                    "pick",
                    (
                        ("certain", pgettext_lazy("sure", "Certain")),
                        ("likely", pgettext_lazy("sure", "Likely")),
                        ("hearsay", pgettext_lazy("sure", "Hearsay")),
                    ),
                    needed=True,
                ),
            ),
        ),
        Step.CONTACT: Sheet(
            _("Record a contact"),
            (
                Question("by", _("How"), "pick", _CHANNELS, needed=True),
                Question("words", _("How it was")),
            ),
            repeats=True,
        ),
        Step.GROWTH: Sheet(
            _("Record what was recommended"),
            (
                Question(
                    "where",
                    _("What for, and where"),
                    help=_("A course, a group, a place for what comes after."),
                    needed=True,
                ),
            ),
        ),
        Step.GROUND: Sheet(
            _("State the ground"),
            (
                Question(
                    "ground",
                    _("The ground"),
                    "pick",
                    (
                        ("safety", _("Somebody here is not safe")),
                        ("rules", _("An agreed rule was broken, again, after a warning")),
                        ("no_benefit", _("The work does not help, and other help would")),
                        ("conflict", _("A conflict of interest that cannot be mended")),
                        ("fees", _("Fees stay unpaid, as it was agreed and talked about")),
                    ),
                    needed=True,
                    help=_("Not liking somebody is no ground."),
                ),
                Question("facts", _("Which facts"), needed=True, for_supervision=True),
                Question("tried", _("What was tried before"), needed=True, for_supervision=True),
                Question(
                    "danger",
                    _("Is somebody in danger now?"),
                    "pick",
                    _YES_NO,
                    needed=True,
                    help=_(
                        "With yes the work may stop at once; the supervisor looks at it afterwards."
                    ),
                ),
            ),
        ),
        Step.PRIOR_NOTICE: Sheet(
            _("Record the warning"),
            (
                Question("on", _("On which day"), "day", needed_with=("given", ("yes",))),
                Question(
                    "given",
                    _("Did the client hear what was at stake?"),
                    "pick",
                    _YES_NO,
                    needed=True,
                ),
                Question(
                    "could_change",
                    _("What could have changed it"),
                    needed_with=("given", ("yes",)),
                    for_supervision=True,
                ),
                Question(
                    "why_not", _("Why not"), needed_with=("given", ("no",)), for_supervision=True
                ),
            ),
        ),
        Step.OBJECTION: Sheet(
            _("Record the objection, or that there was none"),
            (
                Question(
                    "objects",
                    _("Does the client object?"),
                    "pick",
                    (
                        ("heard", _("Yes, and somebody independent heard it")),
                        ("none", _("No; the client knows to whom and until when")),
                    ),
                    needed=True,
                ),
                Question(
                    "who", _("Who is independent here"), "line", needed=True, for_supervision=True
                ),
                Question(
                    "what",
                    _("What the client objects"),
                    needed_with=("objects", ("heard",)),
                    for_supervision=True,
                ),
                Question(
                    "came_of_it",
                    _("What came of it"),
                    needed_with=("objects", ("heard",)),
                    for_supervision=True,
                ),
            ),
        ),
    }
)


def unanswered(sheet: Sheet, answers: Answers) -> tuple[str, ...]:
    """Return the names of the questions that have to be answered and are not."""
    return tuple(
        question.name
        for question in sheet.questions
        if question.is_needed(answers) and not _said(answers.get(question.name, ""))
    )


def known(sheet: Sheet, answers: Answers) -> dict[str, str | list[str]]:
    """Return the answers to questions of this sheet that say something, in its order."""
    return {
        question.name: answers[question.name]
        for question in sheet.questions
        if _said(answers.get(question.name, ""))
    }


def spoken(question: Question, answer: str | list[str]) -> Iterable[Text]:
    """Return an answer as it is read: the labels of picks, or the words."""
    labels = dict(question.options)
    return [labels.get(one, one) for one in ([answer] if isinstance(answer, str) else answer)]


def _said(answer: str | list[str]) -> bool:
    return bool(answer.strip() if isinstance(answer, str) else answer)
