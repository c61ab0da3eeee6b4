"""What people of the practice know of an entry."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import DateInput, PickRadio
from referrals.models import Accepting, Verification


class CheckForm(forms.Form):
    """One look at an entry; its fields are those of a `Look`."""

    means = forms.TypedChoiceField(
        label=_("How"),
        coerce=Verification.Means,
        choices=Verification.Means.choices,
        initial=Verification.Means.PHONE,
        widget=PickRadio(in_a_row=True),
    )
    outcome = forms.TypedChoiceField(
        label=_("What came of it"),
        coerce=Verification.Outcome,
        choices=Verification.Outcome.choices,
        initial=Verification.Outcome.CONFIRMED,
        widget=PickRadio,
    )
    accepting = forms.TypedChoiceField(
        label=_("New clients"),
        coerce=Accepting,
        empty_value=None,
        choices=[("", _("Did not ask")), *Accepting.choices],
        required=False,
        widget=PickRadio,
    )
    wait = forms.CharField(
        label=_("How long it takes"),
        help_text=_("In their words, for instance: about 6 weeks."),
        max_length=300,
        required=False,
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("About the place. Nothing about a client."),
        max_length=300,
        required=False,
    )
    on = forms.DateField(label=_("When"), widget=DateInput)


class OwnViewForm(forms.Form):
    """How the practice stands to a service."""

    sometimes_needed = ("why",)

    view = forms.ChoiceField(
        label=_("This practice"),
        choices=[
            ("", _("has no view of its own")),
            ("preferred", _("prefers it")),
            ("avoided", _("does not refer here")),
        ],
        required=False,
        widget=PickRadio,
    )
    why = forms.CharField(
        label=_("Why not"),
        help_text=_("Everybody who looks at this entry reads it. Nothing about a client."),
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("view") == "avoided" and not cleaned.get("why"):
            self.add_error("why", _("Say why, so that others can judge."))
        return cleaned

    def asked(self) -> dict[str, Any]:
        """Return the arguments of the operation."""
        view = self.cleaned_data["view"]
        return {
            "preferred": view == "preferred",
            "do_not_refer": self.cleaned_data["why"] if view == "avoided" else "",
        }


class KeepForm(forms.Form):
    """Which service, and at which of its places, goes on one's own shortlist."""

    service = forms.UUIDField()
    at_location = forms.UUIDField(required=False)
