"""Why something is put off once more, and how many days the practice reminds before or after a fact."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import PickRadio
from endings.forms.policy import number_field
from reminders.models import Reminder
from reminders.offsets import BOUNDS, IN_ORDER, NAMES, Offsets


class BecauseForm(forms.Form):
    """One of a few reasons: nothing about a client is written into an inbox."""

    because = forms.ChoiceField(
        label=_("Why does it have to wait?"), choices=Reminder.Because.choices, widget=PickRadio
    )


LABELS = {
    "before_window": _("Choosing the meeting, days before the window opens"),
    "leads_after": _("Late telling: to the supervisor, working days after the last day for it"),
    "admin_after": _("Unanswered: to the practice admin, working days after that"),
    "options_after": _("Offering options, days after the telling"),
    "choice_after": _("Asking for the choice, days after the options"),
    "overdue_after": _("What was asked is late, days after it was due"),
    "before_handover": _("Preparing the meeting of three, days before it"),
    "before_last": _("Preparing the last session, days before it"),
    "close_first": _("Closing the file: first asked, days after the last session"),
    "close_second": _("Closing the file: asked again, days after the last session"),
    "close_late": _("Closing the file: late, and to the supervisor, days after the last session"),
    "reach_first": _("Contact is lost: first attempt, days after the ending began"),
    "reach_second": _("Contact is lost: second attempt, days after the ending began"),
    "reach_third": _("Contact is lost: third attempt, days after the ending began"),
    "check_again": _("Checking an entry of the directory: asked again, days after the first time"),
    "before_break_ends": _("Agreeing on how it goes on, days before a break ends"),
}
WITHOUT_A_MEETING = ("options_after", "choice_after")


class PolicyForm(forms.Form):
    """One number for each offset, within its bounds; `previewed` is what the page has shown the effect of."""

    previewed = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in NAMES:
            self.fields[name] = number_field(
                LABELS[name], BOUNDS[name].fewest, BOUNDS[name].most, help_text=help_of(name)
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for names in IN_ORDER:
            asked = [said[name] for name in names if name in said]
            if asked != sorted(set(asked)):
                self.add_error(names[1], _("The three times come one after the other."))
        return said

    @property
    def offsets(self) -> Offsets:
        return Offsets(**{name: self.cleaned_data[name] for name in NAMES})

    @property
    def was_previewed(self) -> bool:
        """Whether the page has shown what exactly these numbers change."""
        return bool(self.cleaned_data["previewed"] == in_short(self.offsets))


def in_short(offsets: Offsets) -> str:
    """Return offsets on one line, to know whether they are still the ones that were looked at."""
    return ",".join(str(days) for days in asdict(offsets).values())


def help_of(name: str) -> str:
    """Return “Usual: 7. From 2 to 28.”"""
    bounds = BOUNDS[name]
    said = _("Usual: %(usual)s. From %(fewest)s to %(most)s.") % {
        "usual": getattr(Offsets(), name),
        "fewest": bounds.fewest,
        "most": bounds.most,
    }
    if name in WITHOUT_A_MEETING:
        return f"{said} {_('Where a meeting is planned, that is the day.')}"
    return str(said)
