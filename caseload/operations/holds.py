"""Legal hold: a supervisor or a records keeper sets it with a reason, and lifts it with one."""

from datetime import datetime

from django.db import transaction

from accounts.models import Role, User
from accounts.operations.rights import refuse_without
from caseload.models import LegalHold
from caseload.models.roads import File

WHO_HOLDS = (Role.RECORDS_KEEPER, Role.SUPERVISOR)


@transaction.atomic
def set_hold(*, file: File, reason: str, by: User, at: datetime) -> LegalHold:
    """Keep a file whatever its date says."""
    refuse_without(WHO_HOLDS, by)
    hold = LegalHold(client_id=file.id, reason=reason, set_by=by, set_at=at)
    hold.save(force_insert=True)
    return hold


@transaction.atomic
def lift_holds(*, file: File, why: str, by: User, at: datetime) -> int:
    """Lift everything that holds a file; return how many holds that were.

    What came with the suspension of somebody's access has no row of its own; it gets one, lifted.
    """
    refuse_without(WHO_HOLDS, by)
    standing = LegalHold.objects.filter(client_id=file.id, lifted_at=None)
    holds = list(standing.select_for_update(of=("self",)))
    if not holds and file.on_legal_hold:
        holds = [LegalHold(client_id=file.id, set_at=at)]
        holds[0].save(force_insert=True)
    for hold in holds:
        hold.lifted_by, hold.lifted_at, hold.lifted_why = by, at, why
        hold.save(update_fields=["lifted_by", "lifted_at", "lifted_why", "lifted_why_digest"])
    return len(holds)
