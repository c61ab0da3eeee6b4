"""Answering a review: a comment for the whole, and one for each client where it helps."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

NAME = "about_"


class ReviewForm(forms.Form):
    comment = forms.CharField(
        label=_("Your comment"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, endings: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        for ending in endings:
            self.fields[f"{NAME}{ending.pk}"] = forms.CharField(
                label=ending.client.called,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def of_endings(self) -> dict[UUID, str]:
        said = self.cleaned_data.items()
        return {UUID(name.removeprefix(NAME)): text for name, text in said if name.startswith(NAME)}
