"""The way to a good end, step by step, as core.parts has it: one function for each step."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import dates
from core.parts import Chip, Fact, Link
from endings.forms.steps import name_of
from endings.models import EndingException, Review
from endings.operations.options import MAY_BE_DECLINED
from endings.operations.records import done_steps, open_steps_of
from endings.views import handover_step, sheet_steps, telling_step
from endings.views.page import Page, Shown, Version
from endings.views.step_words import ICONS, LINES
from endings.workflow import SHEETS, Need, PlaybookStep, Step, steps_of
from referrals.models import Choice, FollowUp

OFFERED = gettext_lazy("offered, not required")
IF_RECEIVED = gettext_lazy("if somebody receives")


def way_of(page: Page) -> list[Shown]:
    """Return every step of the playbook, in its order; the first that stands open is now."""
    done = done_steps(page.ending, page.records)
    ahead = open_steps_of(page.ending, page.records)
    now = next((step for step in ahead if page.allows(step)), None)
    rows = [row for row in steps_of(page.ending.playbook) if is_shown(page, row, done)]
    return [
        step_of(page, row, is_done=row.step in done or row.instead in done, now=now) for row in rows
    ]


def is_shown(page: Page, row: PlaybookStep, done: set[Step]) -> bool:
    """Leave out the meeting of three once the client has chosen and nobody receives."""
    if row.need is not Need.IF_RECEIVED or row.step in done or page.ending.chosen_on is None:
        return True
    return page.records.somebody_receives


def step_of(page: Page, row: PlaybookStep, *, is_done: bool, now: Step | None) -> Shown:
    """Return one step; only the step that is due now has a primary act."""
    says = {"text": LINES.get(row.step, ""), **SAYS.get(row.step, nothing)(page)}
    declined = page.declined(row.step)
    if declined is not None:
        says |= {"facts": declined[0], "recorded": declined[1], "text": ""}
    is_now = row.step == now and not is_done
    if is_done:
        says["text"] = ""
    says["acts"] = with_primary(says.get("acts", ()), is_now=is_now)
    says["ways"] = [*says.get("ways", ()), *decline(page, row.step, is_done=is_done)]
    aside = {Need.OFFERED: OFFERED, Need.IF_RECEIVED: IF_RECEIVED}.get(row.need, "")
    return Shown(
        **{
            "title": row.step.label,
            "state": "done" if is_done else "now" if is_now else "",
            "icon": ICONS.get(row.step, "circle-dashed"),
            "aside": "" if is_done else aside,
            **says,
        }
    )


def with_primary(acts: Sequence[Link], *, is_now: bool) -> list[Link]:
    """Let the first act of the step that is due be the one primary of the page."""
    return [replace(act, primary=is_now and place == 0) for place, act in enumerate(acts)]


def decline(page: Page, step: Step, *, is_done: bool) -> list[Link]:
    """Offer to record that the step was not wanted."""
    if is_done or step not in MAY_BE_DECLINED or not page.may(step):
        return []
    return [page.act("record_not_wanted", _("Offered and not wanted"), step)]


# --- the steps --------------------------------------------------------------------------------------
def nothing(page: Page) -> dict[str, Any]:
    return {}


def risk(page: Page) -> dict[str, Any]:
    look = page.records.risk_look
    look_again = _("Look at risk") if look is None else _("Look again")
    acts = [page.risk_look(look_again)] if page.may(Step.RISK) else []
    if look is None:
        return {"acts": acts}
    facts: list[Fact] = [(_("Level"), look.get_level_display())]
    if look.tell_not_before:
        facts.append((_("Tell not before"), page.day(look.tell_not_before)))
    if look.look_again_on:
        facts.append((_("Look again on"), page.day(look.look_again_on)))
    recorded = page.recorded(look.by, look.recorded_at)
    return {"facts": facts, "text": "", "acts": acts, "recorded": recorded}


def options(page: Page) -> dict[str, Any]:
    """The options as they stand; each row has its name and its reason."""
    ending, chosen = page.ending, page.records.options
    facts: list[Fact] = [(name_of(option), str(option.why)) for option in chosen[:7]]
    if ending.options_on:
        facts.insert(0, (_("Offered"), page.day(ending.options_on)))
    acts: list[Link] = list(page.options())
    if page.may(Step.OPTIONS) and not ending.options_on:
        acts.append(page.act("record_options_offered", _("They were offered")))
    ways = explain_fewer(page)
    return {"facts": facts, "acts": acts, "ways": ways, "chip": chip_of_options(page)}


def chip_of_options(page: Page) -> Chip | None:
    ending = page.ending
    missing = page.policy.options - len(page.records.options)
    if ending.told_on and not ending.options_on and missing > 0:
        still = ngettext(
            "%(count)s option still missing", "%(count)s options still missing", missing
        )
        return Chip("info", still % {"count": missing})
    if ending.told_on and not ending.options_on and ending.options_plan_on == page.today:
        return Chip("now", _("Today"), "clock")
    return None


def explain_fewer(page: Page) -> list[Link]:
    """Offer to explain that fewer options than agreed were offered."""
    rule = EndingException.Rule.FEWER_OPTIONS
    offered = [option for option in page.records.options if option.offered_on]
    is_short = bool(page.ending.options_on) and len(offered) < page.policy.options
    if not is_short or not page.may_explain or page.records.explained(rule):
        return []
    if Step.OPTIONS in page.records.not_wanted:
        return []
    return [page.act("record_exception", _("Fewer options than agreed: explain"), rule)]


def choice(page: Page) -> dict[str, Any]:
    """What was chosen; who waits is asked again on a day."""
    stands, plan_on = page.records.choice, page.ending.choice_plan_on
    acts = [page.act("record_choice", _("Record the choice"))] if page.may(Step.CHOICE) else []
    if stands is None:
        ask: list[Fact] = [(_("Ask on"), page.day(plan_on))] if plan_on else []
        return {"acts": acts, "facts": ask}
    facts = facts_of_choice(page, stands)
    if stands.kind == Choice.Kind.WAIT and plan_on:
        facts.append((_("Ask again on"), page.day(plan_on)))
    changed = [page.act("record_choice", _("The client chose anew"))]
    return {
        "facts": facts,
        "quote": str(stands.words) if page.reads_words else "",
        "recorded": page.recorded(stands.by, stands.recorded_at),
        "ways": page.correct("correct_choice", stands.pk)
        + (changed if page.may(Step.CHOICE) else []),
        "versions": [
            Version(page.earlier(one.by, one.recorded_at), facts_of_choice(page, one))
            for one in page.records.choices
            if one.pk != stands.pk
        ],
        "text": "",
    }


def facts_of_choice(page: Page, chosen: Choice) -> list[Fact]:
    names = [name_of(option) for option in chosen.options.all()]
    what = dates.listed(names) if names else chosen.get_kind_display()
    return [(_("When"), page.day(chosen.on)), (_("Chosen"), what)]


def what_stays(page: Page) -> dict[str, Any]:
    kept = page.records.consolidation
    label = _("Go on together") if kept else _("Begin together")
    acts = [page.act("consolidate", label)] if page.may(Step.CONSOLIDATE) else []
    if kept is None:
        return {"acts": acts}
    triggers = page.records.triggers
    tried = sum(1 for one in triggers if one.rehearsed_on)
    facts: list[Fact] = []
    if page.reads_words:
        facts = [(_("What has changed"), str(one.words)) for one in page.records.gains[:4]]
    facts.append((_("What may pull back"), str(len(triggers))))
    facts.append((_("Tried out"), str(tried)))
    recorded = _("Written down by %(name)s, %(day)s")
    said = {"name": kept.by.name, "day": page.day(kept.on)}
    return {"facts": facts, "acts": acts, "recorded": recorded % said, "text": ""}


def last_session(page: Page) -> dict[str, Any]:
    """Goodbye: held, planned, or why there was none."""
    held = page.records.last_session
    if held is not None:
        facts: list[Fact] = [(_("When"), page.when(held.on, held.session))]
        if held.note and page.reads_words:
            facts.append((_("How it was"), str(held.note)))
        return {
            "facts": facts,
            "recorded": page.recorded(held.by, held.recorded_at),
            "ways": page.correct("correct_last_session", held.pk),
            "versions": [
                Version(
                    page.earlier(one.by, one.recorded_at),
                    [(_("When"), page.when(one.on, one.session))],
                )
                for one in page.records.last_sessions[:-1]
            ],
            "text": "",
        }
    none = page.records.explained(EndingException.Rule.NO_LAST)
    facts = planned_last(page)
    if none is not None:
        facts = [(_("No last session"), page.day(none.asked_on))]
    acts, ways = [], []
    if page.may(Step.LAST):
        acts = [page.act("record_last_session", _("Record the last session"), icon="door-open")]
    if page.may(Step.NO_LAST) and none is None:
        ways = [page.act("record_no_last_session", _("There is no last session"))]
    return {"facts": facts, "acts": acts, "ways": ways}


def planned_last(page: Page) -> list[Fact]:
    """Return the planned day, and how many sessions away it is."""
    last_on = page.ending.last_on
    if last_on is None:
        return []
    ahead = sum(page.today < day <= last_on for day in page.meetings)
    left = ngettext("%(count)s session left", "%(count)s sessions left", ahead) % {"count": ahead}
    return [(_("Planned"), f"{page.day(last_on)}, {left}" if ahead else page.day(last_on))]


def closing(page: Page) -> dict[str, Any]:
    """Both views, and until when the file is kept; lines that were added afterwards."""
    closed = page.records.closure
    if closed is None:
        acts = [page.act("close_ending", _("Close the file"))] if page.may(Step.CLOSE) else []
        return {"acts": acts}
    facts: list[Fact] = [
        (_("When"), page.day(closed.on)),
        (_("How it went"), closed.get_outcome_display()),
    ]
    if page.reads_words:
        theirs = str(closed.client_view) or str(closed.client_view_missing_because)
        label = _("How the client sees it") if closed.client_view else _("Their view is missing")
        facts += [(label, theirs), (_("How the therapist sees it"), str(closed.therapist_view))]
    facts.append((_("Summary"), str(closed.summary)))
    if closed.kept_until:
        facts.append((_("Kept until"), dates.whole_date(closed.kept_until)))
    facts += page.reviewed(Review.Kind.CLOSURE)
    facts += [
        (_("Added %(day)s") % {"day": page.day(dates.on_day(one.recorded_at))}, str(one.text))
        for one in page.records.addenda
    ]
    ways = [page.act("add_addendum", _("Add a line"))] if page.may_edit else []
    recorded = page.recorded(closed.by, closed.recorded_at)
    return {"facts": facts, "recorded": recorded, "ways": ways, "text": ""}


def asking_after(page: Page) -> dict[str, Any]:
    """Who asks when, and what was heard."""
    rows = page.records.follow_ups
    facts: list[Fact] = [(page.day(one.due_on), heard(one)) for one in rows]
    due = [one for one in rows if one.done_on is None]
    acts = page.asks_after(due[0]) if due else []
    late = bool(due) and due[0].due_on <= page.today
    chip = Chip("now", _("Today"), "clock") if late else None
    says: dict[str, Any] = {"facts": facts, "acts": acts, "chip": chip}
    return says | ({"text": ""} if facts else {})


def heard(follow_up: FollowUp) -> str:
    if follow_up.done_on is None:
        return str(_("Asks: %(name)s") % {"name": follow_up.owner.name})
    return f"{follow_up.get_outcome_display()} ({follow_up.owner.name})"


SAYS: dict[str, Callable[[Page], dict[str, Any]]] = {
    **{step: partial(sheet_steps.sheet, step=step) for step in SHEETS},
    Step.OUTREACH: sheet_steps.outreach,
    Step.DEBRIEF: sheet_steps.look_back,
    Step.CONSENT: sheet_steps.consent,
    Step.TAPER: sheet_steps.taper,
    Step.LIVE_VOICE: telling_step.shown,
    Step.RISK: risk,
    Step.TELL: telling_step.shown,
    Step.OPTIONS: options,
    Step.CHOICE: choice,
    Step.CONSOLIDATE: what_stays,
    Step.HANDOVER: handover_step.shown,
    Step.LAST: last_session,
    Step.CLOSE: closing,
    Step.FOLLOW_UP: asking_after,
}
