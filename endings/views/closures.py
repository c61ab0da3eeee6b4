"""Closing the file, adding to it, asking after."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from caseload.views.reading import shows
from core.clock import now, today
from endings.forms.closures import AddendumForm, ClosingForm, FollowUpForm
from endings.forms.steps import name_of
from endings.models import Closure, Ending
from endings.operations import closures
from endings.operations.closures import Closing, kept_at_least_until
from endings.operations.records import open_steps_of, records_of
from endings.views.acts import attempt, ending_to_edit, form_page, sent
from endings.workflow import Step
from referrals.models import FollowUp, Referral
from referrals.operations.follow_ups import Answer

AFTER_THIS = {Step.CLOSE, Step.FOLLOW_UP}


@require_http_methods(["GET", "POST"])
def close_ending(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What is still open is listed, and the file can be closed anyway (R23)."""
    ending = ending_to_edit(request, pk)
    form = ClosingForm(sent(request), today=today())
    if form.is_valid():
        said = dict(form.cleaned_data)
        on, outcome = said.pop("on"), Closure.Outcome(said.pop("outcome"))
        if attempt(
            form,
            lambda: closures.close_ending(
                ending=ending,
                closing=Closing(outcome=outcome, **said),
                on=on,
                by=request.user,
                at=now(),
            ),
        ):
            messages.success(request, _("Closed. Thank you for seeing this through."))
            return redirect(ending)
    left_open = open_steps_of(ending, records_of(ending))
    context = {
        "ending": ending,
        "form": form,
        "left_open": [step.label for step in left_open if step not in AFTER_THIS],
        "kept_until": kept_at_least_until(ending, request.practice, ending.last_held_on or today()),
    }
    return form_page(request, "endings/close_ending.html", context)


@require_http_methods(["GET", "POST"])
def add_addendum(request: AuthedRequest, pk: UUID) -> HttpResponse:
    ending = ending_to_edit(request, pk)
    form = AddendumForm(sent(request))
    if form.is_valid() and attempt(
        form,
        lambda: closures.add_addendum(
            ending=ending, text=form.cleaned_data["text"], by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Added. The closing stays as it was."))
        return redirect(ending)
    return form_page(request, "endings/add_addendum.html", {"ending": ending, "form": form})


@require_http_methods(["GET", "POST"])
def record_follow_up(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Did the client arrive? Asked and answered by whoever carries it (R15, R25)."""
    mine = FollowUp.objects.editable_by(request.user).select_related("client", "referral")
    follow_up = get_object_or_404(mine, pk=pk)
    shows(request, follow_up.client)
    form = FollowUpForm(
        sent(request),
        today=today(),
        referrals=referrals_of(request, follow_up),
        initial={"referral": str(follow_up.referral_id or "")},
    )
    ending = Ending.objects.visible_to(request.user).asked_after_by(follow_up).first()
    back = ending.get_absolute_url() if ending else "/"
    if form.is_valid() and attempt(
        form,
        lambda: closures.record_follow_up(
            follow_up=follow_up, answer=Answer(**form.cleaned_data), by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect(back)
    context = {"follow_up": follow_up, "form": form, "back": back}
    return form_page(request, "endings/record_follow_up.html", context)


def referrals_of(request: AuthedRequest, follow_up: FollowUp) -> list[tuple[Referral, str]]:
    """Return the places that the client may have arrived at, by name."""
    mine = Referral.objects.visible_to(request.user).select_related("option__service")
    chosen = mine.filter(client=follow_up.client_id, assignment=follow_up.assignment_id)
    return [(referral, name_of(referral.option)) for referral in chosen.order_by("began_on")]
