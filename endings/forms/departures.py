"""The pages of the wizard: a form's fields are its operation's arguments."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.models import Assignment
from core.widgets import Choice, DateInput, PickCheckboxes, PickRadio
from endings.models import Departure

KINDS = [
    (Departure.Kind.LEAVING, Choice(_("I am leaving"), small=_("The work with everybody ends."))),
    (Departure.Kind.LEAVE, Choice(_("I am taking leave"), small=_("You expect to come back."))),
    (
        Departure.Kind.REDUCING,
        Choice(_("I am reducing"), small=_("The work with some people ends; you choose whom.")),
    ),
]
REASONS = [("", _("I would rather not say yet")), *Departure.Reason.choices]


class FrameForm(forms.Form):
    """Kind, last working day, reason, embargo."""

    sometimes_needed = ("returns_on", "only", "ground")

    kind = forms.ChoiceField(
        label=_("What is it"), choices=KINDS, widget=PickRadio, initial="leaving"
    )
    last_day = forms.DateField(
        label=_("Last working day"),
        help_text=_("The rest is worked out with you from here."),
        widget=DateInput,
    )
    returns_on = forms.DateField(
        label=_("Back on"),
        help_text=_("For leave: the first day you expect to be back."),
        required=False,
        widget=DateInput,
    )
    only = forms.MultipleChoiceField(
        label=_("Whom it concerns"),
        help_text=_("For reducing: the people whose work with you ends."),
        required=False,
        widget=PickCheckboxes,
    )
    ground = forms.CharField(
        label=_("On what ground these people"),
        help_text=_("For reducing. One or two sentences; your supervisor reads them."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("It stays between you and your supervisor. Only the words you choose travel."),
        choices=REASONS,
        required=False,
    )
    reason_note = forms.CharField(
        label=_("In your own words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    embargo_until = forms.DateField(
        label=_("Nobody may be told before"),
        help_text=_(
            "If the practice has asked you to wait. The days lost are the practice’s, not yours."
        ),
        required=False,
        widget=DateInput,
    )
    embargo_by = forms.CharField(label=_("Who asked for it"), required=False, max_length=120)
    embargo_words = forms.CharField(
        label=_("What may be said until then"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, work: Iterable[Assignment], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["only"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), name_of(one)) for one in work
        ]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("kind") == Departure.Kind.LEAVE and not said.get("returns_on"):
            self.add_error("returns_on", _("Say when you expect to be back; it can be changed."))
        if said.get("kind") == Departure.Kind.REDUCING and not said.get("only"):
            self.add_error("only", _("Choose whom it concerns."))
        last_day, returns_on = said.get("last_day"), said.get("returns_on")
        if last_day and returns_on and returns_on <= last_day:
            self.add_error("returns_on", _("This is after the last working day."))
        return said


def name_of(work: Assignment) -> str:
    """Return the known-as names of who takes part; prefetched by the view."""
    return ", ".join(row.client.called for row in work.episode.participations.all())


class WordsForm(forms.Form):
    words = forms.CharField(
        label=_("Your words"),
        help_text=_(
            "About me, not about you. Two or three sentences are enough: what changes, why, until"
            " when I am here."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class CarriersForm(forms.Form):
    """Who carries everybody on after the last working day, and for whom somebody else does (R25)."""

    def __init__(
        self, *args: Any, people: Iterable[User], endings: Iterable[Any], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.people = {str(person.pk): person for person in people}
        names = [(key, person.name) for key, person in self.people.items()]
        self.fields["carried_by"] = forms.ChoiceField(
            label=_("Who answers for them after your last day"),
            help_text=_("Somebody who stays. A handover can still change it for each person."),
            choices=[("", "–"), *names],
        )
        for ending in endings:
            self.fields[f"of_{ending.pk}"] = forms.ChoiceField(
                label=ending.client.called,
                required=False,
                choices=[("", _("As above")), *names],
            )

    def chosen(self) -> tuple[User, dict[UUID, User]]:
        said = self.cleaned_data
        apart = {
            UUID(name.removeprefix("of_")): self.people[key]
            for name, key in said.items()
            if name.startswith("of_") and key
        }
        return self.people[said["carried_by"]], apart


class NewLastDayForm(forms.Form):
    last_day = forms.DateField(label=_("New last working day"), widget=DateInput)


class ClientDatesForm(forms.Form):
    """Other dates for one client: any meeting that stands, and one more if it helps."""

    sometimes_needed = ("extra_at", "extra_room")

    telling_at = forms.ChoiceField(label=_("Tell on"), required=False)
    handover_at = forms.ChoiceField(label=_("Meeting of three"), required=False)
    last_at = forms.ChoiceField(label=_("Last session"), required=False)
    extra_on = forms.DateField(label=_("One more session on"), required=False, widget=DateInput)
    extra_at = forms.TimeField(
        label=_("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "form-control w-date"}),
    )
    extra_room = forms.ChoiceField(label=_("Room"), required=False)
    receives = forms.ChoiceField(
        label=_("Does somebody here take over?"),
        required=False,
        choices=[("", _("Not known yet")), ("yes", _("Yes")), ("no", _("No"))],
    )

    def __init__(
        self,
        *args: Any,
        meetings: list[tuple[str, str]],
        rooms: list[tuple[str, str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        open_choice = [("", _("As the plan proposes")), *meetings]
        for name in ("telling_at", "handover_at", "last_at"):
            self.fields[name].choices = open_choice  # type: ignore[attr-defined]
        self.fields["extra_room"].choices = [("", "–"), *rooms]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        day: date | None = said.get("extra_on")
        if day and not said.get("extra_at"):
            self.add_error("extra_at", _("Say at what time."))
        return said
