"""Forms of people: their fields are the arguments of the operations."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from core.dates import city, weekday
from core.widgets import PickCheckboxes, PickRadio, TimeInput

OWN_NAMES = {"en": "English", "pl": "Polski", "nl": "Nederlands", "it": "Italiano"}


def languages() -> list[tuple[str, str]]:
    """Each language under its own name, so that it is found by who reads it."""
    return [(code, OWN_NAMES[code]) for code, _name in settings.LANGUAGES]


def weekday_names() -> list[str]:
    """Monday to Sunday in the language of the page."""
    monday = date(2024, 1, 1)
    return [weekday(monday + timedelta(days=number)) for number in range(7)]


class InvitationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=PickCheckboxes)


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=PickCheckboxes, required=False
    )


class AcceptInvitationForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=languages, widget=PickRadio)
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. A short sentence is easy to keep."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zones() -> list[tuple[str, str]]:
    """The practice's own zone first, then those of the world by region and city."""
    known = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    practices = _("As the practice: %(city)s") % {"city": city(get_current_timezone())}
    return [("", practices), *((name, name.replace("_", " ")) for name in known)]


class OwnSettingsForm(forms.Form):
    times_are_own = True  # the morning mail comes by one's own clock

    language = forms.ChoiceField(label=_("Language"), choices=languages, widget=PickRadio)
    theme = forms.ChoiceField(
        label=_("Light or dark"),
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=PickRadio(in_a_row=True),
        required=False,
    )
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"), coerce=int, widget=PickCheckboxes(in_a_row=True)
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_(
            "Times are shown in it, and the morning mail comes by it. Sessions are entered by the"
            " practice’s clock."
        ),
        required=False,
    )
    digest_at = forms.TimeField(
        label=_("When the morning mail comes"),
        help_text=_("On your working days, if anything waits. It holds numbers only."),
        widget=TimeInput,
    )
    wants_mail = forms.BooleanField(label=_("Send me the morning mail"), required=False)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        names = ["language", "theme", "working_days", "zone", "digest_at", "wants_mail"]
        options.setdefault("initial", {name: getattr(by, name) for name in names})
        super().__init__(*args, **options)
        self.fields["zone"].choices = zones()  # type: ignore[attr-defined]
        self.fields["working_days"].choices = list(enumerate(weekday_names()))  # type: ignore[attr-defined]
