"""The waiting list: everybody on it has a named person and a day (R25)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from caseload.forms.clients import DetailsForm, FirstChannelForm
from caseload.forms.waiting import ContactForm, EndWaitingForm, WaitingForm
from caseload.models import WaitingEntry
from caseload.models.roads import waited_lately
from caseload.operations import waiting as operations
from caseload.operations.clients import Channel, Details
from caseload.operations.reading import log_read
from caseload.operations.waiting import Wish
from core.clock import now, today
from core.http import sent_to, show, taken

KEEPERS = (Role.THERAPIST, Role.SUPERVISOR, Role.FRONT_DESK)


def reads_needs(request: AuthedRequest) -> bool:
    """What somebody looks for is clinical: the front desk works without it."""
    return request.user.holds(Role.THERAPIST) or request.user.holds(Role.SUPERVISOR)


def one(request: AuthedRequest, pk: UUID) -> WaitingEntry:
    rows = WaitingEntry.objects.editable_by(request.user).select_related("client", "named_person")
    return get_object_or_404(rows, pk=pk)


def wish_form(request: AuthedRequest, **options: Any) -> WaitingForm:
    people = User.objects.who_work_here().by_name()
    return WaitingForm(
        sent_to(request), people=people, today=today(), clinical=reads_needs(request), **options
    )


@require_safe
@require_role(*KEEPERS)
def waiting(request: AuthedRequest) -> HttpResponse:
    """Who waits, whoever is to be contacted first on top; late ones say so."""
    mine = WaitingEntry.objects.visible_to(request.user).still_waiting()
    mine = mine.with_rights_of(request.user).for_list()
    context = {
        "entries": mine,
        "lately": waited_lately(),
        "today": today(),
        "clinical": reads_needs(request),
    }
    return render(request, "caseload/waiting.html", context)


@require_http_methods(["GET", "POST"])
@require_role(*KEEPERS)
def add_waiting(request: AuthedRequest) -> HttpResponse:
    """Somebody new who waits: a name, a way to reach them, a named person, a day."""
    sent = sent_to(request)
    person, ways = DetailsForm(sent, today=today()), FirstChannelForm(sent)
    form = wish_form(request, initial={"named_person": request.user.pk})
    if person.is_valid() and ways.is_valid() and form.is_valid():
        channels = [
            Channel(kind, value, today() if agreed else None) for kind, value, agreed in ways.said()
        ]

        def add() -> None:
            operations.add_waiting(
                details=Details(**person.cleaned_data),
                channels=channels,
                wish=Wish(**form.cleaned_data),
                by=request.user,
                on=today(),
            )

        if taken(form, add):
            messages.success(request, _("Saved. The named person sees it, and nobody else here."))
            return redirect("caseload:waiting")
    forms = [person, ways, form]
    return show(
        request, "caseload/add_waiting.html", forms=forms, form=person, ways=ways, wish=form
    )


@require_http_methods(["GET", "POST"])
@require_role(*KEEPERS)
def change_waiting(request: AuthedRequest, pk: UUID) -> HttpResponse:
    entry = one(request, pk)
    log_read(client=entry.client, page="caseload:change_waiting", by=request.user, at=now())
    initial = {name: getattr(entry, name) for name in ("times", "needs", "next_contact_on")}
    form = wish_form(request, initial=initial | {"named_person": entry.named_person_id})

    def change() -> None:
        said = {"needs": entry.needs} | form.cleaned_data
        operations.change_waiting(entry=entry, wish=Wish(**said), by=request.user, on=today())

    if taken(form, change):
        messages.success(request, _("Saved."))
        return redirect("caseload:waiting")
    return show(request, "caseload/change_waiting.html", form=form, entry=entry)


@require_POST
@require_role(*KEEPERS)
def record_contact(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """They were spoken to; the next contact is another day."""
    entry = one(request, pk)
    form = ContactForm(sent_to(request))

    def record() -> None:
        operations.record_contact(entry=entry, by=request.user, on=today(), **form.cleaned_data)

    if taken(form, record):
        messages.success(request, _("Saved."))
    else:
        said = [str(text) for texts in form.errors.values() for text in texts]
        messages.error(request, " ".join(said))
    return redirect("caseload:waiting")


@require_http_methods(["GET", "POST"])
@require_role(*KEEPERS)
def end_waiting(request: AuthedRequest, pk: UUID) -> HttpResponse:
    entry = one(request, pk)
    form = EndWaitingForm(sent_to(request))
    if taken(
        form,
        lambda: operations.end_waiting(
            entry=entry, by=request.user, on=today(), **form.cleaned_data
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("caseload:waiting")
    return show(request, "caseload/end_waiting.html", form=form, entry=entry)


@require_POST
@require_role(*KEEPERS)
def let_wait_again(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Undo: they wait again, as before."""
    try:
        operations.let_wait_again(entry=pk, by=request.user)
    except WaitingEntry.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Saved. They wait as before; choose the day of the next contact."))
    return redirect("caseload:change_waiting", pk=pk)
