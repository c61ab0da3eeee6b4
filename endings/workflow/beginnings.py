"""Three questions that a person would ask: who started it, was it planned, and why. They say which way it goes (R6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from endings.workflow.names import Playbook


class Initiator(TextChoices):
    """Who started it."""

    CLIENT = "client", pgettext_lazy("initiator", "The client")
    THERAPIST = "therapist", pgettext_lazy("initiator", "The therapist")
    BOTH = "both", pgettext_lazy("initiator", "Both together")
    SERVICE = "service", pgettext_lazy("initiator", "The practice")


class Cause(TextChoices):
    """Why one piece of work ends; why a therapist leaves is a departure's own matter."""

    GOALS_MET = "goals_met", pgettext_lazy("cause", "Goals met")
    GOALS_PARTLY = "goals_partly", pgettext_lazy("cause", "Goals partly met")
    GOALS_NOT_MET = "goals_not_met", pgettext_lazy("cause", "Goals not met")
    AGREED_TERM = "agreed_term", pgettext_lazy("cause", "Agreed sessions are over")
    CLIENT_DECIDED = "client_decided", pgettext_lazy("cause", "The client decided to stop")
    STOPPED_COMING = "stopped_coming", pgettext_lazy("cause", "The client stopped coming")
    CLIENT_HURT = "client_hurt", pgettext_lazy("cause", "A bad experience with us")
    CLIENT_MOVED = "client_moved", pgettext_lazy("cause", "The client moved away")
    CLIENT_ILL = "client_ill", pgettext_lazy("cause", "Illness or hospital")
    CLIENT_DETAINED = "client_detained", pgettext_lazy("cause", "Detained")
    CLIENT_DIED = "client_died", pgettext_lazy("cause", "The client has died")
    MONEY = "money", pgettext_lazy("cause", "Money, insurance or travel")
    RELATIONSHIP = "relationship", pgettext_lazy("cause", "It did not work between us")
    OTHER_HELP = "other_help", pgettext_lazy("cause", "Different help is needed")
    RULES = "s_rules", pgettext_lazy("cause", "The agreed rules were broken")
    SAFETY = "s_safety", pgettext_lazy("cause", "Safety")
    FUNDING = "s_funding", pgettext_lazy("cause", "Funding ended")


@dataclass(frozen=True)
class Beginning:
    """One answer to the three questions."""

    initiator: Initiator
    is_planned: bool
    cause: Cause


_C, _T, _B, _S = Initiator.CLIENT, Initiator.THERAPIST, Initiator.BOTH, Initiator.SERVICE
_Row = tuple[tuple[Initiator, ...], bool, tuple[tuple[Cause, Playbook], ...]]

_ROWS: tuple[_Row, ...] = (
    (
        (_C, _B, _T),
        True,
        (
            (Cause.GOALS_MET, Playbook.GOALS_MET),
            (Cause.GOALS_PARTLY, Playbook.GOALS_NOT_MET),
            (Cause.GOALS_NOT_MET, Playbook.GOALS_NOT_MET),
            (Cause.AGREED_TERM, Playbook.AGREED_TERM),
        ),
    ),
    (
        (_C,),
        True,
        (
            (Cause.RELATIONSHIP, Playbook.ANOTHER_THERAPIST),
            (Cause.OTHER_HELP, Playbook.ANOTHER_THERAPIST),
            (Cause.CLIENT_DECIDED, Playbook.GOALS_NOT_MET),
            (Cause.MONEY, Playbook.GOALS_NOT_MET),
            (Cause.CLIENT_HURT, Playbook.GOALS_NOT_MET),
            (Cause.CLIENT_MOVED, Playbook.GOALS_NOT_MET),
        ),
    ),
    # Not working well together is no ground for sending anybody away (R13): it is talked about, with options.
    (
        (_T, _B),
        True,
        (
            (Cause.RELATIONSHIP, Playbook.GOALS_NOT_MET),
            (Cause.OTHER_HELP, Playbook.GOALS_NOT_MET),
        ),
    ),
    (
        (_C,),
        False,
        (
            (Cause.STOPPED_COMING, Playbook.LOST_CONTACT),
            (Cause.CLIENT_DECIDED, Playbook.STOPPED_BY_MESSAGE),
            (Cause.CLIENT_HURT, Playbook.STOPPED_BY_MESSAGE),
            (Cause.MONEY, Playbook.STOPPED_BY_MESSAGE),
            (Cause.CLIENT_MOVED, Playbook.UNAVAILABLE),
            (Cause.CLIENT_ILL, Playbook.UNAVAILABLE),
            (Cause.CLIENT_DETAINED, Playbook.UNAVAILABLE),
            (Cause.CLIENT_DIED, Playbook.UNAVAILABLE),
        ),
    ),
    (
        (_S,),
        True,
        ((Cause.FUNDING, Playbook.AGREED_TERM), (Cause.AGREED_TERM, Playbook.AGREED_TERM)),
    ),
    (
        (_S,),
        False,
        (
            (Cause.RULES, Playbook.INVOLUNTARY),
            (Cause.SAFETY, Playbook.INVOLUNTARY),
            (Cause.FUNDING, Playbook.AGREED_TERM),
        ),
    ),
)


def _table() -> Mapping[Beginning, Playbook]:
    return MappingProxyType(
        {
            Beginning(who, is_planned, cause): playbook
            for everybody, is_planned, ways in _ROWS
            for who in everybody
            for cause, playbook in ways
        }
    )


BEGINNINGS: Mapping[Beginning, Playbook] = _table()
"""Every answer that has a way. What is not here is no answer: the page offers no other."""


def causes_of(
    initiator: Initiator | str, *, is_planned: bool
) -> tuple[tuple[Cause, Playbook], ...]:
    """Return the causes that fit who started it and how, each with the playbook it opens, in order."""
    return tuple(
        (answer.cause, playbook)
        for answer, playbook in BEGINNINGS.items()
        if answer.initiator == initiator and answer.is_planned == is_planned
    )
