"""What somebody else looks at: a plan, an exception, a handover, a closure."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from accounts.models import User
from caseload.views.reading import shows
from core.clock import now, today
from endings.forms.reviews import ReviewForm
from endings.models import Ending, EndingException, Review
from endings.operations import board_rows
from endings.operations.deciding import decide_review
from endings.operations.departures import note_opened_by_supervisor, open_safeguarding
from endings.operations.notices import policy_of
from endings.views import lanes
from endings.views.acts import attempt, form_page, sent
from endings.views.endings import page_of
from endings.views.page import Page
from endings.views.reviewed import Reviewed, closing_reviewed, exit_reviewed, handover_reviewed


@require_http_methods(["GET", "POST"])
def review(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Read it, then agree or return it with a comment; three clicks at most."""
    shown = get_object_or_404(
        Review.objects.visible_to(request.user).select_related(
            "departure__therapist",
            "ending__client",
            "exception",
            "author",
            "decided_by",
            "invitation",
        ),
        pk=pk,
    )
    endings = endings_of(shown, request)
    if shown.ending:
        shows(request, shown.ending.client)
    about = about_ending(request, shown)
    form = ReviewForm(sent(request), endings=endings)
    may_decide = request.user.pk in (shown.reviewer_id, shown.second_reviewer_id)
    if form.is_valid() and may_decide:
        decision = Review.Decision.RETURNED
        if request.POST.get("decision") == "agreed":
            decision = Review.Decision.AGREED
        if attempt(form, lambda: decide(request, shown, decision, form)):
            return redirect("desk:supervisors_desk")
    context = {
        "review": shown,
        "form": form,
        "may_decide": may_decide and shown.is_open,
        "fell_through": not shown.decision and not shown.is_open,
        "about": about,
        "pressing": pressing_of(shown, request.user),
        "safeguarding": open_safeguarding(shown.departure) if shown.departure else [],
        "endings": endings,
        "totals": totals_of(request, shown),
        "comments": list(shown.comments.select_related("ending__client")),
    }
    return form_page(request, "endings/review.html", context)


def decide(
    request: AuthedRequest, shown: Review, decision: Review.Decision, form: ReviewForm
) -> None:
    decide_review(
        review=shown,
        decision=decision,
        by=request.user,
        at=now(),
        comment=form.cleaned_data["comment"],
        of_endings=form.of_endings(),
    )
    if decision == Review.Decision.AGREED:
        messages.success(
            request, _("Agreed. %(name)s can see it now.") % {"name": shown.author.name}
        )
    else:
        messages.success(request, _("Returned with your comment."))


def endings_of(shown: Review, request: AuthedRequest) -> list[Ending]:
    if shown.departure is None:
        return []
    mine = Ending.objects.visible_to(request.user).standing().filter(departure=shown.departure)
    return list(mine.select_related("client").order_by("window_opens_on", "client__sort_key"))


def about_ending(request: AuthedRequest, shown: Review) -> Reviewed | None:
    """Return what a closing or a handover is decided on, where the reader may see the ending."""
    shows_more = shown.kind in REVIEWED  # an exception says itself what it is about
    if shown.ending_id is None or not shows_more:
        return None
    mine = Ending.objects.visible_to(request.user).for_page().for_reader(request.user, today())
    ending = mine.filter(pk=shown.ending_id).first()
    if ending is None:
        return None
    page = page_of(request, ending)
    return REVIEWED[Review.Kind(shown.kind)](page)


REVIEWED: dict[Review.Kind, Callable[[Page], Reviewed]] = {
    Review.Kind.CLOSURE: closing_reviewed,
    Review.Kind.HANDOVER: handover_reviewed,
    Review.Kind.EXIT: exit_reviewed,
}


def pressing_of(shown: Review, user: User) -> list[EndingException]:
    """Return the exceptions on top: of the whole plan, of the one ending, or the one it is about."""
    if shown.exception is not None:
        return [shown.exception]
    of_what = {"ending": shown.ending} if shown.ending else {"ending__departure": shown.departure}
    mine = EndingException.objects.visible_to(user).filter(
        ending__withdrawn_on=None, taken_back_on=None, **of_what
    )
    return list(mine.select_related("ending__client").order_by("rule", "recorded_at"))


def totals_of(request: AuthedRequest, shown: Review) -> dict[str, Any]:
    if shown.departure is None:
        return {}
    endings = board_rows.endings_for_board(shown.departure, request.user, today())
    totals = lanes.totals_of(endings, policy_of(request.practice), today())
    return {"everybody": lanes.everybody_words(totals), "has_nobody": bool(totals.nobody)}


@require_http_methods(["POST"])
def open_review(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Open it from the desk: from now on sending is spoken about, not undone."""
    shown = get_object_or_404(Review.objects.editable_by(request.user), pk=pk)
    if shown.departure is not None:
        note_opened_by_supervisor(departure=shown.departure, by=request.user, at=now())
    return redirect("endings:review", pk=pk)
