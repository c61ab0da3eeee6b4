"""Hand-made corrections against what a source says: they win, member by member, until given up."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from referrals.models import Correction, DirectoryImport
from referrals.readers import Thing
from referrals.readers.hsds.casting import cast, said_of

SOURCE = "source"


def decision_key(kind: str, key: UUID, member: str) -> str:
    """Return the name of an admin's answer in `DirectoryImport.decisions`."""
    return f"{kind}/{key}/{member}"


@dataclass
class Corrected:
    """All corrections that stand, and what an import does to them."""

    decisions: dict[str, str]
    standing: dict[tuple[str, UUID], list[Correction]] = field(
        default_factory=lambda: defaultdict(list)
    )
    given_up: list[Correction] = field(default_factory=list)
    taken_note: list[Correction] = field(default_factory=list)

    @classmethod
    def load(cls, decisions: dict[str, str]) -> "Corrected":
        loaded = cls(decisions)
        for each in Correction.objects.filter(given_up_in=None):
            loaded.standing[each.kind, each.object_id].append(each)
        return loaded

    def values(self, key: UUID, thing: Thing) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the columns with corrections in them, and `{member: [source, hand]}` where they differ now."""
        mine = self.standing.get((thing.kind.value, key))
        if not mine:
            return dict(thing.values), {}
        told = json.loads(thing.said) if thing.said else said_of(thing.kind, thing.values)
        kept: dict[str, Any] = {}
        effective = dict(told)
        for each in mine:
            if self.gives_up(each, told):
                self.given_up.append(each)
                continue
            effective[each.member] = each.value
            if told.get(each.member) != each.instead_of:
                kept[each.member] = [told.get(each.member), each.value]
        values = {**thing.values, **cast(thing.kind, effective).values}
        return values, kept

    def gives_up(self, each: Correction, told: dict[str, Any]) -> bool:
        """Say whether an admin decided for the source, or the source has come to say the same."""
        asked = self.decisions.get(decision_key(each.kind, each.object_id, each.member))
        return asked == SOURCE or told.get(each.member) == each.value

    def write(self, run: DirectoryImport) -> None:
        keys = [each.pk for each in self.given_up]
        Correction.objects.filter(pk__in=keys).update(given_up_in=run)
