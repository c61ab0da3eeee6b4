"""What people of the practice know of an entry: checked, taking new clients, preferred or avoided."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.operations.rights import refuse_without
from core.dates import on_day
from core.errors import RuleBroken
from referrals.models import (
    Accepting,
    LocalOverlay,
    NewClients,
    Service,
    ServiceAtLocation,
    Shortlist,
    Verification,
)
from referrals.operations.search_entries import refresh_search

WHO_CHECK = (Role.THERAPIST, Role.SUPERVISOR, Role.DIRECTORY_ADMIN)


@dataclass(frozen=True)
class Look:
    """One look at an entry. `accepting` is what was heard about new clients, nothing if not asked."""

    on: date
    means: Verification.Means
    outcome: Verification.Outcome = Verification.Outcome.CONFIRMED
    accepting: Accepting | None = None
    wait: str = ""
    note: str = ""


@transaction.atomic
def check_entry(*, service: Service, look: Look, by: User, at: datetime) -> Verification:
    """Record that a person looked (R16). The note must not speak of any client."""
    refuse_without(WHO_CHECK, by)
    if look.on > on_day(at):
        raise RuleBroken(_("This date is still to come. Record it once it has happened."))
    made = Verification.objects.create(
        service=service, on=look.on, by=by, means=look.means, outcome=look.outcome, note=look.note
    )
    if look.accepting:
        NewClients.objects.create(
            service=service, accepting=look.accepting, on=look.on, note=look.wait, by=by
        )
    refresh_search([service.pk])
    return made


@transaction.atomic
def set_own_view(
    *, service: Service, by: User, on: date, preferred: bool = False, do_not_refer: str = ""
) -> LocalOverlay:
    """Say how the practice stands to a service: preferred, not to be referred to (with why), or neither."""
    refuse_without((Role.DIRECTORY_ADMIN,), by)
    if preferred and do_not_refer:
        raise RuleBroken(_("Preferred and avoided do not go together."))
    overlay, _made = LocalOverlay.objects.update_or_create(
        service=service,
        defaults={
            "is_preferred": preferred,
            "do_not_refer": bool(do_not_refer),
            "why": do_not_refer,
            "changed_by": by,
            "changed_on": on,
        },
    )
    return overlay


def add_to_shortlist(
    *,
    service: Service,
    by: User,
    on: date,
    at_location: ServiceAtLocation | None = None,
    why: str = "",
) -> Shortlist:
    """Keep a place that `by` trusts; kept twice it is there once (decision 16)."""
    kept, _made = Shortlist.objects.get_or_create(
        user=by, service=service, at_location=at_location, defaults={"added_on": on, "why": why}
    )
    return kept


def remove_from_shortlist(*, kept: Shortlist, by: User) -> None:
    """Take a place off one's own list; adding it again undoes this."""
    Shortlist.objects.editable_by(by).filter(pk=kept.pk).delete()
