"""Telling, correcting a telling, not today, not at all."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.widgets import Choice, DateInput, PickCheckboxes, PickRadio
from endings.forms.occasions import OccasionForm
from endings.models import NotToday, Telling
from endings.models.tellings import Feeling

How = Telling.How
Picks = Sequence[tuple[str, Any]]
HOW = [
    (How.ROOM, _("In person")),
    (How.VIDEO, _("By video")),
    (How.PHONE, _("By phone")),
    (
        How.WRITING,
        Choice(_("In writing"), _("Only after somebody has tried to speak to the client.")),
    ),
]
ONE_SENTENCE = _("One sentence is enough. Your supervisor reads it.")


def lines(rows: int) -> forms.Textarea:
    """Return a text box of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


class ToldForm(OccasionForm):
    """How it was. Every default is the likeliest answer: the first tap can be the last (20 seconds)."""

    sometimes_needed = ("other_day", "why_not_in_person")

    people = forms.MultipleChoiceField(
        label=_("Who was told"), widget=PickCheckboxes(in_a_row=True)
    )
    how = forms.ChoiceField(label=_("How"), choices=HOW, widget=PickRadio)
    why_not_in_person = forms.CharField(
        label=_("Why not in person"), help_text=ONE_SENTENCE, required=False, widget=lines(2)
    )
    present = forms.MultipleChoiceField(
        label=_("Who was there"), required=False, widget=PickCheckboxes(in_a_row=True)
    )
    words = forms.CharField(
        label=_("What I said"),
        help_text=_("As you said it, not as it should have sounded."),
        required=False,
        widget=lines(3),
    )
    shares_words = forms.BooleanField(
        label=_("My supervisor may read what I said and how it was taken"), required=False
    )
    feelings = forms.MultipleChoiceField(
        label=_("How the client took it"),
        choices=Feeling,
        required=False,
        widget=PickCheckboxes(in_a_row=True),
    )
    reaction = forms.CharField(
        label=_("First reaction"),
        help_text=_("Silence is a reaction. So is a joke."),
        required=False,
        widget=lines(2),
    )
    already_knew = forms.BooleanField(label=_("The client knew already"), required=False)
    already_knew_from = forms.CharField(label=_("From whom"), required=False, max_length=200)

    def __init__(
        self,
        *args: Any,
        people: Picks,
        present: Picks,
        usual_mode: str,
        has_planned_words: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.usual_mode = usual_mode
        self.has_planned_words = has_planned_words
        self.fields["people"].choices = people  # type: ignore[attr-defined]
        self.fields["present"].choices = present  # type: ignore[attr-defined]
        if has_planned_words:
            self.fields["words"].help_text = _("Leave it empty if it was as planned.")

    @property
    def in_person_ways(self) -> list[str]:
        """In one room, or by video with somebody who is always seen by video (R1)."""
        always_by_video = self.usual_mode == How.VIDEO
        return [How.ROOM, How.VIDEO] if always_by_video else [How.ROOM]

    @property
    def other_ways(self) -> list[str]:
        return [way.value for way in How if way.value not in self.in_person_ways]

    @property
    def was_remote(self) -> bool:
        """Whether the other ways must stand open on the page."""
        return self["how"].value() not in self.in_person_ways

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        how, why = cleaned.get("how"), cleaned.get("why_not_in_person", "").strip()
        if how and how not in self.in_person_ways and not why:
            self.add_error("why_not_in_person", _("Not in person: please give the reason."))
        if not self.has_planned_words and not cleaned.get("words", "").strip():
            self.add_error("words", _("Write down what you said, at least the reason."))
        return cleaned


class ShortNoticeForm(forms.Form):
    """Asked on the same page when the notice is short; left empty, the telling is saved anyway."""

    why = forms.CharField(
        label=_("Why is it not possible as agreed?"), required=False, widget=lines(2)
    )
    instead = forms.CharField(label=_("What will you do instead?"), required=False, widget=lines(2))


class ExplanationForm(forms.Form):
    """Why it is not possible as agreed, and what is done instead."""

    why = forms.CharField(label=_("Why is it not possible as agreed?"), widget=lines(3))
    instead = forms.CharField(
        label=_("What will you do instead?"),
        help_text=_(
            "Write it as it is. An exception is no confession; it lets somebody think with you."
        ),
        widget=lines(3),
    )


class NotTodayForm(OccasionForm):
    """Why a meeting was not the moment."""

    because = forms.ChoiceField(
        label=pgettext_lazy("not today", "Because"), choices=NotToday.Because, widget=PickRadio
    )
    note = forms.CharField(label=_("In words"), required=False, widget=lines(2))
    until = forms.DateField(label=_("Try again on"), required=False, widget=DateInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        until = cleaned.get("until")
        if until is not None and until < self.today:
            self.add_error("until", _("Choose a day that is still to come."))
        return cleaned


class TakeBackForm(forms.Form):
    """What was wrong about it."""

    because = forms.CharField(label=_("What was wrong"), widget=lines(2))
