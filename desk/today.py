"""What one day asks of one person: rows from what stands open, today's sessions and the endings.

Values in, rows out: the view reads, this says where each thing stands.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseload.models import Session
from core.dates import clock
from core.drawing import Bar, bar
from core.parts import Chip
from desk.day import (
    IN_A_SESSION,
    TO_DECIDE,
    TO_TELL,
    WEEK,
    Day,
    Todo,
    act_of,
    chip_of,
    in_place_of,
    sentence_of,
    text_of,
)
from endings.models import Ending, Review
from endings.models.endings import CLOSED_STAGES
from referrals.models import FollowUp
from reminders.due import Due
from reminders.occasions import Occasion
from reminders.rules import IN_THE_CASELOAD, ROWS_OF
from reminders.targets import target_of


# --- your day ---------------------------------------------------------------------------------------
def sessions_of(day: Day) -> list[Todo]:
    """Return today's sessions with what each can be used for; one primary button on the page."""
    of_work: dict[UUID, list[Ending]] = {}
    for ending in day.endings.values():
        of_work.setdefault(ending.assignment_id, []).append(ending)
    rows: list[Todo] = []
    for session in day.sessions:
        endings = of_work.get(session.assignment_id, [])
        asking = [(one, asked) for one in endings if (asked := asked_in_session(day, one))]
        found = [asking_row(day, session, *each) for each in asking]
        rows.extend(found or [quiet_row(day, session, next(iter(endings), None))])
    first = next((row for row in rows if row.primary), None)
    return [replace(row, primary=row is first) for row in rows]


def here_chip(session: Session) -> Chip | None:
    """Return since when somebody has been here, as the front desk says."""
    if session.arrived_at is None or session.state != Session.State.PLANNED:
        return None
    said = _("Here since %(clock)s") % {"clock": clock(session.arrived_at)}
    return Chip("done", said, "user-check")


def asked_in_session(day: Day, ending: Ending) -> Due | None:
    standing = day.occasions(ending)
    return next((standing[one] for one in IN_A_SESSION if one in standing), None)


def quiet_row(day: Day, session: Session, ending: Ending | None) -> Todo:
    return Todo(
        name=session.episode.called,
        code=session.episode.codes,
        url=ending.get_absolute_url() if ending else session.get_absolute_url(),
        text=quiet_text(day, session, ending),
        time=session.starts_at,
        chip=here_chip(session),
    )


def asking_row(day: Day, session: Session, ending: Ending, asked: Due) -> Todo:
    """Return a session in which something is to be done; of a group, one row for each person."""
    tells = asked.occasion in (*TO_TELL, Occasion.NOTICE_SHORT)
    return Todo(
        name=ending.client.called if ending.participation_id else session.episode.called,
        code=ending.client.code if ending.participation_id else session.episode.codes,
        url=ending.get_absolute_url(),
        chip=chip_of(asked, is_last=asked.since < day.on),
        text=" ".join(filter(None, [here_words(session), text_of(asked, ending, day)])),
        tone="due" if tells else "",
        time=session.starts_at,
        act=act_of(asked.occasion),
        act_url=target_of(tell_or(asked.occasion), ending.pk),
        primary=tells,
    )


def here_words(session: Session) -> str:
    here = here_chip(session)
    return f"{here.label}." if here else ""


def tell_or(occasion: Occasion) -> Occasion:
    """In a session of today, short notice is met by telling."""
    return Occasion.TELL if occasion is Occasion.NOTICE_SHORT else occasion


def quiet_text(day: Day, session: Session, ending: Ending | None) -> str:
    opens_on = ending.window_opens_on if ending and ending.told_on is None else None
    if opens_on and opens_on > day.on:
        said = _("The window opens: %(day)s.") % {"day": day.day(opens_on)}
    else:
        said = _("Nothing is due.")
    return f"{session.where}. {said}"


# --- the sections -----------------------------------------------------------------------------------
def decisions_of(day: Day) -> list[Todo]:
    """Return what does not fit: each person once, with the most pressing cause and one way on."""
    rows: dict[UUID, Todo] = {}
    for occasion in TO_DECIDE:
        for one in day.standing:
            ending = day.endings.get(one.about_id)
            if one.occasion is not occasion or ending is None or not day.is_mine(ending):
                continue
            tone = "" if occasion is Occasion.CHOOSE_MEETING else "short"
            row = ending_row(one, ending, day, tone=tone, act=_("See the ways out"))
            rows.setdefault(ending.pk, row)
    return list(rows.values())


