"""What leaves the house: valid (strict), and fit for everybody's eyes (public). Pure.

Strict drops nulls and what cannot be valid, and fills what the standard asks for: every such case is counted.
Public goes on from there: no member that the standard does not know, no confidential place, no person.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import UUID

from jsonschema import FormatChecker

from referrals.readers.hsds.casting import Doubtful, moment, number, status
from referrals.readers.hsds.shapes import Shape, shapes

IdOf = Callable[[str, str], str]  # (kind, original id) → a UUID as text
FILLED: Final = {
    "service": {"status": "active"},
    "location": {"location_type": "physical"},
    "address": {"address_type": "physical"},
}
FROM_THE_NAME: Final = {"description", "name"}
CANNOT_BE_FILLED: Final = {"service_capacity", "url"}
PERSONAL: Final = {"contacts", "metadata", "assurer_email"}
HIDES: Final = {"addresses", "latitude", "longitude", "transportation", "description", "name", "alternate_name", "accessibility", "schedules", "url"}  # fmt: skip
CONFIDENTIAL: Final = "x_confidential"
PROFILE: Final = "x_accepting_new_clients"
SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
LOOKS_LIKE_A_SITE: Final = re.compile(r"^[\w-]+(\.[\w-]+)+([/?#].*)?$")
KIND_OF_ID: Final = {
    "parent_organization_id": "organization",
    "parent_id": "taxonomy_term",
    "taxonomy_term_id": "taxonomy_term",
}
FORMATS: Final = FormatChecker()


def is_uuid(told: Any) -> bool:
    try:
        return isinstance(told, str) and str(UUID(told)) == told.casefold()
    except ValueError:
        return False


@dataclass
class Strict:
    """Makes objects valid. One for a whole export: it counts what it had to do."""

    id_of: IdOf
    profile: str = ""
    done: Counter[str] = field(default_factory=Counter)

    def whole(self, kind: str, told: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a valid object; nothing where it lacks what nobody can fill."""
        shape = shapes(self.profile)[kind]
        valid: dict[str, Any] = {}
        for name, value in told.items():
            made = self.member(shape, name, value, told)
            if made is not None and made != []:
                valid[name] = made
        return self.filled(shape, valid)

    def member(self, shape: Shape, name: str, value: Any, told: Mapping[str, Any]) -> Any:
        if value is None or value == "":
            return None
        if name in shape.scalars:
            return self.scalar(shape, name, value, told)
        if name not in shape.slots:
            return self.unknown(shape.kind, name, value)
        slot = shape.slots[name]
        if slot.kind not in shapes(self.profile):
            return None
        return self.several(slot.kind, value) if slot.many else self.one(slot.kind, value)

    def several(self, kind: str, value: Any) -> list[dict[str, Any]]:
        parts = value if isinstance(value, list) else []
        return [made for each in parts if (made := self.one(kind, each)) is not None]

    def one(self, kind: str, value: Any) -> dict[str, Any] | None:
        return self.whole(kind, value) if isinstance(value, dict) else None

    def unknown(self, kind: str, name: str, value: Any) -> Any:
        """Return a member that the standard does not know; one that the profile took out stays out."""
        if name not in known_members(kind):
            return value
        self.done[f"not in the profile: {kind}.{name}"] += 1
        return None

    def scalar(self, shape: Shape, name: str, value: Any, told: Mapping[str, Any]) -> Any:
        schema = shape.scalars[name]
        if schema.get("format") == "uuid":
            return self.identity(shape.kind, name, value, told)
        read: Callable[[Any], Any] = READERS.get(
            str(schema.get("format") or schema.get("type")), as_text
        )
        made = read(value)
        if "enum" in schema:
            made = one_of(name, made, schema["enum"])
        if made is None:
            self.done[f"left out: {shape.kind}.{name}"] += 1
        return made

    def identity(self, kind: str, name: str, value: Any, told: Mapping[str, Any]) -> str | None:
        """Return an id that is a UUID: the source's own where it is one."""
        text = str(value).strip()
        if is_uuid(text):
            return text.casefold()
        if name == "link_id":
            return self.id_of(str(told.get("link_entity") or kind), text)
        if name == "resource_id":
            return self.id_of(str(told.get("resource_type") or kind), text)
        return self.id_of(
            KIND_OF_ID.get(name, kind if name == "id" else name.removesuffix("_id")), text
        )

    def filled(self, shape: Shape, valid: dict[str, Any]) -> dict[str, Any] | None:
        missing = [name for name in shape.required if name not in valid]
        if missing and (shape.kind in CANNOT_BE_FILLED or "id" in missing):
            self.done[f"left out: {shape.kind}"] += 1
            return None
        for name in missing:
            self.done[f"filled in: {shape.kind}.{name}"] += 1
            named = valid.get("name", "") if name in FROM_THE_NAME else ""
            valid[name] = FILLED.get(shape.kind, {}).get(name, named)
        return valid


