"""What the board says in words: the state of a lane, its next act, and one sentence with every date.

Each piece is “what: when”, because nouns and dates must not be bent together in four languages.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from core import dates
from core.parts import Chip
from endings.board.geometry import Axis
from endings.board.lane import Fact, Group, Lane, group_of

WHAT: dict[str, str | Promise] = {
    "t": gettext_lazy("Tell"),
    "o": pgettext_lazy("step.options", "Options"),
    "h": pgettext_lazy("tab.handover", "Handover"),
    "l": gettext_lazy("Last session"),
}


def what(letter: str, fact: Fact) -> str:
    """Return the name of an act; a telling that has happened is *told*."""
    return pgettext("stage.told", "Told") if letter == "t" and fact.done else str(WHAT[letter])


def state_of(fact: Fact) -> str:
    """Return how an act stands, quietly, behind its name or its day."""
    if fact.late:
        return _("late, or not in person") if fact.done else _("late")
    return _("done") if fact.done else _("planned")


def short_days(count: int) -> str:
    """Return “7 days short”."""
    return ngettext("%(count)s day short", "%(count)s days short", count) % {"count": count}


def chip_of(lane: Lane, today: date) -> Chip:
    """Return the state of a lane: its colour's role, its icon and at most four words (face.md 3)."""
    if lane.chip:
        return lane.chip
    if lane.ended:
        return Chip("done", pgettext("stage.closed", "Closed"))
    if lane.days_short:
        return Chip("late", short_days(lane.days_short))
    return _after_telling(lane, today) if lane.is_told else _before_telling(lane, today)


def _after_telling(lane: Lane, today: date) -> Chip:
    if lane.told and lane.told.late:
        return Chip("late", _("Not in person"))
    ahead = lane.ahead()
    if not ahead or not _chip_says(ahead[0], today):
        return Chip("done", pgettext("stage.told", "Told"))
    letter, fact = ahead[0]
    if letter == "h":
        return Chip("meet", f"{WHAT['h']}: {dates.day_month(fact.on, today)}")
    if letter == "o":
        return Chip("info", _("Options today") if fact.on == today else _("Options are open"))
    return Chip("now", _("Last session today"), "door-open")


def _chip_says(act: tuple[str, Fact], today: date) -> bool:
    """Say whether a told lane's chip speaks of this act; then the note goes on to the one after it."""
    letter, fact = act
    return (
        letter == "h"
        or (letter == "o" and fact.on <= today)
        or (letter == "l" and fact.on == today)
    )


def _before_telling(lane: Lane, today: date) -> Chip:
    if lane.opens_on is None or lane.closes_on is None:
        return Chip("late", _("No date yet"), "calendar")
    if today > lane.closes_on:
        return Chip("late", _("Window has closed"))
    if today >= lane.opens_on:
        return _in_the_window(lane, today, lane.last_chance_on or lane.closes_on)
    if lane.opens_on == today + timedelta(days=1):
        return Chip("wait", _("Opens tomorrow"), "calendar")
    soon = group_of(lane, today) is Group.TELL
    opens = dates.day(lane.opens_on, today) if soon else dates.day_month(lane.opens_on, today)
    return Chip("wait", _("Opens %(day)s") % {"day": opens}, "calendar" if soon else "")


def _in_the_window(lane: Lane, today: date, last_chance: date) -> Chip:
    if last_chance <= today:
        return Chip("now", _("Last day for full notice"))
    if lane.told and lane.told.on == today:
        return Chip("now", _("Tell today"), "messages-square")
    until = dates.day_month(last_chance, today)
    return Chip("now", _("Tell by %(day)s") % {"day": until}, "messages-square")


def note_of(lane: Lane, today: date) -> str:
    """Return the next act that the chip does not speak of, with its day; what is fine says nothing."""
    if lane.note:
        return str(lane.note)
    group = group_of(lane, today)
    ahead = lane.ahead()
    if group is Group.LATER:
        return ""
    if group is Group.ENDED:
        return said("t", lane.told, today) if lane.told else ""
    if group is Group.TELL and _closes_later(lane, today):
        return _window_note(lane, ahead, today)
    if group is Group.TOLD and ahead and _chip_says(ahead[0], today):
        ahead = ahead[1:]
    return said(*ahead[0], today) if ahead else ""


def _closes_later(lane: Lane, today: date) -> bool:
    return bool(lane.opens_on and lane.closes_on and lane.opens_on <= today < lane.closes_on)


def _window_note(lane: Lane, ahead: Sequence[tuple[str, Fact]], today: date) -> str:
    closes = _("Window closes: %(day)s.") % {"day": dates.day(lane.closes_on or today, today)}
    is_said = not ahead or ahead[0][1].on == today
    return closes if is_said else f"{said(*ahead[0], today)} {closes}"


def said(letter: str, fact: Fact, today: date) -> str:
    """Return “Handover: Mon 7 Dec.”"""
    near = fact.on - today in (timedelta(0), timedelta(days=1))
    when = dates.relative_days(fact.on, today) if near else dates.day(fact.on, today)
    return f"{what(letter, fact)}: {when}."


def window_of(lane: Lane) -> str:
    """Return “16 to 23 Nov”, or nothing."""
    if lane.opens_on is None or lane.closes_on is None:
        return ""
    return dates.span(lane.opens_on, lane.closes_on, short=True)


def sentence_of(lane: Lane, today: date) -> str:
    """Return everything that the drawing shows, for who hears it instead."""
    pieces = [str(lane.name or lane.code)]
    if lane.opens_on and lane.closes_on:
        pieces.append(
            f"{_('Notice window')}: {dates.span(lane.opens_on, lane.closes_on, short=True)}"
        )
    for letter, fact in lane.facts():
        state = "" if letter == "t" and fact.state == "done" else f", {state_of(fact)}"
        pieces.append(f"{what(letter, fact)}{state}: {dates.day_month(fact.on, today)}")
    if lane.days_short:
        pieces.append(short_days(lane.days_short))
    return ". ".join(pieces) + "."


def axis_sentence(axis: Axis, today: date, closed: Iterable[tuple[date, date]]) -> str:
    """Return what the axis shows: the weeks, today, when the practice is closed."""
    pieces = [_("Eight weeks: %(span)s.") % {"span": dates.span(axis.first, axis.last)}]
    pieces.append(_("Today: %(day)s.") % {"day": dates.long_day(today, today)})
    shut = [dates.span(first, last) for first, last in closed]
    if shut:
        pieces.append(_("The practice is closed: %(spans)s.") % {"spans": dates.listed(shut)})
    return " ".join(pieces)


def as_of(today: date) -> str:
    """Return the day that *today* and *tomorrow* count from, for a board on paper."""
    return _("As of: %(day)s") % {"day": dates.long_day(today)}
