"""When it was: today's session, the planned one, another one, or another day (face.md 8).

Most facts of an ending happen in a session, so picks stand before the date input.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.models import Session
from core import dates
from core.widgets import Choice, DateInput, PickRadio
from endings.models import Ending

LOOKING_BACK = timedelta(days=21)
MOST = 3
HAPPENS = [Session.State.PLANNED, Session.State.ATTENDED]
TODAY, OTHER = "today", "other"


@dataclass(frozen=True)
class Occasion:
    """A day on which something may have happened; `value` is what the form sends."""

    value: str
    on: date
    label: str | Promise
    small: str = ""
    session: Session | None = None


def occasions_of(
    ending: Ending, *, by: User, on: date, at: datetime, states: Sequence[str] = HAPPENS
) -> list[Occasion]:
    """Return the likely days, the likeliest first: begun today, later today, the last weeks. One query.

    Without a session today, today itself is offered.
    """
    first = datetime.combine(on - LOOKING_BACK, datetime.min.time(), tzinfo=at.tzinfo)
    after = datetime.combine(on + timedelta(days=2), datetime.min.time(), tzinfo=at.tzinfo)
    recent = (
        Session.objects.editable_by(by)
        .filter(assignment=ending.assignment_id, state__in=states)
        .between(first, after)
        .select_related("room")
        .in_order()
    )
    past = [session for session in recent if dates.on_day(session.starts_at) <= on]
    past.sort(key=lambda session: (session.starts_at <= at, session.starts_at), reverse=True)
    today = [one for one in past if dates.on_day(one.starts_at) == on]
    earlier = [one for one in past if dates.on_day(one.starts_at) < on]
    offered = [_occasion(one, ending, on) for one in [*today, *earlier][:MOST]]
    if not today:
        offered.insert(0, Occasion(TODAY, on, _("Today"), small=dates.day(on, on)))
    return offered


def _occasion(session: Session, ending: Ending, on: date) -> Occasion:
    day, starts_at = dates.on_day(session.starts_at), session.starts_at
    clock = dates.with_the_practices(dates.clock(starts_at), starts_at)
    where = session.room.name if session.room else session.get_mode_display()
    if day == on:
        label = _t("Today’s session, %(clock)s") % {"clock": clock}
        small = f"{dates.day(day, on)}, {where}"
    elif session.pk == ending.tell_session_id:
        label = _t("The planned session, %(day)s") % {"day": dates.day(day, on)}
        small = f"{clock}, {where}"
    else:
        label, small = dates.with_the_practices(dates.at(starts_at, on), starts_at), where
    return Occasion(f"session:{session.pk}", day, label, small, session)


class OccasionForm(forms.Form):
    """A form about something that happened: `on` and `session` come out of its picks.

    `remark` adds a second line to each pick: the notice that this day leaves, say.
    """

    sometimes_needed: tuple[str, ...] = ("other_day",)

    day = forms.ChoiceField(label=_("When"), widget=PickRadio)
    other_day = forms.DateField(label=_("Which day"), required=False, widget=DateInput)

    def __init__(
        self,
        *args: Any,
        occasions: Sequence[Occasion],
        today: date,
        remark: Callable[[date], str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.occasions = {occasion.value: occasion for occasion in occasions}
        self.today = today
        remarked = remark or (lambda on: "")
        choices: list[tuple[str, Any]] = [
            (one.value, Choice(one.label, " · ".join(filter(None, [one.small, remarked(one.on)]))))
            for one in occasions
        ]
        field = self.fields["day"]
        field.choices = [*choices, (OTHER, _("Another day"))]  # type: ignore[attr-defined]
        field.initial = occasions[0].value
        self.fields["other_day"].widget.attrs["max"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        occasion = self.occasions.get(cleaned.pop("day", ""))
        other = cleaned.pop("other_day", None)
        if occasion is not None:
            return {**cleaned, "on": occasion.on, "session": occasion.session}
        if other is None and "other_day" not in self.errors:
            self.add_error("other_day", _("Say which day."))
        elif other is not None and other > self.today:
            self.add_error(
                "other_day", _("This date is still to come. Record it once it has happened.")
            )
        return {**cleaned, "on": other, "session": None}
