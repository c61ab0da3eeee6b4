"""What a supervisor decides on: the facts of a closing, or of a handover, and what stands open in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from caseload.operations.work import load_of
from core.parts import Fact
from endings.models import Review
from endings.operations.records import open_steps_of
from endings.views import handover_step, way
from endings.views.handover_words import LEVELS, load_in_words
from endings.views.page import Page
from endings.views.sheet_steps import standing_facts
from endings.workflow import Step

AFTER_THIS = {Step.CLOSE, Step.FOLLOW_UP}


@dataclass(frozen=True)
class Reviewed:
    """A heading, the facts, and the steps that stand open."""

    title: str
    facts: Sequence[Fact]
    left_open: Sequence[str | Promise] = ()


def closing_reviewed(page: Page) -> Reviewed:
    """How it went, both views as far as they are the reader's, who asks after, and what stayed open."""
    after = [(page.day(one.due_on), one.owner.name) for one in page.records.follow_ups]
    asks: list[Fact] = [
        (_("Asks after"), "; ".join(f"{day}: {name}" for day, name in after) or _("Nobody"))
    ]
    left = open_steps_of(page.ending, page.records)
    return Reviewed(
        title=_("The closing"),
        facts=[*told(page), *others_of(page, way.closing(page)["facts"]), *asks],
        left_open=[step.label for step in left if step not in AFTER_THIS],
    )


def exit_reviewed(page: Page) -> Reviewed:
    """The ground, the warning, the objection: what a yes to sending somebody away is decided on (R13)."""
    steps = (Step.GROUND, Step.PRIOR_NOTICE, Step.OBJECTION)
    facts = [fact for step in steps for fact in standing_facts(page, step)]
    left = open_steps_of(page.ending, page.records)
    return Reviewed(
        title=_("The ground"),
        facts=[*told(page), *facts],
        left_open=[step.label for step in steps if step in left],
    )


def handover_reviewed(page: Page) -> Reviewed:
    """Who receives and how full they are then, what the client agreed to, when the three meet."""
    asked = handover_step.standing_of(page).asked
    load: list[Fact] = []
    if asked is not None:
        theirs = load_of([asked.receiver], page.today)[asked.receiver]
        level = LEVELS.get(theirs.level)
        said = f"{load_in_words(theirs)} ({level.label})" if level else load_in_words(theirs)
        load = [(_("Load of %(name)s") % {"name": asked.receiver.name}, said)]
    shown: Sequence[Fact] = handover_step.shown(page)["facts"]
    facts = [*told(page), *others_of(page, shown), *load]
    return Reviewed(title=_("The handover"), facts=facts)


def others_of(page: Page, facts: Sequence[Fact]) -> list[Fact]:
    """Leave out that the reader was asked: they are on that page."""
    asked = [*page.reviewed(Review.Kind.CLOSURE), *page.reviewed(Review.Kind.HANDOVER)]
    return [fact for fact in facts if fact not in asked]


def told(page: Page) -> list[Fact]:
    """Return since when the client knows; everything else stands on that (R5)."""
    on = page.ending.told_on
    return [(_("Told"), page.day(on))] if on else [(_("Told"), _("Not yet"))]
