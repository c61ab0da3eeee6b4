"""The keys of sealed text as they are written in settings and files: `1:<64 hex digits>,2:…`."""

from collections.abc import Mapping
from hashlib import sha256


def read_keys(written: str) -> dict[int, bytes]:
    """Return the keys by number; raises ValueError for anything else."""
    pairs = (pair.strip().split(":") for pair in written.split(",") if pair.strip())
    keys = {int(number): bytes.fromhex(key) for number, key in pairs}
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise ValueError("FIELD_KEYS is a list of NUMBER:KEY with keys of 64 hex digits")
    return keys


def write_keys(keys: Mapping[int, bytes]) -> str:
    return ",".join(f"{number}:{keys[number].hex()}" for number in sorted(keys))


def history_key(keys: Mapping[int, bytes]) -> bytes:
    """Return the key of history's digests where none is set: it follows from the first field key."""
    return sha256(b"history" + keys[min(keys)]).digest()
