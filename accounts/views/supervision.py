"""Supervision: who leads whom, who reflects with whom, and whom nobody leads."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.practice import KindForm, SupervisionForm
from accounts.http import AuthedRequest, require_role
from accounts.models import Role, Supervision
from accounts.operations import supervision as operations
from accounts.operations.rights import tell_of_rights
from accounts.operations.supervision import Pair
from core.clock import today
from core.errors import RuleBroken
from core.http import Listed, offer_undo, sent_to, show, taken


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def supervision(request: AuthedRequest) -> HttpResponse:
    """The list; on top the therapists whom nobody leads."""
    on = today()
    listed = Listed.of(request, reverse("accounts:supervision"), ended=_("Ended"))
    rows = Supervision.objects.filter(ends_on__lt=on) if listed.ended else operations.standing(on)
    named = Q(supervisor__name__unaccent__icontains=listed.words) | Q(
        supervisee__name__unaccent__icontains=listed.words
    )
    found = rows.filter(named).select_related("supervisor", "supervisee")
    context = {
        "rows": found.order_by("supervisee__sort_key", "is_second", "supervisor__sort_key"),
        "alone": [] if listed.ended else operations.without_a_leader(on),
        "listed": listed,
        "today": on,
    }
    return render(request, "accounts/supervision.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def add_supervision(request: AuthedRequest) -> HttpResponse:
    """Let one supervise another from today; `?for=` names the person who has nobody."""
    initial = {"kind": Supervision.Kind.LEADING, "supervisee": request.GET.get("for", "")}
    form = SupervisionForm(sent_to(request), initial=initial)
    if taken(
        form,
        lambda: operations.add_supervision(
            pair=Pair(**form.cleaned_data), on=today(), by=request.user
        ),
    ):
        tell_of_rights(form.cleaned_data["supervisee"], "supervised")
        messages.success(request, _("Saved."))
        return redirect("accounts:supervision")
    return show(request, "accounts/add_supervision.html", form=form)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def change_supervision(request: AuthedRequest, pk: UUID) -> HttpResponse:
    row = one(pk)
    form = KindForm(sent_to(request), initial={"kind": row.kind, "is_second": row.is_second})
    before = {"kind": row.kind, "is_second": row.is_second}
    changed: list[Supervision] = []

    def change() -> None:
        changed.append(
            operations.change_supervision(
                supervision=row, on=today(), by=request.user, **form.cleaned_data
            )
        )

    if taken(form, change):
        tell_of_rights(row.supervisee, "supervised")
        offer_undo(request, reverse("accounts:change_supervision", args=[changed[0].pk]), before)
        messages.success(request, _("Saved."))
        return redirect("accounts:supervision")
    return show(request, "accounts/change_supervision.html", form=form, row=row)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def end_supervision(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """End it from today on, and say so where nobody leads this person any more."""
    row = one(pk)
    ended = operations.end_supervision(supervision=row, on=today(), by=request.user)
    if ended:
        offer_undo(request, reverse("accounts:bring_back_supervision", args=[pk]), {})
    messages.success(request, _("Ended."))
    if operations.without_a_leader(today()).filter(pk=row.supervisee_id).exists():
        said = _("Nobody leads %(name)s now. Plans and exceptions would wait for nobody.")
        messages.warning(request, said % {"name": row.supervisee.name})
    return redirect("accounts:supervision")


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def bring_back_supervision(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.bring_back_supervision(supervision=one(pk), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        tell_of_rights(one(pk).supervisee, "supervised")
        messages.success(request, _("In use again."))
    return redirect("accounts:supervision")


def one(pk: UUID) -> Supervision:
    rows = Supervision.objects.select_related("supervisor", "supervisee")
    return get_object_or_404(rows, pk=pk)
