"""Forms of the file: who somebody is, how to reach them, who else is involved, who knows whom."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from caseload.forms.days import DatedForm, day_field, mode_field
from caseload.models import Client, ContactChannel, Episode, InvolvedPerson
from core.languages import language_choices as language_choices
from core.languages import language_name as language_name  # said by pages of endings, too
from core.widgets import PickCheckboxes, PickRadio


class DetailsForm(DatedForm):
    """What is known of a person."""

    happened = ("born_on",)

    name = forms.CharField(label=_("Name"), max_length=160)
    known_as = forms.CharField(
        label=_("Known as"),
        max_length=80,
        required=False,
        help_text=_("What this person wants to be called. Pages say it first."),
    )
    pronouns = forms.CharField(label=_("Pronouns"), max_length=40, required=False)
    born_on = day_field(_("Date of birth"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), widget=PickCheckboxes(in_a_row=True), required=False
    )
    safe_to_contact = forms.CharField(
        label=_("How to reach this person safely"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("When, how, and what must not be said or left as a message."),
    )
    safe_address = forms.CharField(
        label=_("Safe address"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Where a letter reaches nobody else. Leave it empty if there is none."),
    )
    what_makes_it_easier = forms.CharField(
        label=_("What makes it easier to come"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sort_by = forms.CharField(
        label=_("Sort by"),
        max_length=160,
        required=False,
        help_text=_("Only where lists should not begin with the name as it is written."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = (self.initial or {}).get("languages") or []
        self.fields["languages"].choices = language_choices(known)  # type: ignore[attr-defined]


class WorkForm(DatedForm):
    """The work that begins with somebody new."""

    happened = ("on",)

    on = day_field(_("With you since"))
    kind = forms.ChoiceField(
        label=_("The work is with"),
        choices=Episode.Kind.choices,
        initial=Episode.Kind.INDIVIDUAL,
        widget=PickRadio(in_a_row=True),
    )
    title = forms.CharField(
        label=_("Name of the group"),
        max_length=120,
        required=False,
        help_text=_("Only for a group, a family or a couple: what pages call it."),
    )
    usual_mode = mode_field()
    weight = forms.DecimalField(
        label=_("Weight"),
        min_value=0,
        max_value=9,
        decimal_places=1,
        initial=1,
        help_text=_("1 is usual. Somebody in a crisis weighs more, a session now and then less."),
        widget=forms.NumberInput(attrs={"class": "form-control w-date", "step": "0.5"}),
    )
    reason = forms.CharField(label=_("Why this weight"), max_length=200, required=False)
    expected_end_on = day_field(
        _("Expected end"),
        required=False,
        help_text=_("Only where it is known from the start, as with an agreed term."),
    )
    therapist = forms.ChoiceField(
        label=_("Who leads the work"),
        required=False,
        help_text=_("The load of today stands beside each name."),
    )

    def __init__(self, *args: Any, leaders: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["therapist"].choices = list(leaders)  # type: ignore[attr-defined]


class FirstChannelForm(forms.Form):
    """The way to reach somebody that is known on the first day; more can follow."""

    phone = forms.CharField(label=_("Phone"), max_length=200, required=False)
    phone_agreed = forms.BooleanField(label=_("Agreed to be called on this number"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    email_agreed = forms.BooleanField(
        label=_("Agreed to be written to at this address"), required=False
    )

    def said(self) -> list[tuple[str, str, bool]]:
        """Return the ways that were given: kind, value, agreed to."""
        given = [
            (kind, self.cleaned_data.get(kind, ""), bool(self.cleaned_data.get(f"{kind}_agreed")))
            for kind in ("phone", "email")
        ]
        return [one for one in given if one[1]]


class ReturnForm(forms.Form):
    """Whether somebody new to the reader has been here before."""

    was_here = forms.BooleanField(
        label=_("Has been here before, and says so"),
        required=False,
        help_text=_(
            "With the whole name and the date of birth a closed file is taken up again. "
            "The earlier work stays closed."
        ),
    )


class KnownForm(forms.Form):
    """Who takes part besides, of those with whom the reader may begin work: whom this client knows first."""

    others = forms.MultipleChoiceField(
        label=_("Who takes part besides"),
        widget=PickCheckboxes,
        required=False,
        help_text=_("People whom this client knows. Link them on the page of the client."),
    )
    somebody_else = forms.ChoiceField(
        label=_("Somebody else you work with"),
        required=False,
        help_text=_("Somebody new is added on the next page."),
    )

    def __init__(
        self, *args: Any, known: Iterable[Client], more: Iterable[Client], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["others"].choices = named(known)  # type: ignore[attr-defined]
        if not self.fields["others"].choices:  # type: ignore[attr-defined]
            del self.fields["others"]
        nobody = [("", _("Nobody"))]
        self.fields["somebody_else"].choices = nobody + named(more)  # type: ignore[attr-defined]

    def chosen(self) -> set[str]:
        """Return the keys of everybody who was chosen."""
        said = {*self.cleaned_data.get("others", ()), self.cleaned_data["somebody_else"]}
        return said - {""}


class TakePartForm(forms.Form):
    """Somebody whom the reader works with, who takes part in other work from today."""

    client = forms.ChoiceField(label=_("Somebody you work with"))

    def __init__(self, *args: Any, known: Iterable[Client], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].choices = named(known)  # type: ignore[attr-defined]


class LeaveForm(DatedForm):
    """When somebody took part for the last time."""

    happened = ("on",)

    on = day_field(_("Last day"))


def named(clients: Iterable[Client]) -> list[tuple[str, Any]]:
    return [(str(one.pk), called_and_code(one)) for one in clients]


class ChannelForm(DatedForm):
    """One way to reach a client."""

    happened = ("consented_on",)

    kind = forms.ChoiceField(
        label=_("Way to reach"),
        choices=ContactChannel.Kind.choices,
        widget=PickRadio(in_a_row=True),
    )
    value = forms.CharField(label=_("Number or address"), max_length=200)
    consented_on = day_field(
        _("Agreed to on"),
        required=False,
        help_text=_("Leave it empty if the client has not agreed to be reached this way."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class InvolvedForm(DatedForm):
    """Somebody beside the client."""

    happened = ("consent_to_share_on",)

    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Who this is"), choices=InvolvedPerson.Kind.choices)
    authority = forms.CharField(
        label=_("Authority"),
        max_length=200,
        required=False,
        help_text=_("What they may decide, and on which ground."),
    )
    consent_to_share_on = day_field(
        _("Client agreed to share on"),
        required=False,
        help_text=_("Leave it empty if nothing may be shared."),
    )
    told = forms.ChoiceField(
        label=_("When the work ends"), choices=InvolvedPerson.Told.choices, widget=PickRadio
    )
    told_by_when = day_field(_("Told by"), required=False)
    to_tell = forms.CharField(
        label=_("What they are told"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As agreed with the client: so much, in these words."),
    )
    never_tell = forms.CharField(
        label=_("What they must never hear"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Also that somebody comes here, if it is that."),
    )


class LinkForm(forms.Form):
    """Another client whom this one knows; only those that the reader may know of are offered."""

    field_order = ("other", "how")

    how = forms.CharField(label=_("How they know each other"), max_length=80, required=False)

    def __init__(self, *args: Any, others: "QuerySet[Client]", **options: Any) -> None:
        super().__init__(*args, **options)
        known = forms.ModelChoiceField(label=_("Knows"), queryset=others)
        known.label_from_instance = called_and_code  # type: ignore[assignment]
        self.fields["other"] = known
        self.order_fields(self.field_order)


def called_and_code(client: Client) -> str:
    return f"{client.called} · {client.code}"
