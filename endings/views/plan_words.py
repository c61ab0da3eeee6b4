"""A plan in words: problems, ways out, what each meeting is for (face.md 10: the number, then the way out)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caseload.forms.clients import language_name
from caseload.models import Room
from core import dates
from core.clock import today
from core.parts import Chip
from endings import planner
from endings.models import Departure, Ending
from endings.planner import LostCause, Problem, ProblemKind, Way, WayKind

ICONS = {
    ProblemKind.ONLY_BY_VIDEO: "video",
    ProblemKind.RISK_SAYS_WAIT: "hourglass",
    ProblemKind.HANDOVER_ON_CLOSED_DAY: "calendar",
}


@dataclass(frozen=True)
class Pick:
    """One way out as a radio: what it does, and what it leads to."""

    value: str
    label: str
    small: str
    checked: bool
    asks_why: bool


@dataclass(frozen=True)
class Open:
    """One client who does not fit yet: the cause, and the ways out with the first one chosen."""

    ending: Ending
    chip: Chip
    why: str
    name: str
    picks: list[Pick]


@dataclass(frozen=True)
class Fitting:
    """One row of those who fit."""

    ending: Ending
    tell: str
    time: str
    handover: str
    last: str
    meetings: str
    why: str
    is_told: bool


def opens(
    plan: planner.Plan, endings: Mapping[UUID, Ending], rooms: Mapping[UUID, Room]
) -> list[Open]:
    """Return who does not fit, each problem with its ways, in the plan's order."""
    return [
        Open(
            ending=endings[client.id],
            chip=chip_of(problem),
            why=why_of(problem),
            name=f"way-{client.id}-{problem.kind.value}",
            picks=[pick_of(index, way, rooms) for index, way in enumerate(problem.ways)],
        )
        for client in plan.needs_decision
        for problem in client.problems
        if problem.ways
    ]


def chip_of(problem: Problem) -> Chip:
    icon = ICONS.get(problem.kind, "triangle-alert")
    notice = problem.notice
    if notice is not None and notice.days_short:
        short = ngettext("%(count)s day short", "%(count)s days short", notice.days_short)
        return Chip("late", short % {"count": notice.days_short}, icon)
    return Chip("late", str(problem.kind.label), icon)


def why_of(problem: Problem) -> str:
    """Return the cause in one or two sentences, never with blame."""
    said = [sentence_of(problem)]
    lost: dict[LostCause, list[str]] = {}
    for meeting in problem.lost:
        lost.setdefault(meeting.cause, []).append(dates.day(meeting.on, today()))
    said += [f"{cause.label}: {dates.listed(days)}." for cause, days in lost.items()]
    return " ".join(part for part in said if part)


def sentence_of(problem: Problem) -> str:
    between = problem.between
    if problem.kind is ProblemKind.NO_MEETING_IN_WINDOW and between:
        return _("There is no session between %(opens)s and %(closes)s. Move one, or add one.") % {
            "opens": dates.day(between.first, today()),
            "closes": dates.day(between.last, today()),
        }
    if problem.kind is ProblemKind.ABSENCE_IN_WINDOW and between:
        return _(
            "You are away for part of this window (%(from)s to %(to)s). Tell before you go, not on"
            " the day you return."
        ) % {"from": dates.day(between.first, today()), "to": dates.day(between.last, today())}
    if problem.kind is ProblemKind.RISK_SAYS_WAIT and problem.until:
        return _("The last look at risk asks to wait until %(date)s.") % {
            "date": dates.day(problem.until, today())
        }
    return str(SENTENCES.get(problem.kind, lazy_label(problem)))


def lazy_label(problem: Problem) -> str | Promise:
    return problem.kind.label


SENTENCES: Mapping[ProblemKind, Any] = {
    ProblemKind.ONLY_BY_VIDEO: gettext_lazy(
        "All sessions are by video, so the telling would be, too. In person comes first."
    ),
    ProblemKind.NO_RHYTHM: gettext_lazy(
        "Nothing is planned with this person, and no rhythm is known."
    ),
    ProblemKind.LINKED_APART: gettext_lazy("They know each other, and people talk."),
}


def pick_of(index: int, way: Way, rooms: Mapping[UUID, Room]) -> Pick:
    return Pick(
        value=f"{way.kind.value}:{index}",
        label=label_of(way, rooms),
        small=" ".join(smalls_of(way)),
        checked=way.is_proposed,
        asks_why=way.keeps is not None,
    )


def label_of(way: Way, rooms: Mapping[UUID, Room]) -> str:
    if way.added:
        added = [moment_of(meeting, rooms) for meeting in way.added]
        return f"{way.kind.label}: {dates.listed(added)}"
    if way.telling is not None and way.kind is not WayKind.OTHER_DATES:
        return f"{way.kind.label}: {moment_of(way.telling, rooms)}"
    return str(way.kind.label)


def moment_of(meeting: planner.Meeting, rooms: Mapping[UUID, Room]) -> str:
    room = rooms.get(meeting.room_id) if meeting.room_id else None
    at = dates.at(meeting.starts_at, today())
    return f"{at}, {room.name}" if room else at


