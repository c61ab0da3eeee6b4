"""The telling on the page of an ending: what is due, what was said, and every version of it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import dates
from core.parts import Chip, Fact, Link
from endings.board.words import short_days
from endings.models import EndingException, PersonToTell, Telling
from endings.models.tellings import Feeling
from endings.notice import NoticeState, notice_on, standing
from endings.operations.notices import last_day_of
from endings.operations.people_to_tell import Person, newest_telling
from endings.views.page import Page, Version
from endings.views.step_words import LINES
from endings.workflow import Step

REMOTELY: dict[str, Any] = {
    Telling.How.VIDEO: gettext_lazy("Told by video"),
    Telling.How.PHONE: gettext_lazy("Told by phone"),
    Telling.How.WRITING: gettext_lazy("Told in writing"),
}


def shown(page: Page) -> dict[str, Any]:
    """Return what the step says, for `Shown`: told by everybody who must be, or what is due."""
    told = [person for person in page.records.people if person.telling]
    parts = _told(page, told) if told else {}
    if page.ending.told_on is not None:
        return parts | {"chip": chip_of_told(page), "ways": parts["ways"] + explain(page)}
    due = _due(page)
    kept = {name: parts[name] for name in ("quote", "note", "recorded") if name in parts}
    return (
        due
        | kept
        | {
            "facts": [*due["facts"], *parts.get("facts", ())],
            "versions": versions_of(page),
            "ways": [*due["ways"], *parts.get("ways", ())],
        }
    )


# --- before -----------------------------------------------------------------------------------------
def _due(page: Page) -> dict[str, Any]:
    """What is planned, by when, and why it was not the moment so far."""
    ending = page.ending
    facts: list[Fact] = []
    if ending.tell_plan_on:
        facts.append((_("Planned"), page.day(ending.tell_plan_on)))
    if ending.window_opens_on and ending.window_closes_on:
        span = dates.span(ending.window_opens_on, ending.window_closes_on, short=True)
        facts.append((_("Notice window"), span))
    untold = [person for person in page.records.people if person.must and not person.is_told]
    if len(page.records.people) > 1:
        facts.append((_("Still to tell"), dates.listed([person.name for person in untold])))
    facts += [
        (_("Not today"), f"{page.day(one.on)}: {one.get_because_display()}")
        for one in page.records.not_todays
    ]
    ways: list[Link] = []
    if page.may_edit:
        ways = [
            page.act("record_not_today", _("Not today, because…")),
            page.act("record_not_told_exception", _("This client cannot be told")),
        ]
    act = page.act("record_told_in_person", _("I told them in person"), icon="messages-square")
    return {
        "text": LINES[Step.TELL],
        "chip": chip_of_due(page),
        "facts": facts,
        "acts": [act] if page.may(Step.TELL) else [],
        "ways": ways,
    }


def chip_of_due(page: Page) -> Chip | None:
    """Return how the telling stands towards its window."""
    if page.records.explained(EndingException.Rule.NOT_TOLD):
        return Chip("late", _("Not told"))
    last_on = last_day_of(page.ending, list(page.meetings))
    if last_on is None:
        return None
    stands = standing(
        page.meetings,
        last_on,
        page.policy,
        today=page.today,
        planned_on=page.ending.tell_plan_on,
    )
    if stands.state is NoticeState.LATE:
        if stands.notice.days_short:
            return Chip("late", short_days(stands.notice.days_short))
        return Chip("late", _("Window has closed"))
    if stands.state is NoticeState.NOT_YET:
        opens = page.day(page.ending.window_opens_on)
        label = _("Opens %(day)s") % {"day": opens} if opens else stands.state.label
        return Chip("wait", label, "calendar")
    if page.ending.tell_plan_on == page.today:
        return Chip("now", _("Tell today"), "messages-square")
    return Chip("now", stands.state.label)


# --- after ------------------------------------------------------------------------------------------
def _told(page: Page, told: Sequence[Person]) -> dict[str, Any]:
    """What was said to the client; with several people, what was said to each of the others."""
    first, *others = told
    telling = first.telling
    assert telling is not None  # noqa: S101 -- `told` holds those with a telling
    facts = facts_of(page, telling)
    facts += [(person.name, in_short(page, person.telling)) for person in others if person.telling]
    ways = page.correct("correct_telling", telling.pk)
    for person in others:
        if person.telling and page.may_edit:
            label = _("Correct: %(name)s") % {"name": person.name}
            ways.append(page.act("correct_telling", label, person.telling.pk))
    return {
        "title": _("Told in person") if telling.is_in_person else REMOTELY[telling.how],
        "facts": facts,
        "quote": quote_of(page, telling),
        "note": "" if reads(page, telling) else _("The words stay with the therapist."),
        "recorded": page.recorded(telling.by, telling.recorded_at),
        "ways": ways,
        "versions": versions_of(page),
    }


def chip_of_told(page: Page) -> Chip | None:
    """Return the notice that the telling gave: full, or “14 of 21 days”."""
    told_on = page.ending.told_on
    last_on = last_day_of(page.ending, list(page.meetings))
    if told_on is None or last_on is None:
        return None
    notice = notice_on(told_on, page.meetings, last_on, page.policy)
    if notice.days_short:
        said = {"days": notice.days, "full": page.policy.shortest_days}
        return Chip("late", _("%(days)s of %(full)s days") % said, "clock")
    if not page.ending.told_live:
        return Chip("late", _("Not in person"), "video")
    notice_days = ngettext("%(count)s day of notice", "%(count)s days of notice", notice.days)
    return Chip("done", notice_days % {"count": notice.days})


def explain(page: Page) -> list[Link]:
    """Offer to explain a notice that is short and was not explained yet."""
    rule = EndingException.Rule.SHORT_NOTICE
    chip = chip_of_told(page)
    is_short = chip is not None and chip.icon == "clock"
    if not is_short or not page.may_explain or page.records.explained(rule):
        return []
    return [page.act("record_exception", _("Less time than agreed: explain"), rule)]


def reads(page: Page, telling: Telling) -> bool:
    """Say whether this person may read the words of a telling."""
    return page.reads_words or telling.shares_words


def in_short(page: Page, telling: Telling) -> str:
    how = "" if telling.is_in_person else f", {telling.get_how_display()}"
    return f"{page.when(telling.on, telling.session)}{how}"


def facts_of(page: Page, telling: Telling) -> list[Fact]:
    """Return when and how; the words and the reaction only to who may read them."""
    facts: list[Fact] = [(_("When"), page.when(telling.on, telling.session))]
    if not telling.is_in_person:
        facts.append((_("How"), telling.get_how_display()))
        facts.append((_("Why not in person"), str(telling.why_not_in_person)))
    if telling.present:
        facts.append((_("Present"), present_at(page, telling)))
    if not reads(page, telling):
        return facts
    if telling.as_planned and telling.words:
        facts.append((_("What was said"), _("As planned")))
    if telling.already_knew:
        from_whom = str(telling.already_knew_from) or _("yes")
        facts.append((_("Knew already, from"), from_whom))
    taken = how_taken(telling)
    if taken:
        facts.append((_("How it was taken"), taken))
    return facts


def present_at(page: Page, telling: Telling) -> str:
    names = {person.key: person.name for person in page.records.people}
    known = {**names, "by": telling.by.name, "else": _("Somebody else")}
    return dates.listed([known[key] for key in telling.present if key in known])


def how_taken(telling: Telling) -> str:
    """Return “sadness and anger. Asked whether she had been too much.”"""
    feeling = dict(Feeling.choices)
    named = dates.listed([feeling[one] for one in telling.feelings if one in feeling])
    return ". ".join(filter(None, [named, str(telling.reaction)]))


def quote_of(page: Page, telling: Telling) -> str:
    """Return words that somebody really said: their own, not those of the plan (decision 16)."""
    return str(telling.words) if reads(page, telling) and not telling.as_planned else ""


# --- versions ---------------------------------------------------------------------------------------
def versions_of(page: Page) -> list[Version]:
    """Return what was corrected or taken back, the oldest first."""
    rows = [person.row for person in page.records.people if person.row]
    return [version_of(page, telling) for row in rows for telling in superseded(row)]


def superseded(row: PersonToTell) -> list[Telling]:
    """Return a person's tellings but the one that stands."""
    newest = newest_telling(row)
    stands = newest.pk if newest and not newest.is_taken_back else None
    every = sorted(row.tellings.all(), key=lambda one: one.recorded_at)
    return [one for one in every if one.pk != stands]


def version_of(page: Page, telling: Telling) -> Version:
    title = page.earlier(telling.by, telling.recorded_at)
    if telling.is_taken_back:
        said = {"name": telling.by.name, "at": dates.at(telling.recorded_at, page.today)}
        title = _("Taken back by %(name)s, %(at)s") % said
        because = str(telling.taken_back_because) if page.reads_words else ""
        return Version(title, [(_("What was wrong"), because)] if because else [])
    return Version(title, facts_of(page, telling), quote_of(page, telling))
