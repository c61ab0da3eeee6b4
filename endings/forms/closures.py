"""Closing, adding to a closed file, asking after."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import DateInput, PickRadio
from endings.forms.tellings import lines
from endings.models import Closure
from referrals.models import FollowUp, Referral

FUTURE = _("This date is still to come. Record it once it has happened.")


class OnADayForm(forms.Form):
    """A form about something that happened on a day; today unless it is said otherwise."""

    on = forms.DateField(label=_("When"), widget=DateInput)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["on"].initial = today
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(FUTURE)
        return on


class ClosingForm(OnADayForm):
    """How it went, seen from both sides."""

    sometimes_needed = ("client_view", "client_view_missing_because")

    outcome = forms.ChoiceField(label=_("How it went"), choices=Closure.Outcome, widget=PickRadio)
    client_view = forms.CharField(
        label=_("How the client sees it"), required=False, widget=lines(3)
    )
    client_view_missing_because = forms.CharField(
        label=_("If their view is missing: why"), required=False, widget=lines(2)
    )
    therapist_view = forms.CharField(label=_("How I see it"), required=False, widget=lines(3))
    summary = forms.CharField(
        label=_("Summary"),
        help_text=_("What it was about, what has changed, what stays open."),
        widget=lines(4),
    )
    field_order = (
        "outcome",
        "client_view",
        "client_view_missing_because",
        "therapist_view",
        "summary",
        "on",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        views = ("client_view", "client_view_missing_because")
        if not any(cleaned.get(name, "").strip() for name in views):
            self.add_error(
                "client_view", _("Write how the client sees it, or why that is missing.")
            )
        return cleaned


class AddendumForm(forms.Form):
    """A line added after closing."""

    text = forms.CharField(label=_("What is to be added"), widget=lines(4))


class FollowUpForm(OnADayForm):
    """Did the client arrive, and what now."""

    sometimes_needed = ("ask_again_on",)

    outcome = forms.ChoiceField(
        label=_("Did the client arrive?"), choices=FollowUp.Arrived, widget=PickRadio
    )
    referral = forms.ChoiceField(label=_("Which place it is about"), required=False)
    note = forms.CharField(label=_("In words"), required=False, widget=lines(2))
    what_now = forms.CharField(label=_("What now"), required=False, widget=lines(2))
    ask_again_on = forms.DateField(label=_("Ask again on"), required=False, widget=DateInput)
    field_order = ("outcome", "referral", "on", "note", "what_now", "ask_again_on")

    def __init__(
        self, *args: Any, referrals: Sequence[tuple[Referral, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.referrals = {str(referral.pk): referral for referral, _name in referrals}
        names = [(str(referral.pk), name) for referral, name in referrals]
        field = self.fields["referral"]
        field.choices = [("", _("No place in particular")), *names]  # type: ignore[attr-defined]
        if not referrals:
            field.widget = forms.HiddenInput()

    def clean_referral(self) -> Referral | None:
        return self.referrals.get(self.cleaned_data["referral"])

    def clean_ask_again_on(self) -> date | None:
        ask_again_on: date | None = self.cleaned_data["ask_again_on"]
        if ask_again_on is not None and ask_again_on <= self.today:
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return ask_again_on