def smalls_of(way: Way) -> list[str]:
    said = []
    if way.is_proposed:
        said.append(_("Proposed."))
    if way.telling is not None and way.notice is not None:
        said.append(
            _("Tell on %(day)s, then %(notice)s.")
            % {
                "day": dates.day(dates.on_day(way.telling.starts_at), today()),
                "notice": notice_words(way.notice.days, way.notice.meetings),
            }
        )
    if way.needs_supervisor:
        said.append(_("Your supervisor has to agree, with your reason."))
    return said


def notice_words(days: int, meetings: int) -> str:
    """Return “28 days, 4 sessions”."""
    of_days = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    of_meetings = ngettext("%(count)s session", "%(count)s sessions", meetings) % {
        "count": meetings
    }
    return f"{of_days}, {of_meetings}"


def fitting(plan: planner.Plan, endings: Mapping[UUID, Ending]) -> list[Fitting]:
    return [row_of(client, endings[client.id]) for client in plan.fits]


def row_of(client: planner.ClientPlan, ending: Ending) -> Fitting:
    notice = client.notice
    return Fitting(
        ending=ending,
        tell=told_or_planned(client),
        time=notice_words(notice.days, notice.meetings) if notice else "",
        handover=at_or_dash(client.handover),
        last=dates.day(client.last_on, today()) if client.last_on else "–",
        meetings=meetings_words(client),
        why=" ".join(str(reason.kind.label) for reason in client.why),
        is_told=client.told_on is not None,
    )


def told_or_planned(client: planner.ClientPlan) -> str:
    if client.told_on is not None:
        return _("Told %(day)s") % {"day": dates.day(client.told_on, today())}
    return at_or_dash(client.telling)


def at_or_dash(meeting: planner.Meeting | None) -> str:
    return dates.at(meeting.starts_at, today()) if meeting else "–"


def meetings_words(client: planner.ClientPlan) -> str:
    """Return “three meetings left: talk; options and choice; goodbye”."""
    uses = [dates.listed([str(one.label) for one in use.purposes]) for use in client.meetings]
    if not uses:
        return _("No meeting is left.")
    left = ngettext("%(count)s meeting left", "%(count)s meetings left", len(uses)) % {
        "count": len(uses)
    }
    return f"{left}: {'; '.join(uses)}"


@dataclass(frozen=True)
class Changed:
    """What is different for one person."""

    name: str
    lines: list[str]


def by_client(departure: Departure, changes: Sequence[planner.Difference]) -> list[Changed]:
    """Return the differences between two plans, person by person."""
    names = {
        ending.pk: ending.client.called
        for ending in departure.endings.standing().select_related("client")
    }
    found: dict[UUID, list[str]] = {}
    for change in changes:
        found.setdefault(change.id, []).append(line_of(change))
    return [Changed(names.get(key, ""), lines) for key, lines in found.items()]


def line_of(change: planner.Difference) -> str:
    label = str(planner.Change(change.change).label)
    if change.before is None and change.after is None:
        return label
    return f"{label}: {day_or_dash(change.before)} → {day_or_dash(change.after)}"


def day_or_dash(day: Any) -> str:
    return dates.day(day, today()) if day else "–"


def summary_of(plan: planner.Plan) -> str:
    """Return the sentence on top: how many, how many fit."""
    everybody, fit = len(plan.clients), len(plan.fits)
    return _("%(clients)s %(fit)s") % {
        "clients": ngettext("%(count)s client.", "%(count)s clients.", everybody)
        % {"count": everybody},
        "fit": ngettext("%(count)s fits.", "%(count)s fit.", fit) % {"count": fit},
    }


def unfit_of(plan: planner.Plan) -> str:
    number = len(plan.needs_decision)
    if not number:
        return _("Everybody has a date for each step.")
    return ngettext(
        "%(count)s person does not fit yet. Here is a way out.",
        "%(count)s people do not fit yet. Here is a way out.",
        number,
    ) % {"count": number}


def spread_of(plan: planner.Plan) -> str:
    spread = plan.spread
    if spread is None:
        return ""
    return _("From %(first)s to %(last)s some know and others do not: %(days)s.") % {
        "first": dates.day(spread.first_on, today()),
        "last": dates.day(spread.last_on, today()),
        "days": ngettext("%(count)s day", "%(count)s days", spread.days) % {"count": spread.days},
    }


def supply_of(plan: planner.Plan) -> list[tuple[str, str]]:
    """Return supply as terms and values: so many clients, places here, who must look outside."""
    supply = plan.supply
    facts = [
        (_("May need a place"), str(supply.clients)),
        (_("Places here"), str(supply.places)),
        (_("Must look outside"), str(supply.outside)),
    ]
    if supply.by_weekday:
        days = [
            f"{weekday_of(number)} {count}" for number, count in sorted(supply.by_weekday.items())
        ]
        facts.append((_("By day"), dates.listed(days)))
    if supply.by_language:
        spoken = [
            f"{language_name(code)} {count}" for code, count in sorted(supply.by_language.items())
        ]
        facts.append((_("By language"), dates.listed(spoken)))
    return facts


def weekday_of(number: int) -> str:
    return dates.weekday(date(2024, 1, 1 + number))
