"""The practice itself: name, zone, languages; working days; whether mail goes out."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.people import weekday_names
from accounts.forms.practice import PracticeForm, WorkingDaysForm
from accounts.http import AuthedRequest, require_role
from accounts.models import Job, Role, User
from accounts.operations import practice as operations
from core.clock import now
from core.dates import listed
from core.errors import ChangedMeanwhile
from core.http import offer_undo, overtaken, revision_of, sent_to, show

SINK = "django.core.mail.backends.filebased.EmailBackend"


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def practice(request: AuthedRequest) -> HttpResponse:
    """Name, zone, languages, emergency text; two who save at once both see what the other wrote."""
    row = request.practice
    here = reverse("accounts:practice")
    form = PracticeForm(sent_to(request), practice=row)
    if form.is_valid():
        before = {name: getattr(row, name) for name in form.fields}
        try:
            saved = operations.change_practice(
                facts=form.cleaned_data, by=request.user, revision=revision_of(request)
            )
        except ChangedMeanwhile:
            return overtaken(request, form, row, cancel_url=here)
        offer_undo(request, here, before | {"revision": saved.revision})
        messages.success(request, _("Saved."))
        return redirect(here)
    return show(request, "accounts/practice.html", form=form, object=row)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def working_days(request: AuthedRequest) -> HttpResponse:
    """The practice's own days, and each person's."""
    before = {"working_days": request.practice.working_days}
    form = WorkingDaysForm(sent_to(request), initial=before)
    if form.is_valid():
        operations.change_practice(facts=form.cleaned_data, by=request.user)
        here = reverse("accounts:working_days")
        offer_undo(request, here, before)
        messages.success(request, _("Saved. Nobody’s own days have changed."))
        return redirect(here)
    names = weekday_names()
    rows = [
        (person, listed([names[day] for day in sorted(person.working_days)]))
        for person in User.objects.who_work_here().by_name()
    ]
    return show(request, "accounts/working_days.html", form=form, rows=rows)


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def mail(request: AuthedRequest) -> HttpResponse:
    """Where mail goes, and what became of the last test. The password is never shown."""
    context = {
        "is_sink": settings.EMAIL_BACKEND == SINK,
        "host": settings.EMAIL_HOST,
        "sender": settings.DEFAULT_FROM_EMAIL,
        "last": operations.last_test_mail(),
    }
    return render(request, "accounts/mail.html", context)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def send_test_mail(request: AuthedRequest) -> HttpResponse:
    job = operations.send_test_mail(by=request.user, at=now())
    if job.state == Job.State.FAILED:
        messages.error(request, _("The mail server did not take it. What it said stands below."))
    else:
        messages.success(request, _("Sent to your own address. Look whether it has come."))
    return redirect("accounts:mail")
