"""Forms of the work: goals, looks at risk, weight; absences."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, Role, User
from caseload.forms.days import DatedForm, day_field
from caseload.models import Goal, RiskLook
from core.widgets import PickRadio


class GoalForm(DatedForm):
    happened = ("on",)

    words = forms.CharField(
        label=_("Goal"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In the client’s own words, as you set it together."),
    )
    on = day_field(_("Set on"))
    review_next_on = day_field(_("Look at it again on"), required=False)


class ReviewGoalForm(DatedForm):
    happened = ("on",)

    met = forms.ChoiceField(label=_("How it stands"), choices=Goal.Met.choices, widget=PickRadio)
    words = forms.CharField(label=_("Goal"), widget=forms.Textarea(attrs={"rows": 3}))
    on = day_field(_("Looked at on"))
    review_next_on = day_field(_("Look at it again on"), required=False)


class RiskLookForm(DatedForm):
    """A look at risk (R24)."""

    happened = ("on",)

    level = forms.ChoiceField(
        label=_("What was seen"), choices=RiskLook.Level.choices, widget=PickRadio
    )
    on = day_field(_("When"))
    note = forms.CharField(
        label=_("In words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What worries you, since when, and what was done about it."),
    )
    has_safety_plan = forms.BooleanField(label=_("There is a safety plan"), required=False)
    is_safeguarding_open = forms.BooleanField(label=_("Safeguarding is open"), required=False)
    tell_not_before = day_field(
        _("Tell nothing heavy before"),
        required=False,
        help_text=_("Until this day, no plan proposes to tell this client about an ending."),
    )
    look_again_on = day_field(_("Look again on"), required=False)


class WeightForm(forms.Form):
    points = forms.DecimalField(
        label=_("Weight"),
        min_value=0,
        max_value=9,
        decimal_places=1,
        help_text=_("1 is usual. Somebody in a crisis weighs more, a session now and then less."),
        widget=forms.NumberInput(attrs={"class": "form-control w-date", "step": "0.5"}),
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class AbsenceForm(DatedForm):
    """When one is away, and who stands in."""

    kind = forms.ChoiceField(
        label=_("What for"),
        choices=Absence.Kind.choices,
        initial=Absence.Kind.LEAVE,
        widget=PickRadio(in_a_row=True),
    )
    starts_on = day_field(_("First day away"))
    ends_on = day_field(_("Last day away"))
    deputy = forms.ModelChoiceField(
        label=_("Stands in"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("They see your clients for these days and can act for you."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        colleagues = User.objects.who_work_here().in_role(Role.THERAPIST).exclude(pk=user.pk)
        self.fields["deputy"].queryset = colleagues.by_name()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("starts_on") and said.get("ends_on") and said["ends_on"] < said["starts_on"]:
            self.add_error("ends_on", _("The last day lies before the first."))
        return said
