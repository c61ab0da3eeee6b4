"""The retention clock of a client: it runs from the last session, and stands while anybody works with them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection

from accounts.models import Practice
from caseload.models import Assignment, Client
from caseload.retention import RetentionPolicy, kept_until


def retention_of(practice: Practice) -> RetentionPolicy:
    return RetentionPolicy(
        practice.retention_years, practice.retention_after_majority, practice.majority_age
    )


def start_clock(*, client: Client, closed: Assignment, last_on: date, on: date) -> date | None:
    """Let the clock of `client` run from `last_on`, when `closed` was the last work with them.

    Returns until when the file is kept; None while somebody else works with them, for then it stands. The
    later day wins where an earlier one is written.
    """
    until = None
    if not work_goes_on(client, closed, on):
        policy = retention_of(Practice.objects.current())
        until = kept_until(policy, last_on=last_on, born_on=client.born_on)
        until = max(until, client.kept_until or until)
    Client.objects.filter(pk=client.pk).update(kept_until=until)
    return until


def stop_clock(clients: Iterable[UUID]) -> None:
    """Work begins anew: the clock stands, and is told again when that work is closed."""
    Client.objects.filter(pk__in=list(clients)).exclude(kept_until=None).update(kept_until=None)


def work_goes_on(client: Client, closed: Assignment, on: date) -> bool:
    """Say whether somebody leads or holds work with `client` from `on` on, apart from `closed`; no names."""
    with connection.cursor() as cursor:
        cursor.execute("select sight.work_goes_on(%s, %s, %s)", [client.pk, closed.pk, on])
        return bool(cursor.fetchone()[0])
