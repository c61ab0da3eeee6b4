"""Forms of one's own calendar elsewhere: where it lies, and whose a series is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

LATER, LEFT_OUT = "", "none"


class SourceForm(forms.Form):
    name = forms.CharField(
        label=_("What you call this calendar"),
        max_length=80,
        help_text=_("For you alone. Name nobody in it."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    address = forms.CharField(
        label=_("Its private address"),
        required=False,
        max_length=2000,
        help_text=_(
            "It begins with https:// or webcal://. It is kept sealed, and shown to nobody."
        ),
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "inputmode": "url",
                "spellcheck": "false",
            }
        ),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("An export that ends in .ics."),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".ics"}),
    )
    is_nightly = forms.BooleanField(
        label=_("Read the address again each night"),
        required=False,
        initial=True,
        help_text=_("What you have looked at once is kept in step. Every night can be taken back."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        given = [name for name in ("address", "file") if said.get(name)]
        if len(given) != 1 and not self.errors:
            self.add_error("address", _("Give an address or a file, one of the two."))
        return said


class WhoseForm(forms.Form):
    """Whose the series are that no name was found for: one field for each."""

    def __init__(
        self, *args: Any, series: Sequence[tuple[str, str]], works: Sequence[tuple[UUID, str]]
    ) -> None:
        super().__init__(*args)
        choices = [
            (LATER, _("Leave it for later")),
            (LEFT_OUT, _("Not a session here")),
            *((str(key), called) for key, called in works),
        ]
        for key, label in series:
            self.fields[key] = forms.ChoiceField(label=label, choices=choices, required=False)

    def said(self) -> dict[str, UUID | None]:
        """Return what was said, by series; what was left for later is not in it."""
        return {
            series: None if answer == LEFT_OUT else UUID(answer)
            for series, answer in self.cleaned_data.items()
            if answer != LATER
        }
