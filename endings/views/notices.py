"""The notice in words (R2): how much a telling leaves, and what is missing. Never a reproach."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import dates
from core.clock import today
from endings.notice import Notice


@dataclass(frozen=True)
class NoticeLine:
    """A note: its kind, its headline, what may still help."""

    kind: Literal["done", "now"]
    title: str
    text: str
    is_short: bool


def days_left(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def sessions_left(count: int) -> str:
    left = ngettext("%(count)s session left", "%(count)s sessions left", count)
    return left % {"count": count}


def notice_remark(notice: Notice) -> str:
    """Return “21 days, 3 sessions left”."""
    return f"{days_left(notice.days)}, {sessions_left(notice.meetings)}"


def what_is_short(notice: Notice) -> str:
    """Return the headline over a short notice: days first, else sessions; empty when it is full."""
    if notice.days_short:
        missing = ngettext(
            "%(count)s day short of the agreed time",
            "%(count)s days short of the agreed time",
            notice.days_short,
        )
        return missing % {"count": notice.days_short}
    if notice.meetings_short:
        missing = ngettext(
            "%(count)s session fewer than agreed",
            "%(count)s sessions fewer than agreed",
            notice.meetings_short,
        )
        return missing % {"count": notice.meetings_short}
    return ""


def notice_line(notice: Notice | None, on: date) -> NoticeLine | None:
    """Return “Told today: 21 days, 3 sessions left. That is full notice.”, or what is missing."""
    if notice is None:
        return None
    when = dates.relative_days(on, today()) if on >= today() else dates.day(on, today())
    says = _("Told %(when)s: %(left)s.") % {"when": when, "left": notice_remark(notice)}
    if notice.is_full:
        return NoticeLine("done", says, _("That is full notice."), is_short=False)
    helps = _(
        "You can still go on. What helps now: one extra session, a last meeting that is only for"
        " goodbye, or a colleague who stays reachable. Your supervisor will see this and your"
        " reason."
    )
    return NoticeLine("now", f"{says} {what_is_short(notice)}.", helps, is_short=True)
