"""Forms of sites, rooms and closed days."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Site
from caseload.forms.days import day_field
from caseload.public_holidays import Holiday, countries, regions
from core.dates import long_day
from core.widgets import Choice, PickCheckboxes


class SiteForm(forms.Form):
    """A place where the practice sees people."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=120)
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        help_text=_("As you would tell it on the phone."),
    )


class AtASiteForm(forms.Form):
    """Offers the sites that are in use on a day."""

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].queryset = Site.objects.in_use(today)  # type: ignore[attr-defined]


class RoomForm(AtASiteForm):
    """A room, at a site that is there or at a new one."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80)
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("A new site")
    )
    new_site = forms.CharField(label=_("Name of the new site"), max_length=120, required=False)
    sometimes_needed = ("site", "new_site")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Where there is one site only, the room is there."""
        super().__init__(*args, **options)
        sites = list(self.fields["site"].queryset[:2])  # type: ignore[attr-defined]
        if len(sites) == 1 and not self.initial.get("site"):
            self.initial["site"] = sites[0].pk

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not said.get("site") and not said.get("new_site"):
            self.add_error("new_site", _("Where is the room? Choose a site or name a new one."))
        return said


class ChangeRoomForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80)


class ClosedDayForm(AtASiteForm):
    on = day_field(_("Day"))
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80, required=False)
    site = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("The whole practice"),
    )


class CountryForm(forms.Form):
    """Whose public holidays are proposed, and of which year."""

    country = forms.ChoiceField(label=_("Country"), choices=countries)
    region = forms.ChoiceField(
        label=_("Part of the country"),
        required=False,
        help_text=_("Only where its holidays differ from those of the rest."),
    )
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)

    def __init__(self, *args: Any, today: date, country: str, **options: Any) -> None:
        super().__init__(*args, **options)
        years = [(year, str(year)) for year in (today.year, today.year + 1)]
        self.fields["year"].choices = years  # type: ignore[attr-defined]
        parts = [("", _("The whole country")), *regions(country)]
        self.fields["region"].choices = parts  # type: ignore[attr-defined]

    def clean_region(self) -> str:
        """A region of another country, left from before the country was changed, means the whole."""
        region: str = self.cleaned_data["region"]
        return region if region in dict(regions(self.cleaned_data.get("country", ""))) else ""


class HolidaysForm(AtASiteForm):
    """Which of the proposed days the practice is closed on."""

    days = forms.MultipleChoiceField(label=_("Closed on"), widget=PickCheckboxes)
    site = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("The whole practice"),
    )

    def __init__(self, *args: Any, proposed: Iterable[Holiday], **options: Any) -> None:
        self.names = {one.on.isoformat(): one.name for one in proposed}
        options.setdefault("initial", {"days": list(self.names)})
        super().__init__(*args, **options)
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (one.on.isoformat(), Choice(one.name, small=long_day(one.on))) for one in proposed
        ]

    def chosen(self) -> list[tuple[date, str]]:
        """Return the days that were picked, with their names."""
        return [(date.fromisoformat(day), self.names[day]) for day in self.cleaned_data["days"]]
