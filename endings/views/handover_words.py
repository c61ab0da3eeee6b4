"""What the pages of a handover say alike: how full somebody would be, and the sections in words."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseload.load import Level, Load
from core import dates
from core.parts import Chip
from endings.models.handovers import Section

LEVELS: Mapping[Level, Chip] = {
    Level.ROOM: Chip("done", gettext_lazy("Room to spare")),
    Level.FULL: Chip("wait", gettext_lazy("Full")),
    Level.SLIGHTLY: Chip("now", gettext_lazy("Just slightly too many")),
    Level.OVER: Chip("late", gettext_lazy("Over the limit")),
    Level.NOTHING_NEW: Chip("wait", gettext_lazy("Nothing new"), "door-open"),
}
WARNED_OF = (Level.FULL, Level.SLIGHTLY, Level.OVER)


def load_in_words(load: Load) -> str:
    """Return “31 of 34”, or the sum alone where there is no limit."""
    if load.capacity is None:
        return dates.number(load.total)
    said = {"total": dates.number(load.total), "limit": dates.number(load.capacity)}
    return _("%(total)s of %(limit)s") % said


def effect_in_words(name: str, now: Load, then: Load) -> str:
    """Return what saying yes would do to a colleague's load; from *full* on the level is said."""
    said = _("Load: %(now)s, with this %(then)s.")
    effect = said % {"now": load_in_words(now), "then": load_in_words(then)}
    if then.level not in WARNED_OF:
        return effect
    warned = _("After this handover, %(name)s: %(level)s.")
    level = str(LEVELS[then.level].label).lower()
    return f"{effect} {warned % {'name': name, 'level': level}}"


def sections_in_words(sections: Iterable[str]) -> list[str]:
    """Return the names of sections, in the order of a summary."""
    agreed = set(sections)
    return [str(section.label) for section in Section if section.value in agreed]
