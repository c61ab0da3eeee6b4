"""Days and hours in forms: what has happened lies not ahead."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.models import Room
from caseload.models.episodes import Mode, every
from core.widgets import DateInput, PickRadio, TimeInput

STILL_TO_COME = _("This date is still to come. Record it once it has happened.")
EVERY_WEEKS = (1, 2, 3, 4, 6, 8, 12)


class DatedForm(forms.Form):
    """A form that knows the practice's date; fields in `happened` refuse a day after it."""

    happened: Iterable[str] = ()

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        self.today = today
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in self.happened:
            if said.get(name) and said[name] > self.today:
                self.add_error(name, forms.ValidationError(STILL_TO_COME))
        return said


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


def hour_field(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=TimeInput(), **options)


def minutes_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Minutes"),
        min_value=10,
        max_value=480,
        initial=50,
        widget=forms.NumberInput(attrs={"class": "form-control w-date", "step": "5"}),
    )


def mode_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("How"), choices=Mode.choices, initial=Mode.ROOM, widget=PickRadio(in_a_row=True)
    )


def room_field() -> "forms.ModelChoiceField[Room]":
    return forms.ModelChoiceField(
        label=_("Room"),
        queryset=Room.objects.none(),
        required=False,
        empty_label=_("No room"),
        error_messages={
            "invalid_choice": _("This room is not in use. Choose another one, or none for now.")
        },
    )


def how_often() -> list[tuple[int, str]]:
    return [(weeks, every(weeks)) for weeks in EVERY_WEEKS]


def how_often_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=_("How often"), choices=how_often, coerce=int, initial=1)