def as_text(value: Any) -> str | None:
    return (
        value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None
    )


def as_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        found = number(value)
    except Doubtful:
        return None
    return int(found) if found is not None and found.is_integer() else found


def as_uri(value: Any) -> str | None:
    """Return an address; “www.example.org” gets https in front (research/directory.md 2.1)."""
    text = as_text(value)
    text = text.strip() if text else ""
    if text and not SCHEME.match(text) and LOOKS_LIKE_A_SITE.match(text):
        text = f"https://{text}"
    return text if text and FORMATS.conforms(text, "uri") else None


def as_email(value: Any) -> str | None:
    """Return one address, of several the first."""
    text = as_text(value) or ""
    parts = [each.strip() for each in re.split(r"[,;\s]+", text) if "@" in each]
    return parts[0] if parts and FORMATS.conforms(parts[0], "email") else None


def as_moment(value: Any) -> str | None:
    try:
        found = moment(value)
    except Doubtful:
        return None
    text = as_text(value) or ""
    return text if FORMATS.conforms(text, "date-time") else found.isoformat() if found else None


READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "number": as_number,
    "uri": as_uri,
    "email": as_email,
    "date-time": as_moment,
}


def one_of(name: str, value: Any, known: list[str]) -> str | None:
    if value in known:
        return str(value)
    try:
        text = status(value) if name == "status" else str(value).strip()
    except Doubtful:
        return None
    folded = {each.casefold(): each for each in known}
    return folded.get(text.casefold())


@cache
def known_members(kind: str) -> frozenset[str]:
    return frozenset(shapes()[kind].names)


def hidden(kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object in which no confidential place says where it is. For every export there is."""
    if kind == "location" and told.get(CONFIDENTIAL):
        told = {name: value for name, value in told.items() if name not in HIDES}
    return each_inside(kind, told, hidden)


def public(kind: str, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what everybody may see of a valid object; nothing of a place, or of what is at one, that is not."""
    if is_confidential(kind, told):
        return None
    known = known_members(kind) | ({PROFILE} if kind == "service" else set())
    kept = {
        name: value
        for name, value in told.items()
        if name in known and (name not in PERSONAL or (name == "contacts" and meant_for_all(value)))
    }
    if "contacts" in kept:
        kept["contacts"] = [each for each in told["contacts"] if is_meant_for_all(each)]
    return each_inside(kind, kept, public)


def is_confidential(kind: str, told: Mapping[str, Any]) -> bool:
    place = (
        told
        if kind == "location"
        else told.get("location")
        if kind == "service_at_location"
        else None
    )
    return isinstance(place, Mapping) and bool(place.get(CONFIDENTIAL))


def meant_for_all(contacts: Any) -> bool:
    return isinstance(contacts, list) and any(map(is_meant_for_all, contacts))


def is_meant_for_all(contact: Any) -> bool:
    """Say whether the source itself calls a contact public; a person's name is private otherwise."""
    said = isinstance(contact, Mapping) and str(contact.get("visibility", "")).casefold()
    return said == "public"


def each_inside(
    kind: str, told: Mapping[str, Any], change: Callable[[str, Mapping[str, Any]], Any]
) -> dict[str, Any]:
    """Return an object whose inner objects have gone through `change`; those of which nothing is left are gone."""
    whole = dict(told)
    for name, slot in shapes()[kind].slots.items():
        value = whole.get(name)
        if isinstance(value, list):
            parts = [
                change(slot.kind, each) if isinstance(each, Mapping) else each for each in value
            ]
            whole[name] = [each for each in parts if each is not None]
        elif isinstance(value, Mapping):
            whole[name] = change(slot.kind, value)
            if whole[name] is None:
                del whole[name]
    return whole
