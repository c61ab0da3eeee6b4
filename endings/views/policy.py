"""Notice policy: what a practice admin sets, and every plan counts with."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from accounts.operations.practice import change_practice
from core.errors import ChangedMeanwhile
from core.http import offer_undo, overtaken, revision_of, sent_to, show
from endings.forms.policy import NoticePolicyForm
from endings.notice import NoticePolicy


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def notice_policy(request: AuthedRequest) -> HttpResponse:
    """Change the agreed times; plans that were drawn keep the window they have until they are drawn again."""
    row, here = request.practice, reverse("endings:notice_policy")
    before = {name: getattr(row, name) for name in NoticePolicyForm.base_fields}
    before["follow_up_days"] = before["follow_up_days"] or list(NoticePolicy.follow_up_days)
    form = NoticePolicyForm(sent_to(request), initial=before)
    if form.is_valid():
        try:
            saved = change_practice(
                facts=form.cleaned_data, by=request.user, revision=revision_of(request)
            )
        except ChangedMeanwhile:
            return overtaken(request, form, row, cancel_url=here)
        days = ", ".join(str(day) for day in before["follow_up_days"])
        offer_undo(request, here, before | {"follow_up_days": days, "revision": saved.revision})
        messages.success(request, _("Saved. Plans count with it from now on."))
        return redirect(here)
    return show(request, "endings/notice_policy.html", form=form, object=row)
