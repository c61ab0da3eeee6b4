"""How FHIR resources name each other: relative, absolute, urn:uuid, by identifier."""

from collections.abc import Iterator
from typing import Any

from caseload.readers.records import Alias

URN = "urn:uuid:"


def key_of(reference: Any, kind: str) -> str:
    """Return the key of the `kind` that `reference` names, or an empty string.

    A key is the id (`Patient/7`, `https://…/Patient/7/_history/2` → `7`; `urn:uuid:…` → the uuid) or,
    for a conditional or logical reference, `?system|value`; `Names.find` turns it into the id.
    """
    if not isinstance(reference, dict):
        return ""
    said = reference.get("reference")
    if isinstance(said, str) and said:
        return key_in(said, kind)
    identifier = reference.get("identifier")
    if isinstance(identifier, dict) and reference.get("type", kind) == kind:
        return identifier_key(identifier)
    return ""


def key_in(said: str, kind: str) -> str:
    if said.startswith("urn:"):
        return said.removeprefix(URN)
    if "?" in said:
        target, _, question = said.partition("?")
        asked = question.removeprefix("identifier=")
        return f"?{asked}" if target.rpartition("/")[2] == kind and asked != question else ""
    parts = said.split("/_history/")[0].rsplit("/", 2)
    return parts[-1] if len(parts) > 1 and parts[-2] == kind else ""


def identifier_key(identifier: dict[str, Any]) -> str:
    value = identifier.get("value")
    return f"?{identifier.get('system') or ''}|{value}" if isinstance(value, str) and value else ""


def id_of(resource: dict[str, Any], full_url: str) -> str:
    """Return the id of a resource; in a Bundle the full URL may stand in for it."""
    said = resource.get("id")
    if isinstance(said, str) and said:
        return said
    return tail_of(full_url)


def tail_of(full_url: str) -> str:
    """Return what a full URL names: the uuid, or the id at its end."""
    return (
        full_url.removeprefix(URN) if full_url.startswith("urn:") else full_url.rpartition("/")[2]
    )


def aliases_of(resource: dict[str, Any], full_url: str, source_id: str) -> Iterator[Alias]:
    """Yield the other names under which `resource` may be referred to."""
    kind = str(resource.get("resourceType"))
    tail = tail_of(full_url)
    if tail and tail != source_id:
        yield Alias(kind, tail, source_id)
    identifiers = resource.get("identifier")
    for identifier in identifiers if isinstance(identifiers, list) else []:
        if isinstance(identifier, dict) and (name := identifier_key(identifier)):
            yield Alias(kind, name, source_id)


class Names:
    """Who is meant by a key, once everything has been read."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}

    def learn(self, alias: Alias) -> None:
        """Remember an alias; one that names two rows names neither."""
        key = (alias.kind, alias.name)
        before = self.known.get(key, alias.source_id)
        self.known[key] = alias.source_id if before == alias.source_id else ""

    def find(self, kind: str, key: str) -> str:
        """Return the id behind `key`; a key that is no alias is an id itself."""
        found = self.known.get((kind, key), key)
        if found != key and found.startswith("?"):
            found = self.known.get((kind, found), "")
        return "" if found.startswith("?") else found
