"""Sealing what has happened: each minute, as the worker, in one transaction."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from accounts.journal import checks, signing
from accounts.journal.sql import SETTINGS
from accounts.models import Seal

ONE_AT_A_TIME = 7325  # advisory lock
SIGN_OF_LIFE = timedelta(hours=1)  # a seal of nothing says that sealing goes on

# Within one statement the clock is read first: whatever gets a transaction number after the snapshot is later.
LOOK = """
select statement_timestamp(), pg_current_snapshot()::text, pg_snapshot_xmax(pg_current_snapshot())::text,
       (select system_identifier::text from pg_control_system())
"""
TAKE_IN = """
insert into accounts_historyline (number, seal, shape, key, hash, at, actor, request, address, task, verb,
  thing, client, episode, departure, person, fields)
select %(last)s + row_number() over (order by at, shape, key), %(seal)s, shape, key, hash, at, actor, request,
  address, task, verb, thing, client, episode, departure, person, fields
  from sight.acts_since(%(first)s::xid8, %(beyond)s::xid8)
"""


@transaction.atomic
def seal_history() -> Seal | None:
    """Seal what is finished and not sealed yet; return the seal, or None where there is nothing to say.

    A transaction that is still running keeps its rows for the next seal, however long it takes: what is asked
    for begins at the oldest one that ran at the last look (decision 25). Raises `NoKey` in a process without.
    """
    key = signing.newest_key()
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return None
        write_values_alike(cursor)
        before = Seal.objects.order_by("-number").first()
        seal = next_after(cursor, before, key)
        if not seal.lines and before and seal.made_at - before.made_at < SIGN_OF_LIFE:
            return None
        seal.digest = signing.digest_of(seal, *lines_and_shapes(cursor, seal))
        seal.signature = signing.sign(seal.digest, key)
    seal.save(force_insert=True)
    return seal


def write_values_alike(cursor: Any) -> None:
    """Let this transaction write dates and numbers as every seal did."""
    for name, value in SETTINGS.items():
        cursor.execute("select set_config(%s, %s, true)", [name, value])


def next_after(cursor: Any, before: Seal | None, key: int) -> Seal:
    """Look at what is finished, take it in, and return the seal over it, not signed yet."""
    cursor.execute(LOOK)
    made_at, snapshot, beyond, cluster = cursor.fetchone()
    number = before.number + 1 if before else 1
    cursor.execute("select coalesce(max(number), 0) from accounts_historyline")
    said = {"last": cursor.fetchone()[0], "seal": number, "beyond": beyond}
    # A restored database counts transactions anew: there, all is asked for, and what has a line is left.
    goes_on = before is not None and before.cluster == cluster
    said["first"] = before.snapshot.partition(":")[0] if goes_on and before else "0"
    cursor.execute(TAKE_IN, said)
    return Seal(
        number=number,
        made_at=made_at,
        cluster=cluster,
        snapshot=snapshot,
        lines=cursor.rowcount,
        previous=bytes(before.digest) if before else b"",
        key=key,
    )


def lines_and_shapes(cursor: Any, seal: Seal) -> tuple[bytes, bytes]:
    """Return the digests of a new seal's lines and of the shapes they have."""
    cursor.execute(checks.LINES_BY_SEAL, {"first": seal.number})
    found = cursor.fetchone()
    lines, used = (bytes(found[2]), found[3]) if found else (b"", [])
    cursor.execute(checks.SHAPES)
    return lines, digest_of_shapes(cursor.fetchall(), used)


def digest_of_shapes(shapes: list[Any], used: list[int]) -> bytes:
    """Return SHA-256 over which columns of which tables the hashes cover."""
    return sha256(repr([row for row in shapes if row[0] in used]).encode()).digest()
