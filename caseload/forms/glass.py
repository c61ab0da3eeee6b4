"""Forms of an emergency: which file and why; and what is said of it afterwards."""

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.models import BreakGlassReview
from core.widgets import Choice, PickRadio

Decision = BreakGlassReview.Decision
DECISIONS = [
    (Decision.IN_ORDER, Choice(Decision.IN_ORDER.label, small=_("Somebody needed it just then."))),
    (
        Decision.FOLLOW_UP,
        Choice(Decision.FOLLOW_UP.label, small=_("Talk about it; what comes of it stands here.")),
    ),
]


class BreakGlassForm(forms.Form):
    """A code typed exactly and a reason."""

    code = forms.CharField(
        label=_("Reference code"),
        max_length=12,
        help_text=_("Exactly as it stands on the client’s papers or in their diary."),
        widget=forms.TextInput(
            attrs={"class": "form-control w-date", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    reason = forms.CharField(
        label=_("Why now"),
        max_length=2000,
        help_text=_("Their therapist reads this, and whoever leads."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


class ReviewBreakGlassForm(forms.Form):
    decision = forms.ChoiceField(label=_("Was it in order?"), choices=DECISIONS, widget=PickRadio)
    comment = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def clean(self) -> dict[str, object]:
        said = super().clean() or self.cleaned_data
        if said.get("decision") == Decision.FOLLOW_UP and not said.get("comment"):
            self.add_error("comment", _("Say what is to be followed up."))
        return said
