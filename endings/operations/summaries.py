"""The handover summary: prefilled from what is on file, read by the client first, versioned (R14)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import ContactChannel, Goal, InvolvedPerson, RiskLook, Session
from core.dates import day, listed
from core.errors import RuleBroken
from endings.models import Ending, HandoverSummary, SummarySection
from endings.models.handovers import Section
from endings.operations.endings import hold

State = HandoverSummary.State
OPEN_STATES = (State.DRAFT, State.REVIEWED)


@transaction.atomic
def start_summary(*, ending: Ending, by: User) -> HandoverSummary:
    """Open the summary that is being written: the current draft, or a new version prefilled from the file."""
    ending = hold(ending, by)
    newest = ending.summaries.prefetch_related("sections").first()
    if newest is not None and newest.state in OPEN_STATES:
        return newest
    if newest is None:
        texts, version = on_file(ending), 1
    else:
        texts, version = (
            {row.section: row.text for row in newest.sections.all()},
            newest.version + 1,
        )
    summary = HandoverSummary.objects.create(ending=ending, version=version, written_by=by)
    write_sections(summary, texts)
    return summary


@transaction.atomic
def save_summary(
    *, summary: HandoverSummary, texts: Mapping[str, str], by: User
) -> HandoverSummary:
    """Keep what was written. Raises RuleBroken where this version is final."""
    summary = unfinished(summary, by)
    write_sections(summary, texts)
    summary.revision += 1
    summary.save(update_fields=["revision"])
    return summary


@transaction.atomic
def record_summary_read(
    *, summary: HandoverSummary, on: date | None, by: User, because: str = ""
) -> HandoverSummary:
    """Record that the client has read the summary, or why not."""
    summary = unfinished(summary, by)
    if on is None and not because:
        raise RuleBroken(_("Say when the client read it, or why not."))
    summary.client_read_on = on
    summary.not_read_because = because
    summary.state = State.REVIEWED
    summary.save()
    return summary


@transaction.atomic
def finish_summary(*, summary: HandoverSummary, by: User, at: datetime) -> HandoverSummary:
    """Make this version final. The client comes first: it was read, or it is said why not."""
    summary = unfinished(summary, by)
    if summary.client_read_on is None and not summary.not_read_because:
        raise RuleBroken(_("The client has not read the summary yet."))
    summary.ending.summaries.filter(state=State.FINAL).update(state=State.AMENDED)
    summary.state = State.FINAL
    summary.finished_at = at
    summary.save()
    return summary


def unfinished(summary: HandoverSummary, by: User) -> HandoverSummary:
    held = HandoverSummary.objects.editable_by(by).select_for_update(of=("self",))
    summary = held.select_related("ending").get(pk=summary.pk)
    if summary.state not in OPEN_STATES:
        raise RuleBroken(_("This version is final. Begin a new one."))
    return summary


def write_sections(summary: HandoverSummary, texts: Mapping[str, str]) -> None:
    there = {row.section: row for row in summary.sections.all()}
    for section, text in texts.items():
        row = there.get(section) or SummarySection(summary=summary, section=section)
        row.text = text
        row.save()


def on_file(ending: Ending) -> dict[str, str]:
    """Return the first words of each section, from what is recorded. Private notes are never in it."""
    return {
        Section.IDENTITY: identity(ending),
        Section.REASON: told(ending),
        Section.COURSE: course(ending),
        Section.GOALS: goals(ending),
        Section.RISK: risk(ending),
        Section.SUPPORT: involved(ending),
        Section.HELPS: str(ending.client.what_makes_it_easier or ""),
        Section.WISHES: wishes(ending),
        Section.PRACTICAL: "",
    }


def identity(ending: Ending) -> str:
    client = ending.client
    channels = ContactChannel.objects.filter(client=client).exclude(consented_on=None)
    lines = [client.called]
    lines += (
        [_("Languages: %(list)s") % {"list": listed(client.languages)}] if client.languages else []
    )
    lines += [f"{channel.get_kind_display()}: {channel.value}" for channel in channels]
    lines += [str(client.safe_to_contact)] if client.safe_to_contact else []
    return "\n".join(lines)


def told(ending: Ending) -> str:
    telling = ending.tellings.filter(corrected_by=None, person__client=ending.client).first()
    if telling is None:
        return ""
    said = _("Told on %(date)s.") % {"date": day(telling.on)}
    return f"{said} {telling.reaction or ''}".strip()


def course(ending: Ending) -> str:
    held = Session.objects.filter(assignment=ending.assignment).attended().in_order()
    first, number = held.first(), held.count()
    if first is None:
        return ""
    return _("Since %(date)s, %(number)s meetings.") % {
        "date": day(first.starts_at.date()),
        "number": number,
    }


def goals(ending: Ending) -> str:
    rows = Goal.objects.filter(assignment=ending.assignment)
    gains = [str(gain.words) for gain in ending.gains.all()]
    return "\n".join([f"{goal.words} ({goal.get_met_display()})" for goal in rows] + gains)


def risk(ending: Ending) -> str:
    look = RiskLook.objects.filter(client=ending.client).newest_first().first()
    if look is None:
        return ""
    return f"{day(look.on)}: {look.get_level_display()}. {look.note or ''}".strip()


def involved(ending: Ending) -> str:
    people = InvolvedPerson.objects.filter(client=ending.client)
    return "\n".join(f"{person.get_kind_display()}: {person.name}" for person in people)


def wishes(ending: Ending) -> str:
    consolidation = getattr(ending, "consolidation", None)
    return str(consolidation.next_wishes or "") if consolidation else ""
