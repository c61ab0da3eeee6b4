"""The handover summary: prefilled from what is on file, read by the client first, versioned (R14).

Private notes and reflections are in none of the rows that are read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from caseload.models import ContactChannel, Goal, InvolvedPerson, RiskLook, Session
from core.dates import day, listed, on_day
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Consolidation, Ending, HandoverSummary, Review, SummarySection
from endings.models.handovers import Section
from endings.operations.endings import hold, refuse_future
from endings.operations.reviews import ask_again_if_returned

State = HandoverSummary.State
OPEN_STATES = (State.DRAFT, State.REVIEWED)


@dataclass(frozen=True)
class Read:
    """When the client has read the summary, or why not."""

    on: date | None = None
    because: str = ""


def newest_summary(ending: Ending) -> HandoverSummary | None:
    return ending.summaries.prefetch_related("sections").first()


def texts_of(summary: HandoverSummary) -> dict[str, str]:
    """Return what is written, by section; two queries at most."""
    return {row.section: str(row.text) for row in summary.sections.all()}


def texts_to_begin_with(ending: Ending) -> dict[str, str]:
    """Return the texts of the newest version; without one, the first words from what is on file."""
    newest = newest_summary(ending)
    return on_file(ending) if newest is None else texts_of(newest)


@transaction.atomic
def write_summary(
    *, ending: Ending, texts: Mapping[str, str], by: User, revision: int | None = None
) -> HandoverSummary:
    """Keep what was written, in the draft or, after a final version, in a new one.

    Words that change after the client has read them are read again: the state goes back to draft.
    Raises ChangedMeanwhile where `revision` is not the draft's (None: there was none).
    """
    ending = hold(ending, by)
    newest = newest_summary(ending)
    draft = newest if newest is not None and newest.state in OPEN_STATES else None
    if revision != (draft.revision if draft else None):
        raise ChangedMeanwhile
    if draft is None:
        kept = texts_of(newest) if newest else {}
        version = newest.version + 1 if newest else 1
        draft = HandoverSummary.objects.create(ending=ending, version=version, written_by=by)
        write_sections(draft, {**kept, **texts})
        return draft
    if write_sections(draft, texts):
        draft.state, draft.client_read_on, draft.not_read_because = State.DRAFT, None, ""
    draft.revision += 1
    draft.save()
    return draft


@transaction.atomic
def record_summary_read(
    *, summary: HandoverSummary, read: Read, by: User, at: datetime
) -> HandoverSummary:
    """Record that the client has read the summary, or why not."""
    mine = unfinished(summary, by)
    if read.on is None and not read.because.strip():
        raise RuleBroken(_("Say when the client read it, or why not."))
    if read.on is not None:
        refuse_future(read.on, at)
    mine.client_read_on, mine.not_read_because = read.on, "" if read.on else read.because
    mine.state = State.REVIEWED
    mine.revision += 1
    mine.save()
    return mine


@transaction.atomic
def finish_summary(*, summary: HandoverSummary, by: User, at: datetime) -> HandoverSummary:
    """Make this version final. The client comes first: it was read, or it is said why not."""
    mine = unfinished(summary, by)
    if mine.client_read_on is None and not mine.not_read_because:
        raise RuleBroken(_("The client has not read the summary yet."))
    mine.ending.summaries.filter(state=State.FINAL).update(state=State.AMENDED)
    mine.state, mine.finished_at = State.FINAL, at
    mine.revision += 1
    mine.save()
    ask_again_if_returned(ending=mine.ending, kind=Review.Kind.HANDOVER, by=by, at=at)
    return mine


def unfinished(summary: HandoverSummary, by: User) -> HandoverSummary:
    held = HandoverSummary.objects.editable_by(by).select_for_update(of=("self",))
    mine = held.select_related("ending").get(pk=summary.pk)
    if mine.state not in OPEN_STATES:
        raise RuleBroken(_("This version is final. Begin a new one."))
    return mine


def write_sections(summary: HandoverSummary, texts: Mapping[str, str]) -> bool:
    """Write the sections that differ, and say whether any did."""
    there = {row.section: row for row in summary.sections.all()}
    changed = False
    for section, text in texts.items():
        row = there.get(section) or SummarySection(summary=summary, section=section)
        if row.section not in there or str(row.text) != text:
            changed = changed or bool(text) or row.section in there
            row.text = text
            row.save()
    return changed


# --- from the file ----------------------------------------------------------------------------------
def on_file(ending: Ending) -> dict[str, str]:
    """Return the first words of each section, from what is recorded. Private notes are never in it."""
    return {
        Section.IDENTITY: identity(ending),
        Section.REASON: told(ending),
        Section.COURSE: course(ending),
        Section.GOALS: goals(ending),
        Section.RISK: risk(ending),
        Section.SUPPORT: involved(ending),
        Section.HELPS: helps(ending),
        Section.WISHES: wishes(ending),
        Section.PRACTICAL: "",
    }


def identity(ending: Ending) -> str:
    """Name, languages, and only the ways to reach the client that they agreed to."""
    client = ending.client
    channels = ContactChannel.objects.filter(client=client).exclude(consented_on=None)
    lines = [client.called]
    if client.languages:
        lines.append(_("Languages: %(list)s") % {"list": listed(client.languages)})
    lines += [f"{channel.get_kind_display()}: {channel.value}" for channel in channels]
    lines.append(str(client.safe_to_contact or ""))
    return "\n".join(filter(None, lines))


def told(ending: Ending) -> str:
    telling = ending.tellings.filter(corrected_by=None, person__client=ending.client).first()
    if telling is None:
        return ""
    said = _("Told on %(date)s.") % {"date": day(telling.on)}
    return f"{said} {telling.reaction or ''}".strip()


def course(ending: Ending) -> str:
    held = Session.objects.filter(assignment=ending.assignment).attended().in_order()
    moments = list(held.values_list("starts_at", flat=True))
    if not moments:
        return ""
    said = ngettext(
        "From %(first)s to %(last)s, %(count)s meeting.",
        "From %(first)s to %(last)s, %(count)s meetings.",
        len(moments),
    )
    first, last = day(on_day(moments[0])), day(on_day(moments[-1]))
    return said % {"first": first, "last": last, "count": len(moments)}


def goals(ending: Ending) -> str:
    rows = Goal.objects.filter(assignment=ending.assignment)
    gains = [str(gain.words) for gain in ending.gains.all()]
    return "\n".join([f"{goal.words} ({goal.get_met_display()})" for goal in rows] + gains)


def risk(ending: Ending) -> str:
    look = RiskLook.objects.filter(client=ending.client).newest_first().first()
    if look is None:
        return ""
    lines = [f"{day(look.on)}: {look.get_level_display()}. {look.note or ''}".strip()]
    lines += [_("There is a safety plan.")] if look.has_safety_plan else []
    lines += [_("A safeguarding concern is open.")] if look.is_safeguarding_open else []
    return "\n".join(lines)


def involved(ending: Ending) -> str:
    people = InvolvedPerson.objects.filter(client=ending.client)
    lines = [f"{person.get_kind_display()}: {person.name}" for person in people]
    kept = consolidation_of(ending)
    return "\n".join([*lines, *filter(None, [str(kept.supporters or "") if kept else ""])])


def helps(ending: Ending) -> str:
    """What makes it easier, and what pulls back with what helps then (R9)."""
    pulls_back = [
        " – ".join(filter(None, [str(trigger.words), str(trigger.strategy or "")]))
        for trigger in ending.triggers.all()
    ]
    kept = consolidation_of(ending)
    easier, hard = (
        str(ending.client.what_makes_it_easier or ""),
        str(kept.contingencies if kept else ""),
    )
    return "\n".join(filter(None, [easier, *pulls_back, hard]))


def wishes(ending: Ending) -> str:
    kept = consolidation_of(ending)
    return str(kept.next_wishes or "") if kept else ""


def consolidation_of(ending: Ending) -> Consolidation | None:
    return Consolidation.objects.filter(ending=ending).first()
