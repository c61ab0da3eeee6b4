"""Options of one client, and how a chosen one went."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import DateInput, PickRadio
from referrals.journey import NEXT, Outcome, Status
from referrals.models import Referral, ReferralMove, ReferralOption

LONGEST_REASON = 300


class SuggestionForm(forms.Form):
    """A service (at one of its places) or a colleague's place."""

    service = forms.UUIDField(required=False)
    at_location = forms.UUIDField(required=False)
    place = forms.UUIDField(required=False)


class ReasonsForm(forms.Form):
    """Why each option is right for this person, all on one page."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, standing: Sequence[ReferralOption], **options: Any) -> None:
        super().__init__(*args, **options)
        self.keys = {name_of(option): option.pk for option in standing}
        self.sometimes_needed = tuple(self.keys)  # a caution asks for them, not a form
        for option in standing:
            self.fields[name_of(option)] = forms.CharField(
                label=_("Why this one, for this person?"),
                help_text=_(
                    "Nearness, language, cost, way of working; not what somebody came with."
                ),
                max_length=LONGEST_REASON,
                required=False,
                initial=str(option.why),
                widget=forms.Textarea(
                    attrs={"rows": 2, "form": "reasons", "class": "form-control"}
                ),
            )

    def reasons(self) -> dict[UUID, str]:
        """Return what was written, by the key of the option."""
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}


def name_of(option: ReferralOption) -> str:
    return f"why-{option.pk}"


class MoveForm(forms.Form):
    """Where a referral stands now; its fields are those of a `Move`."""

    to = forms.TypedChoiceField(coerce=Status, label=_("Where does it stand?"), widget=PickRadio)
    said_by = forms.TypedChoiceField(
        coerce=ReferralMove.SaidBy,
        label=_("Who said so"),
        choices=ReferralMove.SaidBy.choices,
        initial=ReferralMove.SaidBy.CLIENT,
        widget=PickRadio(in_a_row=True),
    )
    outcome = forms.TypedChoiceField(
        label=_("What came of it"),
        coerce=Outcome,
        empty_value=None,
        choices=[("", "–"), *Outcome.choices],
        required=False,
    )
    note = forms.CharField(
        label=_("In words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    on = forms.DateField(label=_("When"), widget=DateInput)

    def __init__(self, *args: Any, referral: Referral, **options: Any) -> None:
        super().__init__(*args, **options)
        onward = NEXT[Status(referral.status)]
        ways = [status for status in Status if status in onward]
        mistake = Status.ENTERED_IN_ERROR
        if referral.status != mistake:
            ways.append(mistake)
        self.fields["to"].choices = [(way.value, way.label) for way in ways]  # type: ignore[attr-defined]
