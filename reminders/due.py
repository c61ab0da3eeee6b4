"""What stands open today, to whom, since when (domain.md, Reminders; decision 10).

Pure: facts and a date in, a list out; no clock, no database. Nothing is scheduled ahead, so telling
a client *is* what closes the reminder, and a missed tick loses nothing: what fell due on a day on
which nobody looked still stands on the next. `due_on` does not move while a thing stands, so that
each is raised once.

Every rule below is date arithmetic over one flat row, so that the same rows can be made set-based.
A day on which a person does not work means their next working day, except the last chance for full
notice (the working day before) and escalations (at once).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from reminders.facts import EndingFacts, EntryFacts, Facts, FollowUpFacts, ReviewFacts
from reminders.occasions import Occasion

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
BEFORE_WINDOW = 7 * DAY
BEFORE_HANDOVER = 2 * DAY
BEFORE_LAST = 3 * DAY
CLOSE_AFTER = (1 * DAY, 3 * DAY, 7 * DAY)
"""Closing the file is asked for three times, the last time as late."""


@dataclass(frozen=True, order=True)
class Due:
    """One thing that stands open. `since`: the day the rule names; `due_on`: their working day.

    `is_escalation`: a mail goes out at once, not with the next digest.
    """

    due_on: date
    occasion: Occasion
    about_id: UUID
    person_id: UUID
    since: date
    is_late: bool = False
    is_escalation: bool = False


def due(facts: Facts, today: date) -> list[Due]:
    """Return everything that stands open on `today`, for everybody, oldest first."""
    found = [
        *(one for ending in facts.endings for one in _of_ending(ending, facts, today)),
        *(one for review in facts.reviews for one in _of_review(review, facts, today)),
        *(_ask_after(follow_up, facts, today) for follow_up in facts.follow_ups),
        *(
            _check_entry(entry, admin, facts, today)
            for entry in facts.entries
            for admin in facts.directory_admins
        ),
    ]
    return sorted(one for one in found if one.due_on <= today)


def _of_ending(ending: EndingFacts, facts: Facts, today: date) -> Iterator[Due]:
    if ending.closed_on is not None:
        return
    raised = _Raised(ending, facts, today)
    if ending.has_ended:
        yield from _closing(ending, raised)
        return
    if ending.knows:
        yield from _on_the_way(ending, raised)
    else:
        yield from _telling(ending, raised)
    yield from _last_session(ending, raised)


@dataclass(frozen=True)
class _Raised:
    """Makes `Due` rows about one ending, each on a working day of the person it goes to."""

    ending: EndingFacts
    facts: Facts
    today: date

    def to_holder(self, occasion: Occasion, since: date, late_after: date | None = None) -> Due:
        """Raise to whoever answers for the client today."""
        return self.to(self.ending.holder_on(self.today), occasion, since, late_after)

    def to(
        self, person_id: UUID, occasion: Occasion, since: date, late_after: date | None = None
    ) -> Due:
        """Raise to one person; late once `late_after` has passed."""
        return Due(
            due_on=self.facts.days_of(person_id).from_on(since),
            occasion=occasion,
            about_id=self.ending.id,
            person_id=person_id,
            since=since,
            is_late=late_after is not None and self.today > late_after,
        )

    def at_once(self, person_id: UUID, occasion: Occasion, since: date, *, is_late: bool) -> Due:
        """Raise on the day itself, working day or not."""
        return Due(since, occasion, self.ending.id, person_id, since, is_late, is_escalation=True)


def _telling(ending: EndingFacts, raised: _Raised) -> Iterator[Due]:
    """Yield what stands while the client has not been told (R1, R2): one thing, the most urgent."""
    today, opens_on, closes_on = raised.today, ending.window_opens_on, ending.window_closes_on
    missed_on = ending.missed_by(today)
    if missed_on is not None:
        holder = ending.holder_on(today)
        yield raised.at_once(holder, Occasion.REBOOK_TELLING, missed_on, is_late=False)
    if opens_on is None or closes_on is None:
        if ending.opened_on is not None and missed_on is None:
            yield raised.to_holder(Occasion.CHOOSE_MEETING, ending.opened_on)
    elif today > closes_on and not ending.short_exception:
        yield from _short(ending, raised, since=closes_on + DAY)
    elif ending.not_today_until is None or today >= ending.not_today_until:
        yield from _in_time(ending, raised, opens_on, closes_on)


def _in_time(
    ending: EndingFacts, raised: _Raised, opens_on: date, closes_on: date
) -> Iterator[Due]:
    """Yield the telling itself: last chance, open, or the meeting to be chosen for it."""
    last_chance = _last_chance(ending, raised, closes_on)
    starts_on = min(opens_on, ending.tell_plan_on or opens_on)
    if last_chance.due_on <= raised.today <= closes_on:
        yield last_chance
    elif ending.missed_by(raised.today) is not None:
        return
    elif raised.today >= starts_on:
        yield raised.to_holder(Occasion.TELL, starts_on, late_after=closes_on)
    elif ending.tell_plan_on is None:
        yield raised.to_holder(Occasion.CHOOSE_MEETING, opens_on - BEFORE_WINDOW)


def _last_chance(ending: EndingFacts, raised: _Raised, closes_on: date) -> Due:
    """The working day before the last meeting for full notice: after it, it would be too late."""
    holder = ending.holder_on(raised.today)
    since = (ending.last_chance_on or closes_on) - DAY
    due_on = raised.facts.days_of(holder).before(since + DAY)
    return Due(due_on, Occasion.LAST_CHANCE, ending.id, holder, since)


def _short(ending: EndingFacts, raised: _Raised, *, since: date) -> Iterator[Due]:
    """Yield that notice is short and nobody has said why: the therapist, and at once who leads.

    *Not today, because…* keeps the therapist from being late; the client's time is short anyway.
    """
    holds = ending.not_today_until is not None and raised.today < ending.not_today_until
    mine = raised.to_holder(Occasion.NOTICE_SHORT, since, None if holds else since - DAY)
    yield mine
    if ending.supervisor_id is not None and ending.supervisor_id != mine.person_id:
        yield raised.at_once(ending.supervisor_id, Occasion.NOTICE_SHORT, since, is_late=not holds)


def _on_the_way(ending: EndingFacts, raised: _Raised) -> Iterator[Due]:
    """Yield what stands between the telling and the goodbye."""
    told_on = ending.told_on
    if told_on is not None:
        if ending.is_told_short and not ending.short_exception:
            yield from _short(ending, raised, since=told_on)
        yield from _return_to_it(ending, raised, told_on)
        if ending.options_on is None:
            since = ending.options_plan_on or told_on + WEEK
            yield raised.to_holder(Occasion.OFFER_OPTIONS, since, since + WEEK)
    if ending.options_on is not None and ending.chosen_on is None:
        since = max(ending.choice_plan_on or ending.options_on + WEEK, ending.options_on + DAY)
        yield raised.to_holder(Occasion.HEAR_CHOICE, since, since + WEEK)
    if ending.chosen_on is not None and ending.hands_over and ending.handed_over_on is None:
        yield from _handover(ending, raised, ending.chosen_on)


def _return_to_it(ending: EndingFacts, raised: _Raised, told_on: date) -> Iterator[Due]:
    """Yield the reminder for somebody told early, when the window opens."""
    opens_on = ending.window_opens_on
    if opens_on is not None and told_on < opens_on and ending.returned_on is None:
        yield raised.to_holder(Occasion.RETURN_TO_IT, opens_on)


def _handover(ending: EndingFacts, raised: _Raised, chosen_on: date) -> Iterator[Due]:
    """Yield booking, or preparing, the meeting of three: for both who will be there (R14)."""
    people = [ending.holder_on(raised.today)]
    if ending.receiver_id is not None and ending.receiver_id not in people:
        people.append(ending.receiver_id)
    for person in people:
        if ending.handover_on is None:
            yield raised.to(person, Occasion.BOOK_HANDOVER, chosen_on, chosen_on + WEEK)
        else:
            since = ending.handover_on - BEFORE_HANDOVER
            yield raised.to(person, Occasion.PREPARE_HANDOVER, since, ending.handover_on)


def _last_session(ending: EndingFacts, raised: _Raised) -> Iterator[Due]:
    """Yield the last session from three days before it until it is recorded (R7, R24)."""
    if ending.last_on is not None:
        since = ending.last_on - BEFORE_LAST
        yield raised.to_holder(Occasion.LAST_SESSION, since, ending.last_on)


def _closing(ending: EndingFacts, raised: _Raised) -> Iterator[Due]:
    """Yield closing the file: a day, three days, a week after the last session.

    After the week it is an escalation, too: whoever leads the work asks what stands in the way.
    """
    last_on = ending.last_held_on or ending.last_on
    if last_on is None:
        return
    leads, since = ending.supervisor_id, last_on + CLOSE_AFTER[-1]
    if leads is not None and leads != ending.holder_on(raised.today) and since <= raised.today:
        yield raised.at_once(leads, Occasion.CLOSE_FILE, since, is_late=True)
    asked = [raised.to_holder(Occasion.CLOSE_FILE, last_on + after) for after in CLOSE_AFTER]
    standing = [one for one in asked if one.due_on <= raised.today]
    if standing:
        is_late = len(standing) == len(CLOSE_AFTER)
        yield replace(standing[-1], is_late=is_late)


def _of_review(review: ReviewFacts, facts: Facts, today: date) -> Iterator[Due]:
    """Yield a review to the reviewer from the day it is asked; overdue, to the second one too.

    On its due date it is an escalation; the second reviewer hears on the working day after.
    """
    reviewer_days = facts.days_of(review.reviewer_id)
    is_due = today >= review.due_on
    since = review.due_on if is_due else review.asked_on
    yield Due(
        due_on=since if is_due else reviewer_days.from_on(since),
        occasion=Occasion.REVIEW,
        about_id=review.id,
        person_id=review.reviewer_id,
        since=since,
        is_late=today > review.due_on,
        is_escalation=is_due,
    )
    second_on = facts.days_of(review.reviewer_id).from_on(review.due_on + DAY)
    if review.due_on not in reviewer_days:
        second_on = review.due_on
    if review.second_reviewer_id is not None and today >= second_on:
        yield Due(
            due_on=second_on,
            occasion=Occasion.REVIEW,
            about_id=review.id,
            person_id=review.second_reviewer_id,
            since=review.due_on,
            is_late=today > review.due_on,
            is_escalation=True,
        )


def _ask_after(follow_up: FollowUpFacts, facts: Facts, today: date) -> Due:
    return Due(
        due_on=facts.days_of(follow_up.owner_id).from_on(follow_up.due_on),
        occasion=Occasion.ASK_AFTER,
        about_id=follow_up.id,
        person_id=follow_up.owner_id,
        since=follow_up.due_on,
        is_late=today > follow_up.due_on + WEEK,
    )


def _check_entry(entry: EntryFacts, admin_id: UUID, facts: Facts, today: date) -> Due:
    """Return a check of the directory; a week later it is asked for again, as late."""
    days = facts.days_of(admin_id)
    again_on = days.from_on(entry.check_on + WEEK)
    is_late = today >= again_on
    return Due(
        due_on=again_on if is_late else days.from_on(entry.check_on),
        occasion=Occasion.CHECK_ENTRY,
        about_id=entry.id,
        person_id=admin_id,
        since=entry.check_on,
        is_late=is_late,
    )
