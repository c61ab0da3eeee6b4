"""For practice admins: does mail go out, is anything late? Counts only, never whom it is about."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from core.clock import now
from reminders.operations.sums import sums_of_backups, sums_of_mail, sums_of_work


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def operations(request: AuthedRequest) -> HttpResponse:
    """Failed mail, waiting mail, late work, the last good backup and its age, in figures."""
    at = now()
    context = {
        "mail": sums_of_mail(at=at),
        "work": sums_of_work(),
        "backups": sums_of_backups(at=at),
        "at": at,
    }
    return render(request, "reminders/operations.html", context)
