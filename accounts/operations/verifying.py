"""Saying whether history is what was sealed: every seal, every line, every row, every head outside."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.journal import certificates, checks, signing
from accounts.models import DisposalCertificate, Seal
from accounts.operations.sealing import LOOK, digest_of_shapes, write_values_alike

CLOCK_MAY_STEP = timedelta(seconds=10)  # a server's clock that is set back is no forgery
AT_A_TIME = 5000
GONE = "gone"  # as the SQL of a row's check says it


@dataclass(frozen=True, order=True)
class Fault:
    """Something that is not as it was sealed. `seal` is the one it belongs to, the next one's if none yet."""

    seal: int
    what: str
    table: str = ""
    key: int = 0

    def __str__(self) -> str:
        where = f" ({self.table} {self.key})" if self.table else ""
        return f"seal {self.seal}: {self.what}{where}"


def faults(
    *,
    heads: Iterable[str] = (),
    disposed: Container[tuple[str, int]] = frozenset(),
    clock_may_step: timedelta = CLOCK_MAY_STEP,
) -> Iterator[Fault]:
    """Yield every fault, in no order; nothing where history is intact.

    `disposed` are the rows (table, number) whose content was wiped with a certificate: their hashes stay in
    lines and seals, which verify as before. Reads what it checks, so it runs as the owner (`manage.py verify_history`), in one transaction.
    """
    with connection.cursor() as cursor:
        write_values_alike(cursor)
        cursor.execute(checks.SHAPES)
        shapes = cursor.fetchall()
        yield from faults_of_seals(cursor, shapes)
        of_certificates = certificates.wiped_by(DisposalCertificate.objects.iterator(AT_A_TIME))
        for fault in faults_of_rows(cursor, shapes, clock_may_step):
            row = (fault.table, fault.key)
            is_wiped = fault.what == GONE and row in of_certificates
            if fault.what == "slipped in" or not (is_wiped or row in disposed):
                yield fault
    yield from faults_of_certificates()
    yield from faults_of_heads(heads)


def faults_of_seals(cursor: Any, shapes: list[Any]) -> Iterator[Fault]:
    """Follow the chain: each number once, each digest over its lines, each signature ours."""
    cursor.execute(checks.LINES_BY_SEAL, {"first": 0})
    lines = {seal: (count, bytes(digest), used) for seal, count, digest, used in cursor.fetchall()}
    before, expected = b"", 1
    for seal in Seal.objects.order_by("number").iterator(AT_A_TIME):
        count, digest, used = lines.pop(seal.number, (0, b"", []))
        if seal.number != expected:
            yield Fault(expected, "the seal is missing")
        if bytes(seal.previous) != before and seal.number == expected:
            yield Fault(seal.number, "does not follow the seal before it")
        if count != seal.lines:
            yield Fault(seal.number, f"has {count} lines of {seal.lines}")
        if signing.digest_of(seal, digest, digest_of_shapes(shapes, used)) != bytes(seal.digest):
            yield Fault(seal.number, "is not what was sealed: it, or its lines, were changed")
        if not signing.is_signed(bytes(seal.digest), bytes(seal.signature), seal.key):
            yield Fault(seal.number, "is not signed with our key")
        before, expected = bytes(seal.digest), seal.number + 1
    yield from (Fault(number, "has lines and is no seal") for number in lines)


def faults_of_rows(cursor: Any, shapes: list[Any], clock_may_step: timedelta) -> Iterator[Fault]:
    """Compare every row of history with its line; a row without one must be newer than the last seal."""
    cursor.execute(LOOK)
    said = {"cluster": cursor.fetchone()[3], "may_step": clock_may_step}
    standing = columns_there(cursor)
    for table, of_table in by_table(shapes).items():
        whole = {
            key: columns for key, columns in of_table.items() if set(columns) <= standing[table]
        }
        lost = [key for key in of_table if key not in whole]
        found: list[Any] = []
        if whole:
            cursor.execute(checks.rows_kept(table, whole))
            found += cursor.fetchall()
            cursor.execute(checks.rows_slipped_in(table, whole), said)
            found += cursor.fetchall()
        if lost:
            cursor.execute(checks.rows_without(lost))
            found += [(seal, key, "lost a column") for seal, key, _what in cursor.fetchall()]
        yield from (Fault(seal, what, table, key) for seal, key, what in found)


def columns_there(cursor: Any) -> Mapping[str, set[str]]:
    """Return the columns of each table that stands, with those that PostgreSQL was given for sealing."""
    cursor.execute(
        "select c.relname, a.attname from pg_catalog.pg_class c"
        " join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
    )
    standing: dict[str, set[str]] = defaultdict(set)
    for table, column in cursor.fetchall():
        standing[table].add(column)
    return standing


def by_table(shapes: list[Any]) -> dict[str, dict[int, list[str]]]:
    tables: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for key, table, _kind, columns in shapes:
        tables[table][key] = columns
    return tables


def faults_of_certificates() -> Iterator[Fault]:
    """A certificate of disposal excuses the rows of history that it lists, if it is signed with our key."""
    for certificate in DisposalCertificate.objects.iterator(AT_A_TIME):
        if not certificates.is_ours(certificate):
            yield Fault(
                0, f"the certificate of disposal {certificate.pk} is not ours, or was changed"
            )


def faults_of_heads(heads: Iterable[str]) -> Iterator[Fault]:
    """Compare what was sent outside: a tail that was cut, or an older backup, lacks what is known there."""
    digests = {
        number: bytes(digest)
        for number, digest in Seal.objects.values_list("number", "digest").iterator(AT_A_TIME)
    }
    last = max(digests, default=0)
    for text in heads:
        head = read_head(text)
        if head is None:
            yield Fault(0, "a line of the heads outside is not ours")
        elif head["seal"] > last:
            yield Fault(
                head["seal"],
                f"was made at {head['made_at']} and is here no longer: the tail was cut, or this is an older backup",
            )
        elif digests.get(head["seal"]) != bytes.fromhex(head["digest"]):
            yield Fault(head["seal"], "is not the one that was sent outside")


def read_head(text: str) -> dict[str, Any] | None:
    """Return a head as it was sent; None where its signature is not ours."""
    try:
        head: dict[str, Any] = json.loads(text)
        digest, signature = bytes.fromhex(head["digest"]), bytes.fromhex(head["signature"])
        ours = signing.is_signed(digest, signature, head["key"])
        return head if ours and isinstance(head["seal"], int) and "made_at" in head else None
    except (ValueError, KeyError, TypeError):
        return None
