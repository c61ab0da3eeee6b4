"""Supply, before anything is sent: so many clients, so many places here, so many outside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from endings.planner.facts import ClientFacts, Decision, Place, Receives, Setting
from endings.planner.results import Supply


def supply_of(
    clients: Sequence[ClientFacts], decisions: Mapping[UUID, Decision], setting: Setting
) -> Supply:
    """Count the clients who may stay in the practice, the places, and how many of them fit.

    A place fits a client whose language it speaks; a client without a known language fits any.
    `fitting` is the most that can have a place at once, so `outside` is never too low a number.
    """
    asking = [client for client in clients if _asks(client, decisions.get(client.id))]
    fitting = _most_pairs([_fitting(client, setting.places) for client in asking])
    by_weekday = Counter(place.weekday for place in setting.places)
    by_language = Counter(language for place in setting.places for language in place.languages)
    return Supply(
        clients=len(asking),
        places=len(setting.places),
        by_weekday=MappingProxyType(dict(sorted(by_weekday.items()))),
        by_language=MappingProxyType(dict(sorted(by_language.items()))),
        fitting=fitting,
        outside=len(asking) - fitting,
    )


def _asks(client: ClientFacts, decision: Decision | None) -> bool:
    """Say whether this client may still need a place: no ending behind, no *no*, nobody yet."""
    receives = (decision and decision.receives) or client.receives
    is_settled = client.last_held_on is not None or client.handover_on is not None
    return not is_settled and receives is not Receives.NO


def _fitting(client: ClientFacts, places: Sequence[Place]) -> tuple[int, ...]:
    spoken = set(client.languages)
    return tuple(
        number
        for number, place in enumerate(places)
        if not spoken or not place.languages or spoken & set(place.languages)
    )


def _most_pairs(wishes: Sequence[tuple[int, ...]]) -> int:
    """Return the size of a largest matching of clients to places (augmenting paths).

    Who finds no place leaves none for anybody with the same wishes: those need not try.
    """
    holder: dict[int, int] = {}
    in_vain: set[tuple[int, ...]] = set()

    def finds_place(client: int, seen: set[int]) -> bool:
        free = [place for place in wishes[client] if place not in holder]
        held = [place for place in wishes[client] if place in holder]
        for place in free or held:
            if place in seen:
                continue
            seen.add(place)
            if place not in holder or finds_place(holder[place], seen):
                holder[place] = client
                return True
        return False

    for client, wish in enumerate(wishes):
        if wish not in in_vain and not finds_place(client, set()):
            in_vain.add(wish)
    return len(holder)
