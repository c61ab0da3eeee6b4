"""How often somebody may be wrong. Counted in the database: all processes of all machines together."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Attempt
from core.errors import RuleBroken

Kind = Attempt.Kind
FIVE_MINUTES, AN_HOUR, A_DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
# So many in such a time. A code has a million values: thirty a day leave it a century.
LIMITS: dict[Kind, list[tuple[int, timedelta]]] = {
    Kind.PASSWORD: [(5, FIVE_MINUTES), (40, A_DAY)],
    Kind.CODE: [(5, FIVE_MINUTES), (30, A_DAY)],
    Kind.RESET: [(3, AN_HOUR), (8, A_DAY)],
    Kind.GLASS: [(5, AN_HOUR), (10, A_DAY)],
}


def digest_of(kind: Kind, whom: str) -> str:
    """Return what is kept of an address or key: equal for equal ones, and nothing to read."""
    return salted_hmac(f"attempts.{kind}", whom.strip().lower(), algorithm="sha256").hexdigest()


@transaction.atomic
def refuse_too_many(*, kind: Kind, whom: str, at: datetime) -> None:
    """Raise RuleBroken where `whom` was wrong too often; known or unknown makes no difference.

    Attempts on one address come one after the other until the transaction ends, so a hundred at the same
    instant count as a hundred.
    """
    digest = digest_of(kind, whom)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    counted = Attempt.objects.filter(kind=kind, whom=digest)
    for limit, span in LIMITS[kind]:
        if counted.since(at, span).count() >= limit:
            raise RuleBroken(_("Too many attempts. Please wait a while and try again."))


@transaction.atomic
def count_attempt(*, kind: Kind, whom: str, at: datetime) -> None:
    """Remember that it did not work; what is older than a day is forgotten."""
    Attempt.objects.filter(at__lt=at - A_DAY).delete()
    Attempt.objects.create(kind=kind, whom=digest_of(kind, whom), at=at)
