"""Teams: listed, added, renamed, ended and brought back; who belongs to them."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.practice import MemberForm, TeamForm
from accounts.http import AuthedRequest, require_role
from accounts.models import Role, Team, TeamMembership
from accounts.operations import teams as operations
from core.clock import today
from core.errors import RuleBroken
from core.http import Listed, offer_undo, sent_to, show, taken


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def teams(request: AuthedRequest) -> HttpResponse:
    listed = Listed.of(request, reverse("accounts:teams"), ended=_("Ended"))
    on = today()
    rows = Team.objects.ended(on) if listed.ended else Team.objects.in_use(on)
    standing = Q(memberships__ends_on=None) | Q(memberships__ends_on__gte=on)
    found = rows.filter(name__unaccent__icontains=listed.words).annotate(
        people=Count("memberships", filter=standing)
    )
    context = {"teams": found, "listed": listed, "form": TeamForm()}
    return render(request, "accounts/teams.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def add_team(request: AuthedRequest) -> HttpResponse:
    form = TeamForm(sent_to(request))
    made: list[Team] = []
    if taken(form, lambda: made.append(operations.add_team(by=request.user, **form.cleaned_data))):
        messages.success(request, _("Saved. Now add who belongs to it."))
        return redirect("accounts:team", pk=made[0].pk)
    return show(request, "accounts/add_team.html", form=form)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def team(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One team: its name, and who belongs to it."""
    row = get_object_or_404(Team, pk=pk)
    before = {"name": row.name}
    form = TeamForm(sent_to(request), initial=before)
    if taken(form, lambda: operations.change_team(team=row, by=request.user, **form.cleaned_data)):
        offer_undo(request, reverse("accounts:team", args=[pk]), before)
        messages.success(request, _("Saved."))
        return redirect("accounts:team", pk=pk)
    belonging = TeamMembership.objects.filter(team=row).exclude(ends_on__lt=today())
    members = belonging.select_related("user").order_by("user__sort_key", "pk")
    joining = MemberForm(joined=belonging)
    context = {"form": form, "team": row, "members": members, "joining": joining, "today": today()}
    return show(request, "accounts/team.html", **context)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def join_team(request: AuthedRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Team, pk=pk)
    form = MemberForm(sent_to(request), joined=TeamMembership.objects.none())
    if taken(
        form,
        lambda: operations.join_team(team=row, on=today(), by=request.user, **form.cleaned_data),
    ):
        messages.success(request, _("Saved."))
    else:
        said = [text for texts in form.errors.values() for text in texts]
        messages.error(request, " ".join(str(text) for text in said))
    return redirect("accounts:team", pk=pk)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def leave_team(request: AuthedRequest, pk: UUID) -> HttpResponse:
    membership = get_object_or_404(TeamMembership, pk=pk)
    operations.leave_team(membership=membership, on=today(), by=request.user)
    offer_undo(request, reverse("accounts:stay_in_team", args=[pk]), {})
    messages.success(request, _("Saved."))
    return redirect("accounts:team", pk=membership.team_id)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def stay_in_team(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Undo a leaving."""
    membership = get_object_or_404(TeamMembership, pk=pk)
    try:
        operations.stay_in_team(membership=membership, by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Undone."))
    return redirect("accounts:team", pk=membership.team_id)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def end_team(request: AuthedRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Team, pk=pk)
    operations.end_team(team=row, on=today(), by=request.user)
    offer_undo(request, reverse("accounts:bring_back_team", args=[pk]), {})
    messages.success(request, _("Ended. It stays in the list of those that have ended."))
    return redirect("accounts:teams")


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def bring_back_team(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.bring_back_team(team=get_object_or_404(Team, pk=pk), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("In use again."))
    return redirect("accounts:team", pk=pk)
