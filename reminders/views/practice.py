"""For practice admins: does mail go out, is anything late? Counts only, never whom it is about."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from core.clock import now
from reminders.operations import delivery
from reminders.operations.doctor import last_examination
from reminders.operations.sums import sums_of_backups, sums_of_mail, sums_of_work


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def operations(request: AuthedRequest) -> HttpResponse:
    """Failed mail and why, waiting mail, late work, workers, the last examination, the last good backup: in figures."""
    at = now()
    context = {
        "mail": sums_of_mail(at=at),
        "causes": delivery.causes(at=at),
        "failing": delivery.addresses_that_fail(at=at),
        "work": sums_of_work(),
        "workers": delivery.workers(at=at),
        "examined": last_examination(),
        "backups": sums_of_backups(at=at),
        "at": at,
    }
    return render(request, "reminders/operations.html", context)
