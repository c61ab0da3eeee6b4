"""What HSDS 3.1 says of its objects, read from the schemas in `thirdparty/hsds`. Pure, and offline."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

THIRDPARTY: Final = Path(__file__).resolve().parents[3] / "thirdparty" / "hsds"
ORUK: Final = "oruk"
VERSION: Final = "3.1"


@dataclass(frozen=True, slots=True)
class Slot:
    """A member that holds other objects: of which kind, and whether several."""

    kind: str
    many: bool


# What the full examples and the API have, and the schemas leave out.
MORE: Final = {
    "organization": {"services": Slot("service", many=True)},
    "service_at_location": {"service": Slot("service", many=False)},
}


@dataclass(frozen=True)
class Shape:
    """One of the 24 objects: its file name, its own members, and those that hold other objects."""

    kind: str
    file: str
    scalars: dict[str, dict[str, Any]]
    slots: dict[str, Slot]
    required: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [*self.scalars, *self.slots]

    def types(self, name: str) -> Any:
        """Return "string" or "number"."""
        return self.scalars[name].get("type")


@cache
def schemas(profile: str = "") -> dict[str, dict[str, Any]]:
    """Return the 24 schemas by kind; with a profile, its merge patches applied (RFC 7386)."""
    told = {path.stem: json.loads(path.read_text()) for path in (THIRDPARTY / "schemas").iterdir()}
    if not profile:
        return told
    made = {kind: patched(schema, patch_of(profile, kind)) for kind, schema in told.items()}
    return {
        kind: schema for kind, schema in made.items() if schema
    }  # a profile may do without a kind


def patch_of(profile: str, kind: str) -> Any:
    path = THIRDPARTY / profile / f"{kind}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def patched(target: Any, patch: Any) -> Any:
    """Apply an RFC 7386 merge patch."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = patched(kept.get(name), value)
    return kept


@cache
def shapes(profile: str = "") -> dict[str, Shape]:
    """Return every kind of object by its name."""
    return {kind: shape_of(kind, schema) for kind, schema in schemas(profile).items()}


def shape_of(kind: str, schema: dict[str, Any]) -> Shape:
    scalars, slots = {}, {}
    for name, told in schema["properties"].items():
        inside = told.get("$ref") or (told.get("items") or {}).get("$ref")
        if inside:
            slots[name] = Slot(inside.removesuffix(".json"), many=told.get("type") == "array")
        elif told:
            scalars[name] = told
    slots |= MORE.get(kind, {})
    return Shape(kind, schema["path"], scalars, slots, tuple(schema.get("required", ())))


@cache
def kinds_by_table() -> dict[str, str]:
    """Return the kind of every table name: as the standard calls its file, in singular and in plural."""
    named: dict[str, str] = {}
    for kind, shape in shapes().items():
        for name in (kind, f"{kind}s", Path(shape.file).stem):
            named[name] = kind
        if kind.endswith("y"):
            named[f"{kind[:-1]}ies"] = kind
    return named | {"services_at_location": "service_at_location", "addresses": "address"}
