"""The meeting of three on the page of an ending: where it stands, and the one next verb.

ask a colleague → consent → summary → plan the meeting → held → sign-offs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from caseload.models import Session
from core import dates
from core.clock import now
from core.parts import Chip, Fact, Link
from endings.models import (
    Consent,
    EndingException,
    HandoverCorrection,
    HandoverInvitation,
    HandoverSession,
    HandoverSummary,
    HeldPlace,
    Review,
    SignOff,
)
from endings.operations.handovers import STANDING
from endings.operations.meetings_of_three import is_booked_for_three, work_of_receiver
from endings.views.handover_words import sections_in_words
from endings.views.page import Page, Version
from endings.workflow import Step

State = HandoverInvitation.State
MOST = 8  # facts of one step (components/facts.html)


@dataclass(frozen=True)
class Standing:
    """What is recorded of this handover, as far as it stands."""

    asked: HandoverInvitation | None
    answered: HandoverInvitation | None
    consent: Consent | None
    summary: HandoverSummary | None
    meeting: HandoverSession | None
    signed: Sequence[str] = field(default_factory=tuple)

    @property
    def is_ready(self) -> bool:
        """Whether the three can meet: accepted, no conflict, agreed to."""
        asked = self.asked
        return asked is not None and asked.no_conflict_on is not None and self.consent is not None


def standing_of(page: Page) -> Standing:
    """Return what stands; three queries besides the records of the page."""
    records = page.records
    asked = next((one for one in records.invitations if one.state in STANDING), None)
    agreed = [one for one in records.consents if asked and one.receiver_id == asked.receiver_id]
    meeting = records.handover
    return Standing(
        asked=asked,
        answered=None if asked or not records.invitations else records.invitations[-1],
        consent=next((one for one in agreed if one.sections), None),
        summary=page.ending.summaries.first(),
        meeting=meeting,
        signed=signed_of(meeting) if meeting else [],
    )


def signed_of(meeting: HandoverSession) -> list[str]:
    """Return who has confirmed the version that stands."""
    rows = meeting.sign_offs.filter(correction=meeting.newest_correction)
    return list(rows.values_list("who", flat=True))


def shown(page: Page) -> dict[str, Any]:
    """Return what the step says, for `Shown`."""
    if page.ending.chosen_on is None:
        return before_the_choice(page)
    stands = standing_of(page)
    none = page.records.explained(EndingException.Rule.NO_HANDOVER)
    explained: list[Fact] = [(none.get_rule_display(), page.day(none.asked_on))] if none else []
    return {
        "facts": [*facts_of(page, stands), *explained],
        "chip": chip_of(page, stands),
        "note": note_of(page, stands),
        "acts": next_acts(page, stands) if page.may_edit else [],
        "ways": ways_of(page, stands) if page.may_edit else [],
        "quote": agreed_points(page, stands),
        "recorded": recorded(page, stands),
        "versions": list(earlier_versions(page)),
    }


def before_the_choice(page: Page) -> dict[str, Any]:
    """Only a place is held; asking waits for the choice (R5)."""
    places = HeldPlace.objects.visible_to(page.reader).filter(ending=page.ending, released_on=None)
    facts: list[Fact] = []
    ways: list[Link] = []
    for one in places.select_related("place__therapist"):
        facts.append((_("Place held"), f"{one.place.therapist.name}, {one.place.in_words}"))
        if page.may_edit:
            ways.append(page.act("release_place", _("Let the place go"), one.pk, posts=True))
    if not facts and page.may_edit and page.ending.closed_on is None:
        return {"ways": [page.act("hold_place", _("Hold a place"))]}
    return {"facts": facts, "acts": ways}


# --- what is said -----------------------------------------------------------------------------------
def facts_of(page: Page, stands: Standing) -> list[Fact]:
    """Return who was asked, what opens when, the summary, the meeting; who receives is never left out."""
    facts: list[Fact] = []
    if stands.answered is not None:
        facts += facts_of_answer(page, stands.answered)
    if stands.asked is not None:
        facts += facts_of_asked(page, stands.asked)
    if stands.consent is not None:
        facts.append((_("Agreed to"), dates.listed(sections_in_words(stands.consent.sections))))
        if stands.consent.opens_on > page.today:
            facts.append((_("Opens on"), page.day(stands.consent.opens_on)))
    if stands.summary is not None and stands.asked is not None:
        facts.append((_("Summary"), summary_in_words(page, stands.summary)))
    facts += facts_of_meeting(page, stands)
    return [*facts, *page.reviewed(Review.Kind.HANDOVER)][:MOST]


def facts_of_answer(page: Page, answered: HandoverInvitation) -> list[Fact]:
    """Return what came back, and who is there for the client until somebody else is found."""
    said = f"{answered.receiver.name}: {answered.get_state_display()}"
    words: list[Fact] = [(_("In words"), str(answered.answer))] if answered.answer else []
    return [(_("Asked"), said), *words, (_("Until then"), named(page))]


def facts_of_meeting(page: Page, stands: Standing) -> list[Fact]:
    facts: list[Fact] = []
    meeting = stands.meeting
    if meeting is not None:
        when = when_of(page, meeting)
        held = pgettext("session.state", "Held")
        facts.append((held if meeting.held_on else _("Planned"), when))
        if meeting.held_on:
            facts.append((_("Confirmed by"), confirmed(stands)))
    if stands.asked is not None and (page.ending.handed_over_on or without_meeting(page)):
        work = work_of_receiver(page.ending, stands.asked.receiver)
        facts += [(_("Goes on from"), page.day(work.starts_on))] if work else []
    return facts


def when_of(page: Page, meeting: HandoverSession) -> str:
    """Return the session with its room; a day that was corrected stands alone."""
    on, held_on = dates.on_day(meeting.session.starts_at), meeting.as_it_stands.held_on
    is_another_day = held_on is not None and held_on != on
    return page.day(held_on) if is_another_day else page.when(on, meeting.session)


def facts_of_asked(page: Page, asked: HandoverInvitation) -> list[Fact]:
    said = f"{asked.receiver.name}: {asked.get_state_display()} ({asked.code})"
    if asked.state != State.ACCEPTED:
        return [(_("Asked"), said)]
    conflict = page.day(asked.no_conflict_on) if asked.no_conflict_on else _("not said yet")
    return [(_("Asked"), said), (_("No conflict of interest"), conflict)]


def named(page: Page) -> str:
    """Return who is there for the client meanwhile, and the next date (R25)."""
    person = page.ending.named_person(page.today)
    coming = [day for day in page.meetings if day >= page.today]
    following = coming[0] if coming else page.ending.last_on
    return ", ".join(filter(None, [person.name if person else "", page.day(following)]))


def summary_in_words(page: Page, summary: HandoverSummary) -> str:
    said = [f"{summary.get_state_display()} ({summary.version})"]
    if summary.client_read_on:
        said.append(_("read by the client on %(day)s") % {"day": page.day(summary.client_read_on)})
    elif not summary.not_read_because:
        said.append(_("The client has not read the summary yet."))
    return ", ".join(said)


def confirmed(stands: Standing) -> str:
    who = [str(SignOff.Who(one).label) for one in SignOff.Who if one.value in stands.signed]
    return dates.listed(who) if who else _("nobody yet")


def chip_of(page: Page, stands: Standing) -> Chip | None:
    """Return the state in at most four words."""
    if stands.asked is None:
        return None
    if stands.meeting is not None and stands.meeting.held_on is None:
        if needs_new_time(stands.meeting):
            return Chip("late", _("Plan it anew"))
        on = dates.on_day(stands.meeting.session.starts_at)
        return Chip("meet", dates.day_month(on, page.today))
    if stands.asked.state == State.ACCEPTED:
        return Chip("meet", stands.asked.get_state_display(), "user-check")
    return Chip("wait", stands.asked.get_state_display())


def needs_new_time(meeting: HandoverSession) -> bool:
    """Say whether the session was cancelled, missed, or moved away from the receiver's booking."""
    if meeting.session.state == Session.State.ATTENDED:
        return False
    return not is_booked_for_three(meeting)


