"""How many days before or after a fact the practice reminds."""

from django.db import models
from django.db.models import CheckConstraint, F, Q

from core.fields import Revisioned
from core.guard import EVERYBODY, READS, Guard, holding
from core.history import tracked
from reminders.offsets import BOUNDS, NAMES, Offsets


class ReminderPolicyQuerySet(models.QuerySet["ReminderPolicy"]):
    def current(self) -> "ReminderPolicy":
        """Return what the practice has set, or what is usual where it has set nothing."""
        return self.first() or ReminderPolicy(pk=1)


def days(name: str) -> "models.PositiveSmallIntegerField[int, int]":
    """Return the column of one offset."""
    usual = getattr(Offsets(), name)
    return models.PositiveSmallIntegerField(default=usual, db_default=usual)


@tracked
class ReminderPolicy(Revisioned):
    """How many days before or after a fact the practice reminds (`reminders.offsets`); one row."""

    guard = Guard(read=EVERYBODY, write=holding("practice_admin"), worker=READS)

    id = models.SmallAutoField(primary_key=True)
    before_window = days("before_window")
    leads_after = days("leads_after")
    admin_after = days("admin_after")
    options_after = days("options_after")
    choice_after = days("choice_after")
    overdue_after = days("overdue_after")
    before_handover = days("before_handover")
    before_last = days("before_last")
    close_first = days("close_first")
    close_second = days("close_second")
    close_late = days("close_late")
    reach_first = days("reach_first")
    reach_second = days("reach_second")
    reach_third = days("reach_third")
    check_again = days("check_again")
    before_break_ends = days("before_break_ends")

    objects = ReminderPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(name="one_policy_of_reminders", condition=Q(id=1)),
            CheckConstraint(
                name="offsets_stay_within_their_bounds",
                condition=Q(
                    *(
                        (f"{name}__range", (bounds.fewest, bounds.most))
                        for name, bounds in BOUNDS.items()
                    )
                ),
            ),
            CheckConstraint(
                name="closing_is_asked_for_in_order",
                condition=Q(close_first__lt=F("close_second"), close_second__lt=F("close_late")),
            ),
            CheckConstraint(
                name="attempts_come_in_order",
                condition=Q(reach_first__lt=F("reach_second"), reach_second__lt=F("reach_third")),
            ),
        ]

    def __str__(self) -> str:
        return "Policy of reminders"

    @property
    def offsets(self) -> Offsets:
        return Offsets(**{name: getattr(self, name) for name in NAMES})
