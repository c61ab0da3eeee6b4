"""Forms of one session: when, how, where, and whether those that follow move along."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import weekday_names
from caseload.forms.days import (
    DatedForm,
    day_field,
    hour_field,
    how_often_field,
    minutes_field,
    mode_field,
    room_field,
)
from caseload.models import Room
from core.widgets import Choice, PickRadio

THIS, FOLLOWING = "this", "following"


def weekdays() -> list[tuple[int, str]]:
    return list(enumerate(weekday_names()))


class SessionForm(DatedForm):
    """When and where two people meet."""

    on = day_field(_("Day"))
    clock = hour_field(_("Time"))
    minutes = minutes_field()
    mode = mode_field()
    room = room_field()

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, today=today, **options)
        self.fields["room"].queryset = Room.objects.in_use(today)  # type: ignore[attr-defined]


class MoveForm(SessionForm):
    which = forms.ChoiceField(
        label=_("What moves"),
        choices=[
            (THIS, Choice(_("Only this session"))),
            (
                FOLLOWING,
                Choice(_("This and following"), small=_("The rhythm changes from here on.")),
            ),
        ],
        initial=THIS,
        widget=PickRadio,
    )

    def __init__(self, *args: Any, has_rhythm: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not has_rhythm:
            del self.fields["which"]


class LenientField(forms.BooleanField):
    """Whether days that are taken stop a rhythm."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Go on where a day is taken"),
            help_text=_(
                "Where the room is taken, the session is planned without a room. "
                "Where you have a session already, the day is left out."
            ),
            required=False,
        )


class RhythmForm(DatedForm):
    """The rhythm of one assignment."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=weekdays, coerce=int)
    starts_at = hour_field(_("Time"))
    minutes = minutes_field()
    every_weeks = how_often_field()
    mode = mode_field()
    room = room_field()
    starts_on = day_field(
        _("From"), help_text=_("The first session is on the first such weekday from this day on.")
    )
    lenient = LenientField()

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, today=today, **options)
        self.fields["room"].queryset = Room.objects.in_use(today)  # type: ignore[attr-defined]


class RowForm(forms.Form):
    """The rhythm of one assignment among many. A row without weekday and time is left for later."""

    weekday = forms.TypedChoiceField(
        label=_("Weekday"), coerce=int, empty_value=None, required=False
    )
    starts_at = hour_field(_("Time"), required=False)
    every_weeks = how_often_field()
    room = forms.ChoiceField(label=_("Room"), required=False)

    def __init__(self, *args: Any, rooms: Sequence[Room], **options: Any) -> None:
        super().__init__(*args, **options)
        self.rooms = {str(room.pk): room for room in rooms}
        self.fields["weekday"].choices = [("", "–"), *weekdays()]  # type: ignore[attr-defined]
        self.fields["room"].choices = [  # type: ignore[attr-defined]
            ("", _("No room")),
            *((key, str(room)) for key, room in self.rooms.items()),
        ]

    @property
    def is_left_out(self) -> bool:
        return not self["weekday"].data and not self["starts_at"].data

    def clean_room(self) -> Room | None:
        return self.rooms.get(self.cleaned_data["room"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("starts_at") and said.get("weekday") is None and "weekday" not in self.errors:
            self.add_error("weekday", _("Weekday and time belong together."))
        if (
            said.get("weekday") is not None
            and not said.get("starts_at")
            and "starts_at" not in self.errors
        ):
            self.add_error("starts_at", _("Weekday and time belong together."))
        return said


class ForAllForm(DatedForm):
    """What holds for every row of the page that sets many rhythms."""

    starts_on = day_field(_("From"))
    minutes = minutes_field()
    lenient = LenientField()
