"""What a seal says, and its signature.

Ed25519 rather than HMAC: whoever is to check seals (an auditor, a second practice) needs the public key only
and cannot make one. The private key never reaches the database, nor the web's processes (SEAL_KEYS).
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings


class NoKey(RuntimeError):
    """This process has no key to seal with: only the worker and the owner's commands have it."""


def private_key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.SEAL_KEYS[number])


def newest_key() -> int:
    """Return the number of the key that signs; raises `NoKey` where there is none."""
    if not settings.SEAL_KEYS:
        raise NoKey("SEAL_KEYS is not set")
    return max(settings.SEAL_KEYS)


def sign(digest: bytes, key: int) -> bytes:
    return private_key(key).sign(digest)


def is_signed(digest: bytes, signature: bytes, key: int) -> bool:
    """Say whether `signature` is ours; a key that we do not have signs nothing."""
    if key not in settings.SEAL_KEYS:
        return False
    try:
        private_key(key).public_key().verify(signature, digest)
    except InvalidSignature:
        return False
    return True


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def digest_of(seal: Any, lines: bytes, shapes: bytes) -> bytes:
    """Return SHA-256 over all that a seal says: its facts, its lines, their shapes, the seal before."""
    said = [
        seal.number,
        instant(seal.made_at),
        seal.cluster,
        seal.snapshot,
        seal.lines,
        seal.key,
        lines.hex(),
        shapes.hex(),
        bytes(seal.previous).hex(),
    ]
    return sha256(json.dumps(said).encode()).digest()


def head_of(seal: Any) -> str:
    """Return the line that goes outside: enough to find a cut tail or an older backup."""
    head = {
        "seal": seal.number,
        "made_at": instant(seal.made_at),
        "digest": bytes(seal.digest).hex(),
        "key": seal.key,
        "signature": bytes(seal.signature).hex(),
    }
    return json.dumps(head)
