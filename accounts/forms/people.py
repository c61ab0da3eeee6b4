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
from core.languages import language_choices
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


class InviteManyForm(forms.Form):
    """A list out of a spreadsheet, pasted or as a file; it is looked at before anybody is invited."""

    sheet = forms.CharField(
        label=_("Name, e-mail, roles"),
        required=False,
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One person a line, as copied from a spreadsheet. Several roles with a + between."
        ),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False)
    by_mail = forms.BooleanField(label=_("Send each person their link by mail"), required=False)
    sometimes_needed = ("sheet", "file")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("file"):
            said["sheet"] = self.text_of(said["file"].read(100_000))
        if not said.get("sheet", "").strip() and not self.errors:
            self.add_error("sheet", _("Paste some lines, or choose a file."))
        return said

    def text_of(self, data: bytes) -> str:
        """Return the text of a file as spreadsheets write it: UTF-8, else the encoding of old Excel."""
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1250", errors="replace")


class WorkingForm(forms.Form):
    """How somebody works, as the practice writes it down."""

    name = forms.CharField(label=_("Name"), max_length=120)
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"), coerce=int, widget=PickCheckboxes(in_a_row=True)
    )
    languages_spoken = forms.MultipleChoiceField(
        label=_("Languages for sessions"), widget=PickCheckboxes(in_a_row=True), required=False
    )
    capacity = forms.DecimalField(
        label=_("Limit"),
        min_value=0,
        max_value=999,
        decimal_places=1,
        required=False,
        help_text=_("Of the load of a full week. Leave it empty if there is none."),
        widget=forms.NumberInput(attrs={"class": "form-control w-date", "step": "0.5"}),
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        options.setdefault("initial", {name: getattr(person, name) for name in self.base_fields})
        super().__init__(*args, **options)
        self.fields["working_days"].choices = list(enumerate(weekday_names()))  # type: ignore[attr-defined]
        spoken = language_choices(person.languages_spoken)
        self.fields["languages_spoken"].choices = spoken  # type: ignore[attr-defined]


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
    wants_keys = forms.BooleanField(
        label=_("Single keys do something"),
        required=False,
        help_text=_("/ goes to the search from every page. Turn it off where keys are spoken."),
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
    reminded_by = forms.ChoiceField(
        label=_("How you are reminded"),
        help_text=_(
            "What concerns a client being told always comes both ways: nobody is to be left waiting."
        ),
        choices=[
            ("both", _("By mail and in the app")),
            ("mail", _("By mail")),
            ("app", _("In the app")),
        ],
        widget=PickRadio,
    )

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        names = ["language", "theme", "wants_keys", "working_days", "zone", "digest_at"]
        initial = {name: getattr(by, name) for name in names}
        options.setdefault("initial", initial | {"reminded_by": ways_of(by)})
        super().__init__(*args, **options)
        self.fields["zone"].choices = zones()  # type: ignore[attr-defined]
        self.fields["working_days"].choices = list(enumerate(weekday_names()))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Turn the way one is reminded into the two columns that keep it."""
        said = super().clean() or self.cleaned_data
        way = said.pop("reminded_by", "both")
        return said | {"wants_mail": way != "app", "wants_notices": way != "mail"}


def ways_of(person: User) -> str:
    """Return how somebody is reminded, as the form names it."""
    if person.wants_mail and person.wants_notices:
        return "both"
    return "mail" if person.wants_mail else "app"
