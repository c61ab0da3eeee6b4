"""What stands open with a person, in words that a practice admin may read: numbers, codes, days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What it is, and who can see to it.
KINDS: dict[str, tuple[Promise, Promise]] = {
    "work": (_("Clients in their work"), _("They plan a departure, or a supervisor takes cover.")),
    "waiting": (_("People who wait for them"), _("Name somebody else on the waiting list.")),
    "ending": (_("Endings under way"), _("Whoever carries them on brings them to their end.")),
    "departure": (_("Departures"), _("A departure is over when its last ending is.")),
    "review": (_("Decisions they were asked for"), _("The second reviewer, or they themselves.")),
    "handover": (_("Handovers offered to them"), _("They say no, or who asked takes it back.")),
    "follow_up": (_("Questions to ask after"), _("They ask, or somebody who stands in does.")),
    "supervision": (_("People they supervise"), _("Name another supervisor, from a day on.")),
    "deputy": (_("Absences they stand in for"), _("Name another deputy.")),
}


DUE = {
    "departure",
    "review",
    "follow_up",
}  # their day lies ahead; of all others it is when they began


class Standing(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def on(self) -> date | None: ...


@dataclass(frozen=True)
class Group:
    """All that is open of one kind."""

    label: str | Promise
    help: str | Promise
    rows: Sequence[Standing]
    is_due: bool


def in_words(standing: Sequence[Standing]) -> list[Group]:
    """Return what is open by kind, what weighs most first."""
    order = list(KINDS)
    ranked = sorted(standing, key=lambda row: order.index(row.kind))
    return [
        Group(*KINDS[kind], list(rows), kind in DUE)
        for kind, rows in groupby(ranked, key=lambda row: row.kind)
    ]
