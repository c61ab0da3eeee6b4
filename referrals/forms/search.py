"""What one looks for in the directory."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.spoken import language_name

HOW_FAR = ((5, "5 km"), (10, "10 km"), (25, "25 km"), (50, "50 km"), (100, "100 km"))


class SearchForm(forms.Form):
    """Every field may stay empty: then the list begins with what the practice prefers."""

    sometimes_needed = ("q", "near", "within", "language", "room")

    q = forms.CharField(
        label=_("What are you looking for?"),
        max_length=200,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )
    near = forms.CharField(
        label=_("Near"),
        help_text=_("A town or postal code, never a client’s address."),
        max_length=80,
        required=False,
    )
    within = forms.TypedChoiceField(
        label=_("Within"), initial=25, choices=HOW_FAR, coerce=int, required=False
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    room = forms.BooleanField(label=_("Takes new clients"), required=False)

    def __init__(self, *args: Any, spoken: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        names = sorted((language_name(code), code) for code in spoken)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("Any")),
            *((code, name) for name, code in names),
        ]

    @property
    def narrows(self) -> bool:
        """Whether more than words was asked for; then the page shows it."""
        return any(self[name].value() for name in ("near", "language", "room"))
