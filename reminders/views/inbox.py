"""What stands open for the reader, by day; done by itself when the fact is there."""

from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest
from core.clock import now
from core.errors import RuleBroken
from core.http import offer_undo, sent_to, show, taken
from endings.models import HandoverInvitation
from reminders.forms import BecauseForm
from reminders.models import HandedOn, Message, Reminder
from reminders.occasions import Occasion
from reminders.operations import putting_off as operations
from reminders.operations.inbox import Notice, inbox_of
from reminders.operations.subjects import keys_of, subjects_of
from reminders.rules import LED
from reminders.targets import INBOX, PAGES, target_of


@require_safe
def inbox(request: AuthedRequest) -> HttpResponse:
    """The notices of the reader, the oldest day first; then what they have put aside."""
    found = inbox_of(person=request.user, at=now(), practice=request.practice)
    days: list[tuple[date, list[Notice]]] = [
        (day, list(some)) for day, some in groupby(found.notices, lambda one: one.reminder.due_on)
    ]
    context = {"days": days, "aside": found.aside, "in_hands": found.in_hands}
    return render(request, "reminders/inbox.html", context)


def mine(request: AuthedRequest, pk: UUID) -> Reminder:
    return get_object_or_404(Reminder.objects.editable_by(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
def remind_tomorrow(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let one reminder rest until tomorrow; from the third time on the page asks why."""
    reminder = mine(request, pk)
    form = BecauseForm(sent_to(request))
    form.fields["because"].required = reminder.asks_why

    def put_off() -> None:
        operations.remind_tomorrow(
            reminder=reminder,
            by=request.user,
            at=now(),
            practice=request.practice,
            because=form.cleaned_data["because"],
        )

    if taken(form, put_off):
        messages.success(request, _("It comes back tomorrow."))
        offer_undo(request, reverse("reminders:remind_again", args=[pk]), {})
        return redirect(INBOX)
    return show(request, "reminders/remind_tomorrow.html", form=form, notice=Notice(reminder))


@require_POST
def remind_again(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take back that it rests."""
    operations.remind_again(reminder=mine(request, pk), by=request.user)
    messages.success(request, _("It stands in your inbox again."))
    return redirect(INBOX)


@require_POST
def mark_done(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say that something is done of which nothing is recorded."""
    try:
        operations.mark_done(reminder=mine(request, pk), by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done."))
        offer_undo(request, reverse("reminders:mark_not_done", args=[pk]), {})
    return redirect(INBOX)


@require_POST
def mark_not_done(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take back that it is done."""
    operations.mark_not_done(reminder=mine(request, pk), by=request.user)
    messages.success(request, _("It stands in your inbox again."))
    return redirect(INBOX)


@require_POST
def hand_on(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Put one reminder into the hands of one's deputy."""
    try:
        handed = operations.hand_on(reminder=mine(request, pk), by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is with %(name)s now.") % {"name": handed.to.name})
        offer_undo(request, reverse("reminders:take_back", args=[handed.pk]), {})
    return redirect(INBOX)


@require_POST
def take_back(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take back what one has handed on; give back what one was handed."""
    handed = get_object_or_404(HandedOn.objects.editable_by(request.user), pk=pk)
    operations.take_back(handed=handed, by=request.user, at=now())
    messages.success(request, _("It is where it was before."))
    return redirect(INBOX)


@require_safe
def go(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Follow a link from a mail or the inbox; the address says nothing about what it leads to (R22)."""
    message = Message.objects.filter(pk=pk, person=request.user).first()
    if message is not None:
        return redirect(address_of_mail(message))
    reminder = get_object_or_404(Reminder.objects.visible_to(request.user), pk=pk)
    return redirect(address_of(request, reminder))


def address_of_mail(message: Message) -> str:
    """Return where a mail leads: one's day, what one is asked, the directory, or one's inbox."""
    if message.kind == Message.Kind.DIGEST:
        return reverse("desk:home")
    if message.kind == Message.Kind.INVITATION:
        return reverse("endings:invitation", args=[UUID(message.key)])
    if message.kind == Message.Kind.DIRECTORY:
        return reverse("referrals:directory")
    return reverse(INBOX)


def address_of(request: AuthedRequest, reminder: Reminder) -> str:
    """Return the page of the thing: for a receiver their own, for who only looks the ending.

    What the reader may not open leads back to its line in the inbox, which says whom to ask.
    """
    subject = subjects_of(request.user, keys_of([reminder])).get(reminder.about)
    if subject is None:
        asked = HandoverInvitation.objects.received_by(request.user).standing()
        invitation = asked.filter(ending=reminder.about).first()
        if invitation is not None:
            return reverse("endings:invitation", args=[invitation.pk])
        return f"{reverse(INBOX)}#reminder-{reminder.pk}"
    looks_only = reminder.is_escalation and reminder.occasion in LED
    if subject.url and (looks_only or PAGES[Occasion(reminder.occasion)] == INBOX):
        return subject.url
    return target_of(reminder.occasion, reminder.about)
