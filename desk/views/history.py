"""History, for a practice admin: who did what kind of act on which thing, when, from where. No content."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import HistoryLine, Role, User
from accounts.operations.searching import Question, search_history
from core.http import number_of
from core.widgets import DateInput
from desk.kinds import kind_of

PER_PAGE = 50
ASKED = "history_asked"
VERBS = dict(HistoryLine.Verb.choices)


class SearchForm(forms.Form):
    """By whom, about whom, in which days; everything may stay empty."""

    who = forms.ModelChoiceField(
        label=gettext_lazy("Done by"),
        queryset=User.objects.by_name(),
        required=False,
        empty_label=gettext_lazy("Anybody"),
    )
    code = forms.CharField(label=gettext_lazy("Client’s code"), required=False, max_length=12)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DateInput())
    until = forms.DateField(
        label=gettext_lazy("Up to and including"), required=False, widget=DateInput()
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("since") and said.get("until") and said["since"] > said["until"]:
            self.add_error("until", _("This is before the first day."))
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def history(request: AuthedRequest) -> HttpResponse:
    """Show what was done, the newest first. What is asked for is kept in the session, in no address (R22)."""
    kept = request.session.get(ASKED, {})
    form = SearchForm(request.POST if request.method == "POST" else kept or None)
    if request.method == "POST" and form.is_valid():
        request.session[ASKED] = {name: request.POST.get(name, "") for name in form.fields}
        return redirect("desk:history")
    question = question_of(form) if request.method != "POST" else None
    before = request.GET.get("before", "")
    acts = (
        search_history(question, before=number_of(before), how_many=PER_PAGE + 1)
        if question
        else []
    )
    context = {
        "form": form,
        "rows": [shown(act) for act in acts[:PER_PAGE]],
        "older": acts[PER_PAGE - 1].number if len(acts) > PER_PAGE else None,
        "is_first": not before,
        "is_narrowed": any(kept.values()),
    }
    return render(request, "desk/history.html", context, status=422 if form.errors else 200)


def question_of(form: SearchForm) -> Question:
    """Return what is asked; days are those of the practice (decision 9)."""
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    who: User | None = said.get("who")
    return Question(
        who=UUID(str(who.pk)) if who else None,
        code=said.get("code", ""),
        since=midnight(said.get("since")),
        until=midnight(said["until"] + timedelta(days=1)) if said.get("until") else None,
    )


def midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def shown(act: Any) -> dict[str, Any]:
    """Return an act in words; without a person it was the system, by a task of its own."""
    return {
        **asdict(act),
        "did": VERBS.get(act.verb, act.verb),
        "thing": kind_of(act.kind),
    }
