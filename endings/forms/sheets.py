"""The forms of the other playbooks: how an ending begins, the sheet of a step, an attempt, a look back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.forms.days import how_often_field
from core.widgets import Choice as Pick
from core.widgets import DateInput, PickCheckboxes, PickRadio
from endings.forms.occasions import OccasionForm
from endings.forms.tellings import lines
from endings.models import OutreachAttempt
from endings.models.tellings import Feeling
from endings.taper import MOST_MEETINGS, Stretch, is_rarer
from endings.workflow import Cause, Initiator, Question, Sheet, causes_of
from endings.workflow.sheets import unanswered


class WhoForm(forms.Form):
    """The first two questions."""

    who = forms.ChoiceField(label=_("Who started it?"), choices=Initiator, widget=PickRadio)
    planned = forms.ChoiceField(
        label=_("Was it planned?"),
        choices=[
            ("yes", Pick(_("Yes"), _("There is time to end it together."))),
            ("no", Pick(_("No"), _("It happened, or it cannot wait."))),
        ],
        widget=PickRadio,
    )


class WhyForm(forms.Form):
    """The third question: only answers that fit the first two; each says which way it opens."""

    cause = forms.ChoiceField(label=_("Why?"), widget=PickRadio)
    last_on = forms.DateField(
        label=_("The last session"),
        help_text=_("If you know it already."),
        required=False,
        widget=DateInput,
    )

    def __init__(
        self, *args: Any, who: Initiator, is_planned: bool, today: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["cause"].choices = [  # type: ignore[attr-defined]
            (cause.value, Pick(cause.label, playbook.label))
            for cause, playbook in causes_of(who, is_planned=is_planned)
        ]
        self.fields["last_on"].widget.attrs["min"] = today.isoformat()

    def clean_cause(self) -> Cause:
        return Cause(self.cleaned_data["cause"])


def field_of(question: Question) -> forms.Field:
    """Return the field of one question; whether it is needed is said by the sheet as a whole."""
    named: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help,
        "required": False,
    }
    if question.kind == "day":
        return forms.DateField(widget=DateInput, **named)
    if question.kind == "pick":
        return forms.ChoiceField(choices=question.options, widget=PickRadio, **named)
    if question.kind == "picks":
        return forms.MultipleChoiceField(choices=question.options, widget=PickCheckboxes, **named)
    if question.kind == "line":
        return forms.CharField(max_length=200, **named)
    return forms.CharField(widget=lines(3), **named)


class SheetForm(OccasionForm):
    """The questions of one step, and when it was."""

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sheet = sheet
        for question in sheet.questions:
            self.fields[question.name] = field_of(question)
        self.sometimes_needed = (
            "other_day",
            *(one.name for one in sheet.questions if one.needed or one.needed_with),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        answers = {one.name: as_said(cleaned.get(one.name)) for one in self.sheet.questions}
        for name in unanswered(self.sheet, answers):
            if name not in self.errors:
                self.add_error(name, _("Please answer this."))
        return {"on": cleaned["on"], "session": cleaned["session"], "answers": answers}


def as_said(value: Any) -> str | list[str]:
    """Return a cleaned value as it is kept."""
    if isinstance(value, list):
        return value
    return value.isoformat() if isinstance(value, date) else str(value or "")


class AttemptForm(OccasionForm):
    """One try to reach a client who stays away."""

    sometimes_needed = ("other_day", "without_consent_because")

    channel = forms.ChoiceField(label=_("How"), choices=OutreachAttempt.By, widget=PickRadio)
    without_consent_because = forms.CharField(
        label=_("Why over a way the client did not agree to"),
        help_text=_("Only where worry for somebody’s life weighs more."),
        required=False,
        max_length=200,
    )
    outcome = forms.ChoiceField(
        label=_("What came of it"), choices=OutreachAttempt.Outcome, widget=PickRadio
    )
    note = forms.CharField(label=_("In words"), required=False, widget=lines(2))

    def __init__(self, *args: Any, agreed: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.agreed = agreed
        by: Any = self.fields["channel"]
        by.choices = [
            (
                way.value,
                Pick(way.label, "" if way in agreed else _("The client did not agree to it")),
            )
            for way in sorted(OutreachAttempt.By, key=lambda way: way not in agreed)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        channel = cleaned.get("channel")
        if channel and channel not in self.agreed and not cleaned.get("without_consent_because"):
            self.add_error(
                "without_consent_because",
                _("The client did not agree to be reached this way. Say why it was right."),
            )
        return cleaned


class StretchForm(forms.Form):
    """So many meetings, so many weeks apart."""

    every_weeks = how_often_field()
    meetings = forms.IntegerField(
        label=_("How many times"),
        min_value=0,
        max_value=MOST_MEETINGS,
        widget=forms.NumberInput({"class": "form-control w-date"}),
    )

    def stretch(self) -> Stretch:
        return Stretch(self.cleaned_data["every_weeks"], self.cleaned_data["meetings"])


class BaseStretchFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # no generic at run time
    """Three stretches: the gaps only grow, and there is a last meeting."""

    def clean(self) -> None:
        if any(self.errors):
            return
        if not is_rarer(self.stretches()):
            raise forms.ValidationError(
                _("Let the gaps grow: each stretch at least as rare as the one before.")
            )

    def stretches(self) -> list[Stretch]:
        return [form.stretch() for form in self.forms]


StretchFormSet = forms.formset_factory(StretchForm, formset=BaseStretchFormSet, extra=0)
USUAL = (
    {"every_weeks": 1, "meetings": 3},
    {"every_weeks": 2, "meetings": 3},
    {"every_weeks": 4, "meetings": 2},
)


class LookBackForm(forms.Form):
    """What it left in one: the same short list as the client's, and free words."""

    feelings = forms.MultipleChoiceField(
        label=_("What it does to me"),
        help_text=_("Relief is no betrayal. Nobody sees this unless you share it."),
        choices=Feeling,
        required=False,
        widget=PickCheckboxes(in_a_row=True),
    )
    words = forms.CharField(label=_("In my words"), required=False, widget=lines(5))


class ShareForm(forms.Form):
    """With whom one's look back is shared."""

    supervisor = forms.ChoiceField(label=_("Who may read it"), widget=PickRadio)

    def __init__(self, *args: Any, supervisors: Sequence[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.supervisors = {str(one.pk): one for one in supervisors}
        self.fields["supervisor"].choices = [  # type: ignore[attr-defined]
            (key, one.name) for key, one in self.supervisors.items()
        ]

    def clean_supervisor(self) -> User:
        return self.supervisors[self.cleaned_data["supervisor"]]
