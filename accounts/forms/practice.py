"""Forms of the practice: its name and zone, teams, supervision, working days."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.people import languages as own_names
from accounts.forms.people import weekday_names
from accounts.models import Practice, Role, Supervision, TeamMembership, User
from accounts.models.people import UserQuerySet
from core.widgets import Choice, PickCheckboxes, PickRadio

KINDS = [
    (
        Supervision.Kind.LEADING,
        Choice(
            _("Leading"),
            small=_("Agrees plans, exceptions, handovers and load, and sees the work."),
        ),
    ),
    (
        Supervision.Kind.REFLECTIVE,
        Choice(
            _("Reflective"),
            small=_("Sees only what is shared, and may come from outside the practice."),
        ),
    ),
    (Supervision.Kind.BOTH, Choice(_("Leading and reflective"))),
]


def zones() -> list[tuple[str, str]]:
    """Return the zones that name a place, by name, and UTC."""
    named = sorted(zone for zone in available_timezones() if "/" in zone and zone[:3] != "Etc")
    return [(zone, zone.replace("_", " ")) for zone in [*named, "UTC"]]


class PracticeForm(forms.Form):
    """The columns of the practice that everybody meets every day."""

    name = forms.CharField(label=_("Name of the practice"), max_length=120)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        help_text=_("It rules dates, and what ten o’clock means in a rhythm."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages at the door"),
        choices=own_names,
        widget=PickCheckboxes(in_a_row=True),
        help_text=_("In which the sign-in page is shown. Each person chooses their own behind it."),
    )
    language = forms.ChoiceField(
        label=_("The practice’s own language"), choices=own_names, widget=PickRadio(in_a_row=True)
    )
    emergency_text = forms.CharField(
        label=_("Whom to call at once"),
        max_length=200,
        required=False,
        help_text=_("Stands on papers that clients take home. In the EU, for example: 112."),
    )
    contact_name = forms.CharField(label=_("Who answers the phone"), max_length=120, required=False)
    contact_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    contact_hours = forms.CharField(
        label=_("When"), max_length=80, required=False, help_text=_("For example: Mon–Fri 9–17.")
    )
    retention_years = forms.IntegerField(
        label=_("Years for which a closed file is kept"),
        min_value=1,
        max_value=99,
        help_text=_("As the law of your country and your profession say."),
        widget=forms.NumberInput(attrs={"class": "form-control w-date"}),
    )
    majority_age = forms.IntegerField(
        label=_("Age of majority"),
        min_value=14,
        max_value=25,
        widget=forms.NumberInput(attrs={"class": "form-control w-date"}),
    )
    retention_after_majority = forms.IntegerField(
        label=_("Years after majority for which the file of a child is kept"),
        min_value=0,
        max_value=99,
        help_text=_("The later of the two days counts."),
        widget=forms.NumberInput(attrs={"class": "form-control w-date"}),
    )

    def __init__(self, *args: Any, practice: Practice, **options: Any) -> None:
        named = [name for name in self.base_fields if practice.pk or name != "name"]
        options.setdefault("initial", {name: getattr(practice, name) for name in named})
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("language") and said["language"] not in said.get("languages", ()):
            self.add_error("language", _("This language is missing among those at the door."))
        return said


class TeamForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=120)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One of the people of the practice, by name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, empty_label=_("Choose somebody"), **options)

    def label_from_instance(self, obj: User) -> str:
        return obj.name


def people() -> UserQuerySet:
    """Return everybody who works here, by name."""
    working: UserQuerySet = User.objects.who_work_here()
    return working.by_name()


class MemberForm(forms.Form):
    """Somebody who joins a team."""

    def __init__(self, *args: Any, joined: "QuerySet[TeamMembership]", **options: Any) -> None:
        super().__init__(*args, **options)
        others = people().exclude(pk__in=joined.values("user"))
        self.fields["user"] = PersonField(label=_("Who joins"), queryset=others)


class KindForm(forms.Form):
    """How one supervises another."""

    kind = forms.ChoiceField(label=_("How"), choices=KINDS, widget=PickRadio)
    is_second = forms.BooleanField(
        label=_("As the second: answers where the first is away or late"), required=False
    )


class SupervisionForm(KindForm):
    """Who supervises whom, and how."""

    field_order = ("supervisor", "supervisee", "kind", "is_second")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        supervising = people().in_role(Role.SUPERVISOR)
        self.fields["supervisor"] = PersonField(
            label=_("Supervisor"),
            queryset=supervising,
            help_text=_("Who is missing here needs the role first, on the page of the person."),
        )
        self.fields["supervisee"] = PersonField(label=_("Supervises"), queryset=people())
        self.order_fields(self.field_order)


class WorkingDaysForm(forms.Form):
    """On which days the practice works; new people begin with these."""

    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"), coerce=int, widget=PickCheckboxes(in_a_row=True)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["working_days"].choices = list(enumerate(weekday_names()))  # type: ignore[attr-defined]
