"""The steps of the other playbooks on the page of an ending: sheets, attempts, one's own look back."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseload.models.episodes import every
from core import dates
from core.parts import Fact, Link, Text
from endings.models import OutreachAttempt, Review, StepRecord
from endings.operations.sheets import answers_of
from endings.operations.tapers import taper_of
from endings.views.page import Page, Version
from endings.workflow import SHEETS, Step
from endings.workflow.sheets import spoken


def sheet(page: Page, step: Step) -> dict[str, Any]:
    """Return what a step with a sheet says: what stands, versions before, and what can be done."""
    asked, records = SHEETS[step], page.records.records_of(step)
    if not records:
        act = page.act("record_step", asked.act, step)
        return {"acts": [act] if page.may(step) else []}
    replaced = {one.corrects_id for one in records}
    standing = [one for one in records if one.pk not in replaced]
    again = page.act("record_step", asked.act, step)
    newest = standing[-1]
    return {
        "facts": [fact for one in standing for fact in facts_of(page, one)],
        "recorded": page.recorded(newest.by, newest.recorded_at),
        "ways": page.correct("correct_step", newest.pk)
        + ([again] if asked.repeats and page.may(step) else []),
        "versions": [
            Version(page.earlier(one.by, one.recorded_at), facts_of(page, one))
            for one in records
            if one.pk in replaced
        ],
        "text": "",
    }


def standing_facts(page: Page, step: Step) -> list[Fact]:
    """Return what stands at a step, as the reader may read it."""
    records = page.records.records_of(step)
    replaced = {one.corrects_id for one in records}
    return [fact for one in records if one.pk not in replaced for fact in facts_of(page, one)]


def facts_of(page: Page, record: StepRecord) -> list[Fact]:
    """Return the day and the answers; who leads reads picks, and words only as decision 16 says."""
    answers = answers_of(record)
    facts: list[Fact] = [(_("When"), page.day(record.on))]
    for question in SHEETS[Step(record.step)].questions:
        answer = answers.get(question.name)
        if not answer or (question.own and not page.may_edit):
            continue
        if question.is_free and not (page.reads_words or question.for_supervision):
            continue
        facts.append((question.label, said(question.kind, list(spoken(question, answer)))))
    return facts


def consent(page: Page) -> dict[str, Any]:
    """Return where the supervisor's yes stands; it is asked for with the ground."""
    return {"facts": page.reviewed(Review.Kind.EXIT)}


def taper(page: Page) -> dict[str, Any]:
    """Return the stretches with their meetings; booking anew replaces what is still to come."""
    records = page.records.records_of(Step.TAPER)
    label = _("Plan it anew") if records else _("Plan rarer meetings")
    act = [page.act("taper_off", label)] if page.may(Step.TAPER) else []
    if not records:
        return {"acts": act}
    newest = records[-1]
    return {
        "facts": stretches_of(page, newest),
        "recorded": page.recorded(newest.by, newest.recorded_at),
        "ways": act,
        "versions": [
            Version(page.earlier(one.by, one.recorded_at), stretches_of(page, one))
            for one in records[:-1]
        ],
        "text": "",
    }


def stretches_of(page: Page, record: StepRecord) -> list[Fact]:
    """Return “every 2 weeks: 3 meetings, from Mon 7 Dec” for each stretch, and the last day."""
    laid = taper_of(record)
    facts: list[Fact] = []
    for one in laid:
        meetings = ngettext("%(count)s meeting", "%(count)s meetings", len(one.days))
        from_day = _("%(meetings)s, from %(day)s") % {
            "meetings": meetings % {"count": len(one.days)},
            "day": page.day(one.starts_on),
        }
        facts.append((every(one.stretch.every_weeks), from_day))
    return [*facts, (_("Last session"), page.day(laid[-1].days[-1]))]


def said(kind: str, spoken_parts: list[Text]) -> str:
    if kind == "day":
        return dates.whole_date(date.fromisoformat(str(spoken_parts[0])))
    return dates.listed([str(one) for one in spoken_parts])


def outreach(page: Page) -> dict[str, Any]:
    """Return each try with what came of it; after *no contact* nobody tries again."""
    attempts = page.records.attempts
    stopped = any(one.outcome == OutreachAttempt.Outcome.NOT_WANTED for one in attempts)
    acts: list[Link] = []
    if page.may(Step.OUTREACH) and not stopped:
        acts = [page.act("record_attempt", _("Record an attempt"))]
    if not attempts:
        return {"acts": acts}
    newest = attempts[-1]
    tries = ngettext("%(count)s attempt", "%(count)s attempts", len(attempts))
    facts: list[Fact] = [
        (page.day(one.on), f"{one.get_channel_display()}: {one.get_outcome_display()}")
        for one in attempts
    ]
    if stopped:
        rests = _("The client wants no contact. That is an answer; the door stays open.")
        facts.append((_("From here"), rests))
    return {
        "facts": facts,
        "aside": tries % {"count": len(attempts)},
        "recorded": page.recorded(newest.by, newest.recorded_at),
        "acts": acts,
        "ways": page.correct("correct_attempt", newest.pk),
        "text": "",
    }


def look_back(page: Page) -> dict[str, Any]:
    """Return the way to one's own look back; what it says stands on its own page alone."""
    records = page.records.records_of(Step.DEBRIEF)
    mine = page.may_edit and page.ending.assignment.therapist_id == page.reader.pk
    acts = [page.act("look_back", _("Look back for myself"))] if mine and not records else []
    if not records:
        return {"acts": acts}
    ways = [page.act("look_back", _("Read or change it"))] if mine else []
    facts: list[Fact] = [(_("When"), page.day(records[0].on))]
    return {"facts": facts, "ways": ways, "text": ""}
