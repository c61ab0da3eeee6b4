"""The people of the practice: a practice admin invites, gives roles, suspends."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import InvitationForm, RolesForm, WorkingForm, weekday_names
from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from accounts.operations import closing, ways_in
from accounts.operations import people as operations
from accounts.operations import supervision as operations_supervision
from accounts.operations.rights import tell_of_rights
from accounts.operations.working import change_working as change_working_of
from accounts.sign_in.proof import fresh_proof_required, has_factor
from core.clock import now, today
from core.dates import listed
from core.errors import RuleBroken
from core.http import offer_undo, sent_to, show, words_of
from core.names import folded
from core.parts import Link

PER_PAGE = 50
HERE, INVITED, GONE = "here", "invited", "gone"
WORKING = Q(is_active=True, suspended_at=None)
SHOWN = {
    HERE: WORKING,
    INVITED: WORKING & Q(password__startswith="!"),  # noqa: S106 -- the sign of none
    GONE: Q(is_active=False) | Q(suspended_at__isnull=False),
}
SHOWN_AS = {
    HERE: gettext_lazy("Work here"),
    INVITED: gettext_lazy("Not signed in yet"),
    GONE: gettext_lazy("Access ended"),
}


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def people(request: AuthedRequest) -> HttpResponse:
    """Everybody, those who are invited, those whose access has ended; found by name, address or role."""
    words = words_of(request.GET.get("q", ""))
    which = request.GET.get("show", HERE)
    which = which if which in SHOWN else HERE
    found = User.objects.filter(SHOWN[which]).filter(named_like(words) if words else Q())
    rows = found.distinct().by_name().prefetch_related("roles_held")
    here = reverse("accounts:people")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "which": which,
        "views": [
            Link(here if key == HERE else f"{here}?show={key}", label, current=key == which)
            for key, label in SHOWN_AS.items()
        ],
    }
    return render(request, "accounts/people.html", context)


def named_like(words: str) -> Q:
    """Return the condition that name, address or a role's name has `words` in it; accents do not matter."""
    roles = [role for role in Role if folded(words) in folded(str(role.label))]
    return (
        Q(name__unaccent__icontains=words)
        | Q(email__icontains=words)
        | Q(roles_held__role__in=roles)
    )


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def invite_person(request: AuthedRequest) -> HttpResponse:
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            invitation, code = operations.invite_person(
                by=request.user, at=now(), **form.cleaned_data
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            return handed_over(request, invitation.user, code)
    status = 422 if form.errors else 200
    return render(request, "accounts/invite_person.html", {"form": form}, status=status)


def handed_over(request: AuthedRequest, person: User, code: str) -> HttpResponse:
    """Show a code once, unless work stands with the person already: then it goes to their own address alone."""
    if ways_in.that_may_be_shown({person: code}, request.practice):
        request.session["invitation_code"] = code
        return redirect("accounts:invitation_made", pk=person.pk)
    messages.success(
        request,
        _("Work stands with this person: the link goes to their own address, and to nobody else."),
    )
    return redirect("accounts:person", pk=person.pk)


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def invitation_made(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the one-time link once; only its digest is kept."""
    person = get_object_or_404(User, pk=pk)
    code = request.session.get("invitation_code", "")
    path = reverse("accounts:accept_invitation", args=[code]) if code else ""
    address = request.build_absolute_uri(path) if path else ""
    return render(request, "accounts/invitation_made.html", {"person": person, "address": address})


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One person: roles, and whether they may sign in."""
    shown = get_object_or_404(User.objects.prefetch_related("roles_held"), pk=pk)
    held = list(shown.roles)
    form = RolesForm(sent_to(request), initial={"roles": held})
    if form.is_valid():
        try:
            changed = operations.give_roles(
                person=shown, roles=form.cleaned_data["roles"], by=request.user
            )
        except RuleBroken as refusal:
            form.add_error("roles", str(refusal))
        else:
            if changed:
                tell_of_rights(shown, "roles")
                here = reverse("accounts:person", args=[pk])
                offer_undo(request, here, {"roles": held})
            messages.success(request, _("Saved."))
            return redirect("accounts:person", pk=pk)
    on = today()
    context = {
        "person": shown,
        "form": form,
        "has_factor": has_factor(shown),
        "days": listed([weekday_names()[day] for day in sorted(shown.working_days)]),
        "absences": shown.absences.filter(ends_on__gte=on).select_related("deputy"),
        "supervised": operations_supervision.standing(on)
        .filter(supervisee=shown)
        .select_related("supervisor"),
        "invitation": shown.invitations.open_at(now()).first(),
        "in_use": operations.is_in_use(shown),
    }
    return show(request, "accounts/person.html", **context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def suspend_access(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        try:
            closing.suspend_access(person=shown, by=request.user, at=now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("accounts:person", pk=pk)
        messages.success(request, _("Access has ended. It can be given back at any time."))
        return redirect("accounts:people")
    context = {
        "person": shown,
        "confirm_label": _("Suspend access"),
        "cancel_url": reverse("accounts:person", args=[pk]),
    }
    return render(request, "accounts/suspend_access.html", context)


@require_http_methods(["POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required(back="accounts:person")
def restore_access(request: AuthedRequest, pk: UUID) -> HttpResponse:
    closing.restore_access(person=get_object_or_404(User, pk=pk))
    messages.success(request, _("Access is open again."))
    return redirect("accounts:person", pk=pk)


@require_http_methods(["POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required(back="accounts:person")
def renew_invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A new link for who has not come in yet; whose account is in use sets a new password by a mail of their own."""
    shown = get_object_or_404(User, pk=pk)
    if not operations.is_in_use(shown):
        _invitation, code = operations.renew_invitation(person=shown, by=request.user, at=now())
        return handed_over(request, shown, code)
    if ways_in.ask_for_new_password(shown):
        messages.success(request, _("A link for a new password goes to their own address."))
    else:
        messages.error(request, _("There is no password here that could be set anew."))
    return redirect("accounts:person", pk=pk)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def change_working(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Name, working days, languages and limit of somebody."""
    shown = get_object_or_404(User, pk=pk)
    form = WorkingForm(sent_to(request), person=shown)
    before = {name: getattr(shown, name) for name in form.fields}
    if form.is_valid():
        change_working_of(person=shown, facts=form.cleaned_data, by=request.user)
        offer_undo(request, reverse("accounts:change_working", args=[pk]), before)
        messages.success(request, _("Saved."))
        return redirect("accounts:person", pk=pk)
    return show(request, "accounts/change_working.html", form=form, person=shown)
