"""Our key of a row of a source: the same in every run, and different between tables and sources."""

from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from referrals.readers import Kind
from referrals.readers.hsds.nesting import keyed


@lru_cache(maxsize=200_000)
def key_of(source: str, kind: Kind, original_id: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{source}|{kind}|{original_id}")


def key_of_path(source: str, path: str) -> UUID:
    """Return the key of `phone/1554…`."""
    kind, _slash, original_id = path.partition("/")
    return key_of(source, *keyed(kind, original_id))