def note_of(page: Page, stands: Standing) -> str:
    """Return who cannot see what yet, or why one has to wait."""
    if stands.answered is not None and stands.answered.state in (State.DECLINED, State.CONFLICT):
        return _("Not possible now. Thank you for the clear answer; ask somebody else.")
    if stands.asked is None or stands.meeting is not None:
        return ""
    if stands.consent is None or page.ending.told_on is None:
        return _(
            "The receiver cannot see this client yet. First the client is told, then the client"
            " agrees, then the door opens."
        )
    if stands.asked.no_conflict_on is None:
        return _(
            "Your colleague reads the name first, and says whether something stands in the way."
        )
    return ""


def agreed_points(page: Page, stands: Standing) -> str:
    meeting = stands.meeting
    if meeting is None or meeting.held_on is None or not page.reads_words:
        return ""
    return str(meeting.as_it_stands.agreed_points or "")


def recorded(page: Page, stands: Standing) -> str:
    meeting = stands.meeting
    if meeting is None or meeting.held_on is None or meeting.held_by is None:
        return ""
    corrected = meeting.newest_correction
    if corrected is not None:
        return page.recorded(corrected.by, corrected.recorded_at)
    said = {"name": meeting.held_by.name, "day": page.day(meeting.held_on)}
    return _("Written down by %(name)s, %(day)s") % said


def earlier_versions(page: Page) -> Iterator[Version]:
    """Yield what stood before a correction, and what was taken back."""
    for meeting in (one for one in page.records.handovers if one.held_on is not None):
        rows = [meeting, *meeting.corrections.all()]
        for row in rows if meeting.cancelled_on else rows[:-1]:
            yield version_of(page, row)


