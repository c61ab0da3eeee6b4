"""Legal hold: a supervisor or a records keeper sets it with a reason, and lifts it with one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from caseload.models import LegalHold
from caseload.models.roads import File
from core.errors import RuleBroken


@transaction.atomic
def set_hold(*, file: File, reason: str, by: User, at: datetime) -> LegalHold:
    """Keep a file whatever its date says."""
    refuse_others(by)
    hold = LegalHold(client_id=file.id, reason=reason, set_by=by, set_at=at)
    hold.save(force_insert=True)
    return hold


@transaction.atomic
def lift_holds(*, file: File, why: str, by: User, at: datetime) -> int:
    """Lift everything that holds a file; return how many holds that were.

    What came with the suspension of somebody's access has no row of its own; it gets one, lifted.
    """
    refuse_others(by)
    standing = LegalHold.objects.filter(client_id=file.id, lifted_at=None)
    holds = list(standing.select_for_update(of=("self",)))
    if not holds and file.on_legal_hold:
        holds = [LegalHold(client_id=file.id, set_at=at)]
        holds[0].save(force_insert=True)
    for hold in holds:
        hold.lifted_by, hold.lifted_at, hold.lifted_why = by, at, why
        hold.save(update_fields=["lifted_by", "lifted_at", "lifted_why", "lifted_why_digest"])
    return len(holds)


def refuse_others(by: User) -> None:
    if not (by.holds(Role.RECORDS_KEEPER) or by.holds(Role.SUPERVISOR)):
        raise RuleBroken(_("Your role does not include this page."))
