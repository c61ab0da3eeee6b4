"""What the rules ask of an ending or a review today; each name is a column in the set-based form, too.

Pure: a row of facts, everything else that is known, and a date (`operations.standing_sql` says the same).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from reminders.facts import EndingFacts, Facts, ReviewFacts

DAY = timedelta(days=1)


@dataclass(frozen=True)
class EndingToday:
    """An open ending on a day. What is not said here is the fact of that name."""

    row: EndingFacts
    facts: Facts
    today: date

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    # --- who -----------------------------------------------------------------------------------------
    @cached_property
    def holder_id(self) -> UUID:
        """Who answers for the client today, or stands in for them."""
        return self.facts.answering(self.row.holder_on(self.today))

    @property
    def leads_id(self) -> UUID | None:
        """Who leads the work of the holder; nobody where they lead it themselves."""
        leads = self.row.supervisor_id
        leads = self.facts.answering(leads) if leads else None
        return None if leads == self.holder_id else leads

    @property
    def receiver_id(self) -> UUID | None:
        return None if self.row.receiver_id == self.holder_id else self.row.receiver_id

    # --- while the client has not been told ------------------------------------------------------------
    @property
    def is_untold(self) -> bool:
        return not (self.row.has_ended or self.row.knows)

    @property
    def has_window(self) -> bool:
        return self.row.window_opens_on is not None and self.row.window_closes_on is not None

    @property
    def missed_on(self) -> date | None:
        return self.row.missed_by(self.today)

    @property
    def is_missed(self) -> bool:
        return self.is_untold and self.missed_on is not None

    @property
    def holds(self) -> bool:
        """Whether *not today, because…*, a look at risk or an embargo says not yet."""
        until = self.row.not_today_until
        return until is not None and self.today < until

    @property
    def is_past(self) -> bool:
        """Whether the window has closed without a word why."""
        closes_on = self.row.window_closes_on
        return (
            self.is_untold
            and self.has_window
            and closes_on is not None
            and self.today > closes_on
            and not self.row.short_exception
        )

    @property
    def is_in_time(self) -> bool:
        return self.is_untold and self.has_window and not self.is_past and not self.holds

    @property
    def chance_on(self) -> date | None:
        return self.row.last_chance_on or self.row.window_closes_on

    @cached_property
    def chance_due_on(self) -> date | None:
        """The holder's working day before the last meeting for full notice: after it, it is too late."""
        if not self.is_in_time or self.chance_on is None:
            return None
        return self.facts.days_of(self.holder_id).before(self.chance_on)

    @property
    def has_a_chance(self) -> bool:
        closes_on = self.row.window_closes_on
        return self.is_in_time and closes_on is not None and self.today <= closes_on

    @property
    def is_last_chance(self) -> bool:
        due_on = self.chance_due_on
        return self.has_a_chance and due_on is not None and due_on <= self.today

    @property
    def starts_on(self) -> date | None:
        opens_on, plan_on = self.row.window_opens_on, self.row.tell_plan_on
        return min(opens_on, plan_on or opens_on) if opens_on else None

    @property
    def is_quietly_in_time(self) -> bool:
        return self.is_in_time and not self.is_last_chance and self.missed_on is None

    @property
    def is_to_plan(self) -> bool:
        """No window is known yet: somebody has to plan."""
        return self.is_untold and not self.has_window and self.missed_on is None

    @property
    def is_to_tell(self) -> bool:
        return (
            self.is_quietly_in_time and self.starts_on is not None and self.today >= self.starts_on
        )

    @property
    def is_to_choose(self) -> bool:
        return self.is_quietly_in_time and not self.is_to_tell and self.row.tell_plan_on is None

    # --- short notice ----------------------------------------------------------------------------------
    @property
    def is_short(self) -> bool:
        told_short = self.row.told_on is not None and self.row.is_told_short
        return self.is_past or (
            told_short and not self.row.short_exception and not self.row.has_ended
        )

    @property
    def short_on(self) -> date | None:
        """The first day on which notice is short."""
        closes_on = self.row.window_closes_on
        return closes_on + DAY if self.is_past and closes_on else self.row.told_on

    @property
    def late_since_on(self) -> date | None:
        """The same, unless somebody has said why it is not yet the day: then nobody is late."""
        return None if self.holds else self.short_on

    @property
    def leads_hears_on(self) -> date | None:
        """The practice's working day after the last day for it."""
        if not self.is_short or self.short_on is None:
            return None
        return self.facts.house.after(self.short_on - DAY, self.facts.offsets.leads_after)

    @property
    def is_unanswered(self) -> bool:
        return self.is_past and not self.holds

    @property
    def admin_hears_on(self) -> date | None:
        """A further working day after who leads the work has heard of it."""
        heard_on = self.leads_hears_on
        after = self.facts.offsets.admin_after
        return self.facts.house.after(heard_on, after) if heard_on else None

    # --- between the telling and the goodbye -------------------------------------------------------------
    @property
    def is_to_return_to(self) -> bool:
        told_on, opens_on = self.row.told_on, self.row.window_opens_on
        is_early = told_on is not None and opens_on is not None and told_on < opens_on
        return is_early and self.row.returned_on is None and not self.row.has_ended

    @property
    def is_to_offer(self) -> bool:
        told = self.row.told_on is not None and not self.row.has_ended
        return told and self.row.options_on is None

    @property
    def is_to_hear(self) -> bool:
        offered = self.row.knows and self.row.options_on is not None
        return offered and self.row.chosen_on is None and not self.row.has_ended

    @property
    def is_to_hand_over(self) -> bool:
        chosen = self.row.knows and self.row.chosen_on is not None and not self.row.has_ended
        return chosen and self.row.hands_over and self.row.handed_over_on is None

    @property
    def is_to_book(self) -> bool:
        return self.is_to_hand_over and self.row.handover_on is None

    @property
    def is_to_prepare(self) -> bool:
        return self.is_to_hand_over and self.row.handover_on is not None

    @property
    def is_to_come(self) -> bool:
        return not self.row.has_ended

    @property
    def is_untried(self) -> bool:
        return self.row.tries == 0 and not self.row.has_ended

    @property
    def is_tried_once(self) -> bool:
        return self.row.tries == 1 and not self.row.has_ended

    @property
    def is_tried_twice(self) -> bool:
        return self.row.tries == 2 and not self.row.has_ended

    @property
    def ended_on(self) -> date | None:
        return self.row.last_held_on or self.row.last_on


@dataclass(frozen=True)
class ReviewToday:
    """A review that nobody has decided yet, on a day."""

    row: ReviewFacts
    facts: Facts

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def second_id(self) -> UUID | None:
        return self.row.second_reviewer_id

    @property
    def reviewer_is_away(self) -> bool:
        """Whether somebody answers in the reviewer's place today; here, that is the second one."""
        return self.facts.answering(self.row.reviewer_id) != self.row.reviewer_id

    @property
    def second_hears_on(self) -> date:
        """The reviewer's working day after the due date; that date itself where they do not work on it."""
        days = self.facts.days_of(self.row.reviewer_id)
        due_on = self.row.due_on
        return days.from_on(due_on + DAY) if due_on in days else due_on