def ending_row(one: Due, ending: Ending, day: Day, **more: object) -> Todo:
    return Todo(
        name=ending.client.called,
        code=ending.client.code,
        url=ending.get_absolute_url(),
        chip=chip_of(one),
        text=text_of(one, ending, day),
        act_url=target_of(one.occasion, ending.pk),
        **more,  # type: ignore[arg-type]  # names of Todo
    )


def soon_of(day: Day) -> list[Todo]:
    """Return who is to be told in the week to come, the next first; today's sessions say theirs."""
    todays = {session.assignment_id for session in day.sessions}
    rows: list[tuple[date, str, Todo]] = []
    for ending in day.endings.values():
        if ending.assignment_id in todays or ending.told_on or ending.stage in CLOSED_STAGES:
            continue
        if day.departure and day.departure.is_draft and ending.departure_id == day.departure.pk:
            continue
        row = soon_row(day, ending)
        if row:
            rows.append((ending.tell_plan_on or day.on, ending.client.sort_key, row))
    return [row for _on, _key, row in sorted(rows, key=lambda each: each[:2])]


def soon_row(day: Day, ending: Ending) -> Todo | None:
    standing = day.occasions(ending)
    asked = next((standing[one] for one in TO_TELL if one in standing), None)
    opens_on, plan_on = ending.window_opens_on, ending.tell_plan_on
    is_planned = bool(plan_on and day.on < plan_on <= day.on + WEEK)
    is_opening = bool(opens_on and day.on < opens_on <= day.on + WEEK)
    if asked is None and (standing or not (is_planned or is_opening)):
        return None
    if asked is not None and asked.occasion is Occasion.LAST_CHANCE:
        chip, tone = chip_of(asked), "due"
    elif opens_on and opens_on > day.on:
        chip, tone = Chip("wait", _("Opens %(day)s") % {"day": day.day(opens_on)}, "calendar"), ""
    else:
        by = ending.window_closes_on or day.on
        chip = Chip("now", _("Tell by %(day)s") % {"day": day.day(by)}, "messages-square")
        tone = ""
    text = sentence_of(asked, ending, day) if asked else ""
    if plan_on and plan_on >= day.on:
        text = _("Planned: %(day)s.") % {"day": day.day(plan_on)}
    return Todo(
        name=ending.client.called,
        code=ending.client.code,
        url=ending.get_absolute_url(),
        chip=chip,
        text=" ".join(filter(None, [text, in_place_of(ending, day)])),
        tone=tone,  # type: ignore[arg-type]  # one of Todo's
        act=act_of(Occasion.TELL) if asked else "",
        act_url=target_of(Occasion.TELL, ending.pk) if asked else "",
    )


def small_things_of(day: Day) -> list[Todo]:
    """Return questions, follow-ups and files to close that no session of today takes up."""
    todays = {session.assignment_id for session in day.sessions}
    rows = []
    for one in day.standing:
        ending, follow_up = day.endings.get(one.about_id), day.follow_ups.get(one.about_id)
        if follow_up is not None:
            rows.append(asking_after(one, follow_up, day))
        elif one.occasion in (*TO_TELL, *TO_DECIDE, Occasion.REVIEW, Occasion.CHECK_ENTRY):
            continue
        elif ROWS_OF[one.occasion] in IN_THE_CASELOAD:
            rows.append(in_the_caseload(one, day))
        elif ending is None:
            rows.append(for_a_receiver(one, day))
        elif not day.is_mine(ending):
            continue
        elif ending.assignment_id not in todays or one.occasion not in IN_A_SESSION:
            rows.append(question(one, ending, day))
    return [*rows, *answers_of(day), *entries_of(day)]


def in_the_caseload(one: Due, day: Day) -> Todo:
    """Return somebody who waits, a break, a look at risk, a file: what to do, and with whom."""
    subject = day.subjects.get(one.about_id)
    called = subject.called or subject.code if subject else ""
    chip = Chip("late", _("Late")) if one.is_late else None
    return Todo(
        title=f"{one.occasion.label}: {called}" if called else str(one.occasion.label),
        url=target_of(one.occasion, one.about_id),
        chip=chip,
        text=_("Since %(day)s.") % {"day": day.day(one.since)},
    )


def for_a_receiver(one: Due, day: Day) -> Todo:
    """Return what a receiver has to do about somebody whose ending is not theirs to see (R5)."""
    since = _("Since %(day)s.") % {"day": day.day(one.since)}
    return Todo(title=str(one.occasion.label), url=reverse("reminders:inbox"), text=since)


