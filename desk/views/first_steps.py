"""The practice, as its admin sets it up: what stands, what is still to do, where each is done."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.forms import OWN_NAMES
from accounts.http import AuthedRequest, require_role
from accounts.models import Invitation, Job, Role, Site, Team, User
from accounts.operations.practice import TEST_MAIL
from accounts.operations.supervision import without_a_leader
from caseload.models import ClosedDay, Room
from core.clock import now, today
from desk.first_steps import Facts, steps_of
from reminders.models import Message

A_YEAR = timedelta(days=365)


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def first_steps(request: AuthedRequest) -> HttpResponse:
    """Everything that a practice sets up; one query for all that stands."""
    steps = steps_of(read_facts(request))
    to_do = [step for step in steps if step.state == "open"]
    context = {
        "steps": steps,
        "next": to_do[0] if to_do else None,
        "standing": len(steps) - len(to_do),
        "total": len(steps),
    }
    return render(request, "desk/first_steps.html", context)


def read_facts(request: AuthedRequest) -> Facts:
    """Count what stands, in one query."""
    on, at = today(), now()
    sites = Site.objects.in_use(on)
    rooms = Room.objects.in_use(on)
    people = User.objects.who_work_here()
    therapists = people.in_role(Role.THERAPIST)
    sent = Exists(Message.objects.filter(state=Message.State.SENT))
    tested = Exists(Job.objects.filter(kind=TEST_MAIL, state=Job.State.DONE))
    counted: dict[str, Any] = {
        "sites": number_of(sites),
        "rooms": number_of(rooms),
        "sites_without_room": number_of(sites.filter(~Exists(rooms.filter(site=OuterRef("pk"))))),
        "closed_days_ahead": number_of(ClosedDay.objects.filter(on__range=(on, on + A_YEAR))),
        "teams": number_of(Team.objects.in_use(on)),
        "people": number_of(people),
        "therapists": number_of(therapists),
        "invited": number_of(Invitation.objects.open_at(at)),
        "without_leader": number_of(without_a_leader(on)),
        "without_limit": number_of(therapists.filter(capacity=None)),
        "own_days": number_of(people.exclude(working_days=request.practice.working_days)),
    }
    row = User.objects.filter(pk=request.user.pk).values(
        **counted, mail_sent=sent, mail_tested=tested
    )[0]
    tested_and_real = row.pop("mail_tested") and settings.EMAIL_BACKEND.endswith(
        "smtp.EmailBackend"
    )
    return Facts(
        practice=request.practice,
        mail_went_out=bool(row.pop("mail_sent") or tested_and_real),
        languages=[OWN_NAMES[code] for code in request.practice.languages],
        **row,
    )


def number_of(rows: "QuerySet[Any]") -> Coalesce:
    """Return how many rows there are, as a part of another query."""
    counted = rows.order_by().annotate(all_of_them=Value(1)).values("all_of_them")
    return Coalesce(
        Subquery(counted.annotate(number=Count("pk")).values("number")),
        0,
        output_field=IntegerField(),
    )
