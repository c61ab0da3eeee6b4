"""What the practice has agreed on about notice, options and asking after (R2, R3, R15)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 365
FOLLOW_UPS = 6


def number_field(label: Any, lowest: int = 1, highest: int = LONGEST, **more: Any) -> Any:
    number = forms.NumberInput(attrs={"class": "form-control w-date"})
    return forms.IntegerField(
        label=label, min_value=lowest, max_value=highest, widget=number, **more
    )


class DaysField(forms.CharField):
    """Days after the last session as “14, 42”; cleaned to a sorted list of whole days."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(day) for day in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        parts = said.replace(";", ",").replace(" ", ",").split(",")
        try:
            days = sorted({int(part) for part in parts if part})
        except ValueError:
            raise forms.ValidationError(_("Write days as numbers, such as 14, 42.")) from None
        if not days or len(days) > FOLLOW_UPS or not 1 <= days[0] <= days[-1] <= LONGEST:
            raise forms.ValidationError(_("Write days as numbers, such as 14, 42."))
        return days


class NoticePolicyForm(forms.Form):
    """The columns of the practice that rule endings."""

    notice_shortest = number_field(
        _("Shortest notice, in days"),
        help_text=_("Usual: 21. Shorter can be recorded, and is shown."),
    )
    notice_longest = number_field(
        _("The window opens, days before the last session"),
        help_text=_("Usual: 28. Telling earlier is always welcome."),
    )
    notice_meetings = number_field(
        _("Meetings after the telling"), 1, 20, help_text=_("Usual: 3, the last one included.")
    )
    notice_spread = number_field(
        _("Days between the first and the last telling of one departure"),
        help_text=_("Usual: 14, because people talk."),
    )
    options_asked = number_field(
        _("Options for each client, at least"), 1, 9, help_text=_("Usual: 2.")
    )
    follow_up_days = DaysField(
        label=_("Asking whether the client arrived, days after the last session"),
        help_text=_("Usual: 14, 42."),
    )
    stays_with_leaver_text = forms.CharField(
        label=_("If a client wants to stay with the therapist who leaves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The practice’s own words; they stand beside this choice."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        shortest, longest = said.get("notice_shortest"), said.get("notice_longest")
        if shortest and longest and longest < shortest:
            self.add_error("notice_longest", _("The window opens before the shortest notice."))
        return said
