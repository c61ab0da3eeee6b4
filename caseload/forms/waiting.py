"""Who waits: what for, when they can come, who is there for them, when they next hear from us."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.forms.days import day_field

TWO_WEEKS = timedelta(days=14)


class WaitingForm(forms.Form):
    """The wish of somebody who waits."""

    times = forms.CharField(
        label=_("When they can come"),
        max_length=200,
        required=False,
        help_text=_("For example: Tuesdays after 16, not in the school holidays."),
    )
    needs = forms.CharField(
        label=_("What they look for"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only therapists and supervisors read this."),
    )
    named_person = forms.ModelChoiceField(
        label=_("Named person"),
        queryset=User.objects.none(),
        empty_label=_("Choose somebody"),
        help_text=_("Whom they can call while they wait."),
    )
    next_contact_on = day_field(_("Next contact"))

    def __init__(
        self, *args: Any, people: Iterable[Any], today: date, clinical: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["named_person"].queryset = people  # type: ignore[attr-defined]
        self.fields["next_contact_on"].initial = today + TWO_WEEKS
        if not clinical:
            del self.fields["needs"]


class ContactForm(forms.Form):
    next_contact_on = day_field(_("Next contact"))


class EndWaitingForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("For example: found a place elsewhere, does not want to wait any longer."),
    )


class BreakForm(forms.Form):
    """A pause that both agreed on (R25)."""

    starts_on = day_field(_("First day of the break"))
    ends_on = day_field(_("Last day of the break"))
    contact_on = day_field(
        _("We get in touch on"), help_text=_("Agreed with the client, so that nobody is forgotten.")
    )


class SleepForm(forms.Form):
    reason = forms.CharField(
        label=_("What was agreed"), max_length=200, help_text=_("One sentence is enough.")
    )
