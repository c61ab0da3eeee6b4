"""Checks an object against the schemas of HSDS, formats included, without the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from referrals.readers.hsds.shapes import schemas


@dataclass(frozen=True, slots=True)
class Fault:
    """Where an object breaks the standard, as a path, and how, in the checker's words."""

    path: str
    message: str


@cache
def checker(kind: str, profile: str = "") -> Draft202012Validator:
    """Return the checker of one kind of object."""
    told = schemas(profile)
    resources = [
        (f"{name}.json", Resource.from_contents(plain(schema), default_specification=DRAFT202012))
        for name, schema in told.items()
    ]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator(
        {"$ref": f"{kind}.json"}, registry=registry, format_checker=FormatChecker()
    )


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without a name of its own, so that nothing is fetched."""
    return {name: value for name, value in schema.items() if name != "$id"}


def faults(kind: str, told: Any, profile: str = "") -> Iterator[Fault]:
    for error in checker(kind, profile).iter_errors(told):
        path = "/".join(str(each) for each in error.absolute_path)
        yield Fault(path or ".", error.message[:200])