def version_of(page: Page, row: HandoverSession | HandoverCorrection) -> Version:
    """Return one version with its day; a line that took it back says why instead."""
    words = str(row.agreed_points or "") if page.reads_words else ""
    facts: list[Fact] = [(pgettext("session.state", "Held"), page.day(row.held_on))]
    if isinstance(row, HandoverSession):
        said = {"name": row.held_by.name if row.held_by else "", "at": page.day(row.held_on)}
        return Version(_("Earlier version, by %(name)s, %(at)s") % said, facts, words)
    title = page.earlier(row.by, row.recorded_at)
    if row.is_taken_back:
        because = str(row.taken_back_because or "") if page.reads_words else ""
        return Version(title, [(_("Taken back"), because or page.day(row.held_on))])
    return Version(title, facts, words)


# --- what comes next --------------------------------------------------------------------------------
def next_acts(page: Page, stands: Standing) -> list[Link]:
    """Return the one next verb; after the meeting, the confirmations that are missing."""
    if stands.meeting is not None and stands.meeting.held_on is not None:
        return sign_offs(page, stands)
    if without_meeting(page):
        label = _("Let the receiver begin")
        ready = stands.is_ready and not begun(page, stands)
        return [page.act("hand_over_without_meeting", label, posts=True)] if ready else []
    if not page.may(Step.HANDOVER):
        return []
    if stands.asked is None:
        return [page.act("invite_receiver", _("Ask a colleague"), icon="users")]
    if stands.asked.state != State.ACCEPTED:
        return []
    if stands.consent is None:
        return [page.act("record_consent", _("Record the consent"))]
    if stands.summary is None or stands.summary.state != HandoverSummary.State.FINAL:
        return write_or_finish(page, stands.summary)
    return meet(page, stands)


def without_meeting(page: Page) -> bool:
    explained = page.records.explained(EndingException.Rule.NO_HANDOVER)
    return explained is not None or Step.HANDOVER in page.records.not_wanted


def begun(page: Page, stands: Standing) -> bool:
    return stands.asked is not None and bool(work_of_receiver(page.ending, stands.asked.receiver))


def write_or_finish(page: Page, summary: HandoverSummary | None) -> list[Link]:
    write = page.act("write_summary", _("Write the summary"))
    if summary is None:
        return [write]
    return [page.act("finish_summary", _("Has the client read the summary?")), write]


def meet(page: Page, stands: Standing) -> list[Link]:
    plan = page.act("plan_meeting_of_three", _("Plan the meeting of three"), icon="users")
    meeting = stands.meeting
    if meeting is None or needs_new_time(meeting):
        return [plan] if stands.is_ready else []
    if meeting.session.starts_at > now():
        return []
    return [page.act("hold_meeting_of_three", _("Record the meeting of three"), icon="users")]


def sign_offs(page: Page, stands: Standing) -> list[Link]:
    labels = {
        SignOff.Who.OUTGOING: _("I confirm what was agreed"),
        SignOff.Who.CLIENT: _("The client confirms it"),
    }
    return [
        page.act("sign_off", label, who.value, posts=True)
        for who, label in labels.items()
        if who.value not in stands.signed
    ]


def ways_of(page: Page, stands: Standing) -> list[Link]:
    """Return the quieter ways on: correct, plan anew, take back, explain."""
    ending = page.ending
    if stands.meeting is not None and stands.meeting.held_on is not None:
        return corrections(page, stands)
    if ending.closed_on is not None or ending.handed_over_on is not None:
        return []
    ways: list[Link] = []
    if stands.asked is not None:
        accepted = stands.asked.state == State.ACCEPTED
        final = stands.summary is not None and stands.summary.state == HandoverSummary.State.FINAL
        if stands.consent is not None or not accepted:
            ways.append(page.act("record_consent", _("Consent")))
        if final or not accepted or stands.consent is None:
            ways.append(page.act("write_summary", _("Summary")))
        if stands.meeting is not None and not needs_new_time(stands.meeting):
            ways.append(page.act("plan_meeting_of_three", _("Plan another time")))
        ways.append(page.act("withdraw_invitation", _("Withdraw the question")))
    rule = EndingException.Rule.NO_HANDOVER
    if page.may_explain and not without_meeting(page):
        ways.append(page.act("record_exception", _("No meeting of three: explain"), rule))
    return ways


def corrections(page: Page, stands: Standing) -> list[Link]:
    """Return the ways to correct what is recorded; it is taken back only before the receiver has begun."""
    ways: list[Link] = [page.act("correct_meeting_of_three", pgettext("btn.correct", "Correct"))]
    asked = stands.asked
    work = work_of_receiver(page.ending, asked.receiver) if asked else None
    has_begun = work is not None and work.starts_on <= page.today
    if page.ending.closed_on is None and not has_begun:
        ways.append(page.act("take_back_meeting_of_three", _("The three did not meet")))
    return ways
