"""Emergency access: opening a file for an hour, ending it, and what is said of it afterwards."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from accounts.sign_in.proof import fresh_proof_required
from caseload.forms.glass import BreakGlassForm, ReviewBreakGlassForm
from caseload.models import BreakGlass, Client
from caseload.operations import glass as operations
from caseload.operations.glass import WHO, Glass, NoSuchFile
from caseload.operations.reading import log_read
from core.clock import now
from core.errors import RuleBroken
from core.http import sent_to, show, taken

PER_PAGE = 50
LOOKS = (*WHO, Role.PRACTICE_ADMIN)
READINGS = 50


@require_http_methods(["GET", "POST"])
@require_role(*WHO)
@fresh_proof_required
def break_glass(request: AuthedRequest) -> HttpResponse:
    """Open one file for an hour: by its code, typed exactly, and a reason. A miss tells nothing."""
    form = BreakGlassForm(sent_to(request))
    if form.is_valid():
        try:
            opened = operations.break_glass(by=request.user, at=now(), **form.cleaned_data)
        except NoSuchFile as miss:
            operations.count_miss(by=request.user, at=now())
            form.add_error("code", str(miss))
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Open to you for an hour. Those it concerns are told now."))
            return redirect("desk:client", pk=opened.client_id)
    return show(request, "caseload/glass/break_glass.html", form=form)


@require_POST
def end_break_glass(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Close the file before the hour is over."""
    glass = get_object_or_404(BreakGlass.objects.editable_by(request.user), pk=pk)
    operations.end_break_glass(glass=glass, by=request.user, at=now())
    messages.success(request, _("The emergency access has ended."))
    return redirect("caseload:broken_glass", pk=pk)


@require_safe
@require_role(*LOOKS)
def broken_glasses(request: AuthedRequest) -> HttpResponse:
    """Every emergency one may know of, the latest first; what waits for one's own look stands on top."""
    page = int(said) if (said := request.GET.get("page", "")).isdecimal() and len(said) < 5 else 1
    rows = operations.glasses(how_many=PER_PAGE + 1, after=(max(page, 1) - 1) * PER_PAGE)
    mine = set(BreakGlass.objects.to_review_by(request.user).values_list("pk", flat=True))
    context = {
        "rows": [(row, row.id in mine) for row in rows[:PER_PAGE]],
        "waiting": len(mine),
        "may_open": any(request.user.holds(role) for role in WHO),
        "at": now(),
        "earlier": page + 1 if len(rows) > PER_PAGE else None,
    }
    return render(request, "caseload/glass/broken_glasses.html", context)


@require_http_methods(["GET", "POST"])
@require_role(*LOOKS)
def broken_glass(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One emergency: who, when, why, what was read; and the look at it, where it is one's own to take."""
    row = one(pk)
    shown = (
        BreakGlass.objects.visible_to(request.user).filter(pk=pk).select_related("review").first()
    )
    if shown is not None:
        log_read(
            client=Client(pk=shown.client_id),
            page="caseload:broken_glass",
            by=request.user,
            at=now(),
        )
    may_review = BreakGlass.objects.to_review_by(request.user).filter(pk=pk).exists()
    form = ReviewBreakGlassForm(sent_to(request) if may_review else None)
    if request.method == "POST" and not may_review:
        raise Http404

    def review() -> None:
        assert shown is not None  # noqa: S101 -- whoever reviews sees it
        operations.review_break_glass(glass=shown, by=request.user, at=now(), **form.cleaned_data)

    if may_review and taken(form, review):
        messages.success(request, _("Saved."))
        return redirect("caseload:broken_glass", pk=pk)
    context = {
        "row": row,
        "glass": shown,
        "runs": row.ended_at is None and row.until > now(),
        "is_mine": row.by_id == request.user.pk,
        "readings": readings_of(shown),
        "form": form if may_review else None,
    }
    return show(request, "caseload/glass/broken_glass.html", **context)


def one(pk: UUID) -> Glass:
    """Return one that whoever acts may know of, or 404."""
    rows = operations.glasses(how_many=1, one=pk)
    if not rows:
        raise Http404
    return rows[0]


def readings_of(glass: BreakGlass | None) -> list[Any]:
    """Return when something was read by it, where one may see whose file it is."""
    return list(glass.readings.order_by("at")[:READINGS]) if glass else []
