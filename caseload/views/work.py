"""Goals, looks at risk, and how heavy the work weighs."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from caseload.forms.work import GoalForm, ReviewGoalForm, RiskLookForm, WeightForm
from caseload.models import Assignment, Client, Goal, RiskLook
from caseload.operations import work as operations
from caseload.operations.work import Reviewed, Seen
from caseload.views.answers import overtaken, revision_of, sent_to, show
from caseload.views.reading import shows
from core.clock import now, today
from core.errors import ChangedMeanwhile


@require_http_methods(["GET", "POST"])
def record_goal(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Keep a goal, in the client's words."""
    works = Assignment.objects.editable_by(request.user).with_who()
    work: Assignment = get_object_or_404(works, pk=pk)
    shows(request, *work.episode.people)
    form = GoalForm(sent_to(request), today=today(), initial={"on": today()})
    if form.is_valid():
        operations.record_goal(assignment=work, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(work.episode.people[0])
    return show(request, "caseload/record_goal.html", form=form, work=work)


@require_http_methods(["GET", "POST"])
def review_goal(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Look at a goal again: is it time?"""
    goals = Goal.objects.editable_by(request.user).with_who()
    goal: Goal = get_object_or_404(goals, pk=pk)
    client = goal.episode.people[0]
    shows(request, client)
    initial = {"met": goal.met, "words": goal.words, "on": today()}
    form = ReviewGoalForm(sent_to(request), today=today(), initial=initial)
    if form.is_valid():
        try:
            operations.review_goal(
                goal=goal,
                review=Reviewed(**form.cleaned_data),
                by=request.user,
                revision=revision_of(request),
            )
        except ChangedMeanwhile:
            return overtaken(request, form, goal, cancel_url=client.get_absolute_url())
        messages.success(request, _("Saved."))
        return redirect(client)
    return show(
        request, "caseload/review_goal.html", form=form, goal=goal, client=client, object=goal
    )


@require_http_methods(["GET", "POST"])
def record_risk_look(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A look at risk (R24). It is added; earlier ones stay as they are."""
    client = get_object_or_404(Client.objects.editable_by(request.user), pk=pk)
    shows(request, client)
    last = RiskLook.objects.visible_to(request.user).filter(client=client).newest_first().first()
    form = RiskLookForm(sent_to(request), today=today(), initial=as_before(last))
    if form.is_valid():
        operations.record_risk_look(
            client=client, seen=Seen(**form.cleaned_data), by=request.user, at=now()
        )
        messages.success(request, _("Recorded."))
        return redirect(client)
    return show(request, "caseload/record_risk_look.html", form=form, client=client, last=last)


def as_before(last: RiskLook | None) -> dict[str, object]:
    """Begin with what still holds: a safety plan, safeguarding. What was seen is asked anew."""
    if last is None:
        return {"on": today()}
    return {
        "on": today(),
        "has_safety_plan": last.has_safety_plan,
        "is_safeguarding_open": last.is_safeguarding_open,
    }


@require_http_methods(["GET", "POST"])
def set_weight(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let the work weigh more or less, from today on (R17)."""
    works = Assignment.objects.editable_by(request.user).with_who()
    work: Assignment = get_object_or_404(works, pk=pk)
    shows(request, *work.episode.people)
    now_weighs = work.commitments.on(today()).filter(kind="weight").first()
    initial = (
        {"points": now_weighs.points, "reason": now_weighs.reason} if now_weighs else {"points": 1}
    )
    form = WeightForm(sent_to(request), initial=initial)
    if form.is_valid():
        operations.set_weight(assignment=work, by=request.user, on=today(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(work.episode.people[0])
    return show(request, "caseload/set_weight.html", form=form, work=work)
