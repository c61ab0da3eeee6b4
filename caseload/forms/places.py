"""What one can offer."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from caseload.forms.days import day_field, hour_field, how_often_field, minutes_field
from core import dates
from core.languages import language_choices
from core.widgets import PickCheckboxes, PickRadio

A_MONDAY = date(2024, 1, 1)


def weekdays() -> list[tuple[int, str]]:
    return [(day, dates.weekday(A_MONDAY + timedelta(days=day))) for day in range(7)]


class PlaceForm(forms.Form):
    """A weekday, a time, and what is right for it; nobody is in it yet."""

    weekday = forms.TypedChoiceField(
        label=_("Weekday"), choices=weekdays, coerce=int, widget=PickRadio(in_a_row=True)
    )
    starts_at = hour_field(_("From"))
    minutes = minutes_field()
    every_weeks = how_often_field()
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("No site")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), widget=PickCheckboxes(in_a_row=True), required=False
    )
    needs = forms.CharField(
        label=_("What it is good for"),
        help_text=_("For example: adults, evenings, couples."),
        required=False,
        max_length=200,
    )
    starts_on = day_field(_("Free from"))

    def __init__(self, *args: Any, today: date, spoken: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["starts_on"].initial = today
        self.fields["languages"].choices = language_choices(spoken)  # type: ignore[attr-defined]
        self.fields["languages"].initial = spoken
        self.fields["site"].queryset = Site.objects.filter(ended_on=None)  # type: ignore[attr-defined]
