"""What a certificate of disposal says, signed by the key that signs seals."""

import json
from collections.abc import Iterable
from hashlib import sha256

from accounts.journal import signing
from accounts.models import DisposalCertificate


def digest_of(certificate: DisposalCertificate) -> bytes:
    """Return SHA-256 over all that a certificate says."""
    said = [
        str(certificate.client),
        certificate.code,
        certificate.kept_until.isoformat(),
        str(certificate.asked_by),
        signing.instant(certificate.asked_at),
        str(certificate.agreed_by),
        signing.instant(certificate.agreed_at),
        signing.instant(certificate.disposed_at),
        certificate.counts,
        certificate.wiped,
        certificate.key,
    ]
    return sha256(json.dumps(said, sort_keys=True).encode()).digest()


def sign(certificate: DisposalCertificate) -> None:
    """Sign a new certificate; raises `NoKey` in a process without."""
    certificate.key = signing.newest_key()
    certificate.signature = signing.sign(digest_of(certificate), certificate.key)


def is_ours(certificate: DisposalCertificate) -> bool:
    return signing.is_signed(digest_of(certificate), bytes(certificate.signature), certificate.key)


def wiped_by(certificates: Iterable[DisposalCertificate]) -> set[tuple[str, int]]:
    """Return the rows of history, (table, key), that were removed with a signed certificate."""
    return {
        (table, key)
        for certificate in certificates
        if is_ours(certificate)
        for table, keys in certificate.wiped.items()
        for key in keys
    }
