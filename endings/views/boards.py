"""The departure board: every ending of one departure as a lane, or as a table."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from caseload.models import ClosedDay
from core.clock import today
from core.parts import Link
from endings.board import board as lay_out
from endings.models import Departure
from endings.operations import board_rows
from endings.operations.notices import policy_of
from endings.views import lanes


@require_safe
def board(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the board to who leaves and to who leads their work; a draft only to who drafts it."""
    shown = Departure.objects.visible_to(request.user).select_related("therapist")
    departure = get_object_or_404(shown, pk=pk)
    on, policy = today(), policy_of(request.practice)
    endings = board_rows.endings_for_board(departure, request.user, on)
    closed = ClosedDay.objects.filter(site=None).values_list("on", flat=True)
    totals = lanes.totals_of(endings, policy, on)
    as_table = request.GET.get("view") == "table"
    context = {
        "departure": departure,
        "is_own": departure.therapist_id == request.user.pk,
        "board": lay_out(
            lanes.lanes_of(endings, policy, on),
            today=on,
            closed=closed,
            asked=request.GET.get("from", ""),
        ),
        "as_table": as_table,
        "views": [
            Link("?view=timeline", _("Timeline"), "clock", current=not as_table),
            Link("?view=table", _("Table"), "list-checks", current=as_table),
        ],
        "facts": lanes.facts_of(totals),
        "everybody": lanes.everybody_words(totals),
        "has_nobody": bool(totals.nobody),
    }
    return render(request, "endings/board.html", context)
