"""How many days before and after a fact the practice reminds: looked at first, then saved."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from core.clock import today
from core.errors import ChangedMeanwhile
from core.http import offer_undo, overtaken, revision_of, sent_to, show
from reminders.forms import PolicyForm, in_short
from reminders.models import ReminderPolicy
from reminders.operations import policy as operations


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def policy(request: AuthedRequest) -> HttpResponse:
    """Change when people are reminded. The first time the page shows what changes; the second time it saves."""
    row, here = ReminderPolicy.objects.current(), reverse("reminders:policy")
    before = row.offsets
    form = PolicyForm(sent_to(request), initial=asdict(before))
    if not form.is_valid():
        return show(request, "reminders/policy.html", form=form, object=row)
    if not form.was_previewed:
        return previewed(request, form, row)
    try:
        saved = operations.set_policy(
            offsets=form.offsets, by=request.user, revision=revision_of(request)
        )
    except ChangedMeanwhile:
        return overtaken(request, form, row, cancel_url=here)
    undo = asdict(before) | {"previewed": in_short(before), "revision": saved.revision}
    offer_undo(request, here, undo)
    messages.success(request, _("Saved. Reminders follow it from the next minute on."))
    return redirect(here)


def previewed(request: AuthedRequest, form: PolicyForm, row: ReminderPolicy) -> HttpResponse:
    """Show the numbers that were sent, and what they would change; nothing is saved yet."""
    on = today()
    changes = operations.preview(offsets=form.offsets, by=request.user, on=on)
    data = request.POST.copy()
    data["previewed"] = in_short(form.offsets)
    row.revision = revision_of(request) or 0
    context = {
        "form": PolicyForm(data),
        "object": row,
        "changes": changes,
        "days": operations.days_ahead(on),
        "is_previewed": True,
    }
    return render(request, "reminders/policy.html", context)
