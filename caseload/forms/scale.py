"""What weighs how much, and each therapist's limit (R17)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

SCALE = ("weight_light", "weight_heavy", "ending_weighs", "usual_limit")


def points_field(label: Any, highest: int = 9, **options: Any) -> forms.DecimalField:
    """Points of load, in halves."""
    number = forms.NumberInput(attrs={"class": "form-control w-date", "step": "0.5"})
    return forms.DecimalField(
        label=label, min_value=0, max_value=highest, decimal_places=1, widget=number, **options
    )


class ScaleForm(forms.Form):
    """The scale of the practice; a usual client is 1."""

    weight_light = points_field(
        _("Somebody light"), help_text=_("A session now and then, or work that is nearly done.")
    )
    weight_heavy = points_field(
        _("Somebody heavy"),
        help_text=_("A crisis, a family, much to arrange besides the sessions."),
    )
    ending_weighs = points_field(
        _("An ending adds"), help_text=_("Endings and handovers count as work, too.")
    )
    usual_limit = points_field(
        _("Usual limit of a full week"),
        999,
        required=False,
        help_text=_("Proposed for new therapists. Leave it empty if there is none."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        light, heavy = said.get("weight_light"), said.get("weight_heavy")
        if light is not None and heavy is not None and not light <= 1 <= heavy:
            self.add_error("weight_heavy", _("Light is at most 1, heavy at least 1."))
        return said


class LimitsForm(forms.Form):
    """One limit for each therapist; the fields are named by the person's key."""

    def __init__(self, *args: Any, therapists: Iterable[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people: Mapping[str, UUID] = {f"limit-{one.pk}": one.pk for one in therapists}
        for one in therapists:
            field = points_field(one.name, 999, required=False, initial=one.capacity)
            self.fields[f"limit-{one.pk}"] = field

    def limits(self) -> dict[UUID, Decimal | None]:
        return {pk: self.cleaned_data[name] for name, pk in self.people.items()}
