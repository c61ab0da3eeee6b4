"""Asking a colleague, their answer, consent, the summary, the meeting of three."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caseload.models import Room
from caseload.models.episodes import Mode
from core import dates
from core.widgets import Choice, DateInput, PickCheckboxes, PickRadio, TimeInput
from endings.forms.closures import OnADayForm
from endings.forms.occasions import OccasionForm
from endings.forms.tellings import lines
from endings.models.handovers import Section

OTHER = "other"


class QuestionForm(forms.Form):
    """Who is asked, and what they read: no name, no file. `people` are keys with their labels."""

    receiver = forms.ChoiceField(label=_("Who could take this on"), widget=PickRadio)
    needs = forms.CharField(
        label=_("What is needed"),
        help_text=_("No name and nothing that points to the person. Two sentences are enough."),
        widget=lines(3),
    )
    times = forms.CharField(label=_("Possible times"), widget=lines(2))
    load_points = forms.DecimalField(
        label=_("How heavy the work weighs"),
        help_text=_("1 is somebody seen every week."),
        min_value=Decimal("0.1"),
        max_value=Decimal(10),
        max_digits=4,
        decimal_places=1,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "form-control w-date", "step": "0.1"}),
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, Choice]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["receiver"].choices = people  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """*I have room* or *not now*; nobody has to explain."""

    keeps_draft = False  # one line, of which the page holds three

    answer = forms.CharField(
        label=_("A line to your colleague"),
        help_text=_("You do not have to explain."),
        required=False,
        widget=lines(2),
    )


class ConsentForm(OccasionForm):
    """What the client agreed to hand over, when they said so, and from when it opens."""

    sometimes_needed = ("other_day", "sections")

    sections = forms.MultipleChoiceField(
        label=_("What may be handed over"),
        help_text=_("Go through it with the client. Nothing is ticked for them."),
        choices=Section.choices,
        required=False,
        widget=PickCheckboxes,
    )
    opens_on = forms.DateField(
        label=_("Opens on"),
        help_text=_("Before this day the receiver sees nothing of it."),
        widget=DateInput,
    )
    note = forms.CharField(label=_("In words"), required=False, widget=lines(2))

    def __init__(self, *args: Any, takes_back: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.takes_back = takes_back

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.takes_back:
            return {**cleaned, "sections": []}
        if not cleaned.get("sections"):
            self.add_error("sections", _("Say which parts may be handed over."))
        return cleaned


class SummaryForm(forms.Form):
    """One text box for each section that the client agreed to; without a consent yet, for all."""

    def __init__(
        self,
        *args: Any,
        sections: Sequence[str],
        texts: Mapping[str, str],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for section in Section:
            if section.value not in sections:
                continue
            text = texts.get(section.value, "")
            self.fields[section.value] = forms.CharField(
                label=section.label,
                required=False,
                initial=text,
                widget=lines(min(10, max(3, text.count("\n") + 2))),
            )


class SummaryReadForm(OccasionForm):
    """When the client read it, or why not."""

    sometimes_needed = ("other_day", "because")

    is_unread = forms.BooleanField(label=_("The client did not read it"), required=False)
    because = forms.CharField(
        label=_("Why not"),
        help_text=_("One sentence is enough."),
        required=False,
        widget=lines(2),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("is_unread"):
            return {**cleaned, "because": ""}
        if not cleaned.get("because"):
            self.add_error("because", _("Say why not."))
        self.errors.pop("other_day", None)
        return {**cleaned, "on": None}


class MeetingForm(forms.Form):
    """When the three meet: one of the planned sessions, or another time. `sessions` are key and label."""

    sometimes_needed = ("on", "starts_at", "room")

    session = forms.ChoiceField(label=_("When"), widget=PickRadio)
    on = forms.DateField(label=_("Which day"), required=False, widget=DateInput)
    starts_at = forms.TimeField(label=_("From"), required=False, widget=TimeInput)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=10,
        max_value=480,
        initial=50,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control w-date", "step": "5"}),
    )
    mode = forms.ChoiceField(
        label=_("How"),
        choices=Mode.choices,
        initial=Mode.ROOM,
        required=False,
        widget=PickRadio(in_a_row=True),
    )
    room = forms.ModelChoiceField(
        label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("No room")
    )
    agenda = forms.CharField(
        label=_("Agenda"),
        help_text=_("The client’s own questions come first."),
        required=False,
        widget=lines(4),
    )

    def __init__(
        self, *args: Any, sessions: Sequence[tuple[str, Choice]], today: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        choices = [*sessions, (OTHER, _("Another time"))]
        self.fields["session"].choices = choices  # type: ignore[attr-defined]
        self.fields["session"].initial = choices[0][0]
        self.fields["on"].widget.attrs["min"] = today.isoformat()
        self.fields["room"].queryset = Room.objects.in_use(today)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("session") == OTHER:
            for name, words in (("on", _("Say which day.")), ("starts_at", _("Say at what time."))):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return cleaned

    @property
    def begins(self) -> datetime:
        """The instant of *another time*, in the zone that is active."""
        on: date = self.cleaned_data["on"]
        at: time = self.cleaned_data["starts_at"]
        return make_aware(datetime.combine(on, at))


class MetForm(forms.Form):
    """The three met: what was agreed in the room, and when receiver and client meet next."""

    agreed_points = forms.CharField(
        label=_("What was agreed"),
        help_text=_("In words that all three would sign."),
        required=False,
        widget=lines(4),
    )
    next_meeting_on = forms.DateField(
        label=_("Receiver and client meet next on"), required=False, widget=DateInput
    )
    signed = forms.MultipleChoiceField(
        label=_("Who confirms this today"),
        choices=[
            ("outgoing", pgettext_lazy("sign-off", "I do")),
            ("client", pgettext_lazy("sign-off", "The client does")),
        ],
        required=False,
        widget=PickCheckboxes(in_a_row=True),
    )

    def __init__(self, *args: Any, held_on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.held_on = held_on
        self.fields["next_meeting_on"].widget.attrs["min"] = held_on.isoformat()

    def clean_next_meeting_on(self) -> date | None:
        on: date | None = self.cleaned_data["next_meeting_on"]
        if on is not None and on <= self.held_on:
            said = _("Choose a day after the meeting of three, %(day)s.")
            raise forms.ValidationError(said % {"day": dates.day(self.held_on)})
        return on


class CorrectedMeetingForm(OnADayForm):
    """What came of the meeting of three, said anew."""

    agreed_points = forms.CharField(
        label=_("What was agreed"),
        help_text=_("In words that all three would sign."),
        required=False,
        widget=lines(4),
    )
    next_meeting_on = forms.DateField(
        label=_("Receiver and client meet next on"), required=False, widget=DateInput
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        on, following = cleaned.get("on"), cleaned.get("next_meeting_on")
        if on is not None and following is not None and following <= on:
            said = _("Choose a day after the meeting of three, %(day)s.")
            self.add_error("next_meeting_on", said % {"day": dates.day(on)})
        return cleaned
