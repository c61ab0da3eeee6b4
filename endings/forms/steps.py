"""Options offered, the choice, what stays, the last session, what was not wanted."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import Choice as Pick
from core.widgets import DateInput, PickCheckboxes, PickRadio
from endings.forms.occasions import OccasionForm
from endings.forms.tellings import lines
from referrals.models import Choice, ReferralOption
from referrals.offers import Offer


class OfferedForm(OccasionForm):
    """When the client was given the options; fewer than agreed are recorded with their reason."""

    sometimes_needed = ("other_day", "fewer_because")

    fewer_because = forms.CharField(
        label=_("Why fewer than agreed"),
        help_text=_("One sentence is enough. Your supervisor reads it."),
        required=False,
        widget=lines(2),
    )


class NotWantedForm(OccasionForm):
    """Offered and not wanted: a complete answer."""

    note = forms.CharField(label=_("In words"), required=False, widget=lines(2))


class LastSessionForm(OccasionForm):
    """When two people said goodbye."""

    note = forms.CharField(
        label=_("How it was"),
        help_text=_("Nothing new. Look back, say thank you, say goodbye."),
        required=False,
        widget=lines(3),
    )


class ChoiceForm(OccasionForm):
    """What the client chose; ticking options is enough, the other answers are picks of their own."""

    sometimes_needed = ("other_day", "kind", "options", "ask_again_on", "declares_interest")

    options = forms.MultipleChoiceField(
        label=_("Which of these"), required=False, widget=PickCheckboxes
    )
    kind = forms.ChoiceField(label=_("The answer"), required=False, widget=PickRadio)
    ask_again_on = forms.DateField(label=_("Ask again on"), required=False, widget=DateInput)
    declares_interest = forms.BooleanField(
        label=_("I said that this is in my own interest, too"), required=False
    )
    words = forms.CharField(label=_("In the client’s words"), required=False, widget=lines(2))

    def __init__(self, *args: Any, offered: Sequence[ReferralOption], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = {str(option.pk): option for option in offered}
        kinds = [kind for kind in Choice.Kind if offered or kind not in OF_THESE]
        self.fields["options"].choices = [  # type: ignore[attr-defined]
            (key, Pick(name_of(option), str(option.why))) for key, option in self.offered.items()
        ]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, kind.label) for kind in kinds if kind not in OF_THESE
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        picked = [self.offered[key] for key in cleaned.get("options", [])]
        kind = cleaned.get("kind") or ""
        if picked and not kind:
            kind = Choice.Kind.ONE if len(picked) == 1 else Choice.Kind.SEVERAL
        if not kind:
            self.add_error("kind", _("Say what the client chose."))
        elif picked and kind not in OF_THESE:
            self.add_error("kind", _("With this answer no option is chosen."))
        self.check_what_follows(kind, cleaned)
        return {**cleaned, "options": picked, "kind": kind}

    def check_what_follows(self, kind: str, cleaned: dict[str, Any]) -> None:
        """Waiting names a day; staying with the one who leaves declares the interest."""
        ask_again_on = cleaned.get("ask_again_on")
        if kind == Choice.Kind.WAIT and not ask_again_on and "ask_again_on" not in self.errors:
            self.add_error("ask_again_on", _("Say when you ask again."))
        if ask_again_on and ask_again_on < self.today:
            self.add_error("ask_again_on", _("Choose a day that is still to come."))
        if kind == Choice.Kind.STAYS and not cleaned.get("declares_interest"):
            self.add_error(
                "declares_interest",
                _("Staying with you is in your own interest, too. Say that you told so."),
            )


OF_THESE = (Choice.Kind.ONE, Choice.Kind.SEVERAL)


def name_of(option: ReferralOption) -> str:
    """Return what was offered, by its name on that day."""
    if option.snapshot is not None:
        return Offer.from_snapshot(option.snapshot).name
    return option.service.name if option.service else str(option.place.therapist)  # type: ignore[union-attr]


class ConsolidationForm(forms.Form):
    """What stays: written down together, every part may stay empty (R9)."""

    work_done = forms.CharField(label=_("What we worked on"), required=False, widget=lines(2))
    proud_of = forms.CharField(label=_("What I am proud of"), required=False, widget=lines(2))
    supporters = forms.CharField(label=_("Who stands by me"), required=False, widget=lines(2))
    next_wishes = forms.CharField(label=_("What I wish for next"), required=False, widget=lines(2))
    contingencies = forms.CharField(
        label=_("What I do if it gets hard"), required=False, widget=lines(2)
    )
    way_back = forms.CharField(
        label=_("The way back"),
        help_text=_("I can call. I do not need a reason, and coming back is not failing."),
        required=False,
        widget=lines(2),
    )
    therapist_words = forms.CharField(
        label=_("A word from my therapist"), required=False, widget=lines(2)
    )


class GainForm(forms.Form):
    """One thing that has changed."""

    words = forms.CharField(label=_("What has changed"), required=False, widget=lines(2))


class TriggerForm(forms.Form):
    """What may pull back, how it is noticed, what helps, and when that was tried out."""

    words = forms.CharField(label=_("What may pull me back"), required=False, widget=lines(2))
    sign = forms.CharField(label=_("How I notice it"), required=False, widget=lines(2))
    strategy = forms.CharField(label=_("What helps then"), required=False, widget=lines(2))
    rehearsed_on = forms.DateField(
        label=_("Tried out on"),
        help_text=_("Rehearsed, not only named."),
        required=False,
        widget=DateInput,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if any(cleaned.values()) and not cleaned.get("words"):
            self.add_error("words", _("Say what may pull back."))
        return cleaned


SPARE = 2  # empty lines offered besides what is written already; saving brings new ones
GainFormSet = forms.formset_factory(GainForm, extra=SPARE)
TriggerFormSet = forms.formset_factory(TriggerForm, extra=SPARE)
