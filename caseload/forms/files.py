"""Forms about files: which one, why a copy, why a hold."""

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.models import FileRequest
from core.widgets import PickRadio

Ground = FileRequest.Ground


class FindFileForm(forms.Form):
    """A file is found by its reference code; it is sent, never in an address (R22)."""

    code = forms.CharField(
        label=_("Reference code"),
        max_length=12,
        help_text=_("It stands on the client’s page and on their papers."),
        widget=forms.TextInput(attrs={"class": "form-control w-date", "autocomplete": "off"}),
    )
    keeps_draft = False

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class CopyForm(forms.Form):
    ground = forms.ChoiceField(
        label=_("Why is a copy needed?"),
        choices=[
            (one.value, one.label) for one in (Ground.CLIENT, Ground.FOR_CLIENT, Ground.AUTHORITY)
        ],
        widget=PickRadio,
    )


class ReasonForm(forms.Form):
    """A reason, sealed. `label` says for what."""

    reason = forms.CharField(
        max_length=2000, widget=forms.Textarea(attrs={"class": "form-control", "rows": 3})
    )

    def __init__(self, *args: object, label: str, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["reason"].label = label
