"""What stands open for the reader, by day; done by itself when the fact is there."""

from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from core.clock import now
from endings.models import Ending, HandoverInvitation
from reminders.models import Message, Reminder
from reminders.operations import inbox as operations
from reminders.operations.inbox import Notice, notices_of
from reminders.targets import target_of


@require_safe
def inbox(request: AuthedRequest) -> HttpResponse:
    """The notices of the reader, the oldest day first."""
    notices = notices_of(person=request.user, at=now(), practice=request.practice)
    days: list[tuple[date, list[Notice]]] = [
        (day, list(some)) for day, some in groupby(notices, lambda one: one.reminder.due_on)
    ]
    return render(request, "reminders/inbox.html", {"days": days})


@require_POST
def remind_tomorrow(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let one reminder rest until tomorrow."""
    reminder = get_object_or_404(Reminder.objects.editable_by(request.user), pk=pk)
    operations.snooze(reminder=reminder, by=request.user, at=now(), practice=request.practice)
    messages.success(request, _("It comes back tomorrow."))
    return redirect("reminders:inbox")


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
    return reverse("reminders:inbox")


def address_of(request: AuthedRequest, reminder: Reminder) -> str:
    """Return the page of the thing: for a receiver their own, for who only looks the ending."""
    about = operations.things(request.user, [reminder.about]).get(reminder.about)
    if about is None:
        asked = HandoverInvitation.objects.received_by(request.user).standing()
        mine = asked.filter(ending=reminder.about).first()
        if mine is not None:
            return reverse("endings:invitation", args=[mine.pk])
    if isinstance(about, Ending) and reminder.is_escalation:
        return about.get_absolute_url()
    return target_of(reminder.occasion, reminder.about)