def question(one: Due, ending: Ending, day: Day) -> Todo:
    name = ending.client.called
    asks = {
        Occasion.OFFER_OPTIONS: _("Was %(name)s offered options?"),
        Occasion.HEAR_CHOICE: _("What has %(name)s chosen?"),
        Occasion.RETURN_TO_IT: _("%(name)s was told early: return to it"),
        Occasion.BOOK_HANDOVER: _("Book the meeting of three: %(name)s"),
        Occasion.PREPARE_HANDOVER: _("Prepare the meeting of three: %(name)s"),
        Occasion.LAST_SESSION: _("The last session: %(name)s"),
        Occasion.CLOSE_FILE: _("Close the file: %(name)s"),
        Occasion.REACH_OUT: _("Next attempt to reach %(name)s"),
    }
    asked = asks.get(one.occasion, "%(name)s") % {"name": name}
    chip = Chip("late", _("Late")) if one.is_late else None
    return Todo(
        title=asked,
        url=target_of(one.occasion, ending.pk),
        chip=chip,
        text=text_of(one, ending, day),
    )


def asking_after(one: Due, follow_up: FollowUp, day: Day) -> Todo:
    """Return “Did Rowan arrive?” (R15)."""
    return Todo(
        title=_("Did %(name)s arrive?") % {"name": follow_up.client.called},
        url=target_of(Occasion.ASK_AFTER, follow_up.pk),
        chip=Chip("late", _("Late")) if one.is_late else None,
        text=_("Ask around %(day)s.") % {"day": day.day(follow_up.due_on)},
    )


def answers_of(day: Day) -> list[Todo]:
    """Return what supervision has answered in the last days."""
    return [
        Todo(
            title=_("%(name)s answered you") % {"name": review.decided_by.name},
            url=target_of(Occasion.REVIEW, review.pk),
            text=str(review.get_decision_display()),
        )
        for review in day.reviews
        if review.decided_by and review.author_id == day.person.pk
    ]


def entries_of(day: Day) -> list[Todo]:
    count = sum(one.occasion is Occasion.CHECK_ENTRY for one in day.standing)
    if not count:
        return []
    said = ngettext("%(count)s entry to check", "%(count)s entries to check", count)
    return [Todo(title=said % {"count": count}, url=reverse("referrals:directory"))]


def waiting_of(day: Day) -> list[Todo]:
    """Return what somebody else waits for: reviews, short notice and open files in the team."""
    rows = [review_row(review, day) for review in day.reviews if not review.decision]
    for one in day.standing:
        ending = day.endings.get(one.about_id)
        if ending is not None and one.is_escalation and not day.is_mine(ending):
            therapist = ending.assignment.therapist.name
            row = ending_row(one, ending, day, tone="short", act=_("See what is needed"))
            rows.append(replace(row, text=f"{therapist}. {row.text}"))
    return rows


def review_row(review: Review, day: Day) -> Todo:
    return Todo(
        title=review.author.name,
        chip=Chip("info", review.get_kind_display()),
        text=_("Answer by %(day)s.") % {"day": day.day(review.due_on)},
        tone="short" if review.due_on < day.on else "due" if review.is_pressing else "",
        act=_("Look at it"),
        act_url=target_of(Occasion.REVIEW, review.pk),
    )


# --- your departure ---------------------------------------------------------------------------------
def bar_of(day: Day) -> Bar | None:
    """Return how far one's own departure is: told, today, to decide, later; the four add up."""
    if day.departure is None:
        return None
    mine = [one for one in day.endings.values() if one.departure_id == day.departure.pk]
    if not mine:
        return None
    todays = {session.assignment_id for session in day.sessions}
    counts = dict.fromkeys(("told", "today", "to_decide", "later"), 0)
    for ending in mine:
        counts[place_of(ending, day, todays)] += 1
    return bar(**counts)


def place_of(ending: Ending, day: Day, todays: set[UUID]) -> str:
    if ending.told_on or ending.has_not_told_exception:
        return "told"
    standing = set(day.occasions(ending))
    if standing & set(TO_TELL) and ending.assignment_id in todays:
        return "today"
    return "to_decide" if standing & set(TO_DECIDE) else "later"


def lead_of(sessions: Sequence[Todo]) -> str:
    """Return “5 sessions today. 2 people to tell.”"""
    to_tell = sum(row.tone == "due" for row in sessions)
    held = ngettext("%(count)s session today.", "%(count)s sessions today.", len(sessions))
    said = [held % {"count": len(sessions)}] if sessions else [_("No sessions today.")]
    if to_tell:
        told = ngettext("%(count)s person to tell", "%(count)s people to tell", to_tell)
        said.append(f"{told % {'count': to_tell}}.")
    return " ".join(said)
