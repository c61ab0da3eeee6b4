"""The load scale: what weighs how much, and how much each therapist carries (R17)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from accounts.operations.practice import change_practice
from accounts.operations.working import set_limits
from caseload.forms.scale import SCALE, LimitsForm, ScaleForm
from caseload.operations.work import load_of
from core.clock import today
from core.http import offer_undo, sent_to, show


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def load_scale(request: AuthedRequest) -> HttpResponse:
    """The scale and the limits, saved together; loads are numbers, of colleagues too."""
    therapists = list(User.objects.who_work_here().in_role(Role.THERAPIST).by_name())
    before: dict[str, Any] = {name: getattr(request.practice, name) for name in SCALE}
    scale = ScaleForm(sent_to(request), initial=before)
    limits = LimitsForm(sent_to(request), therapists=therapists)
    if scale.is_valid() and limits.is_valid():
        change_practice(facts=scale.cleaned_data, by=request.user)
        set_limits(limits=limits.limits(), by=request.user)
        here = reverse("caseload:load_scale")
        offer_undo(request, here, before | {f"limit-{one.pk}": one.capacity for one in therapists})
        messages.success(request, _("Saved. It counts from today; what is written stays."))
        return redirect(here)
    loads = load_of(therapists, today())
    rows = [(one, limits[f"limit-{one.pk}"], loads[one].total) for one in therapists]
    return show(request, "caseload/load_scale.html", forms=[scale, limits], form=scale, rows=rows)
