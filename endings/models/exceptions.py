"""What could not be as agreed, and somebody else's look at it (R23)."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.fields import short_text, uuid_key
from core.guard import READS, Guard, both, either, mine, of_ending, through
from core.history import tracked
from core.sealed import SealedTextField
from endings.models.departures import Departure
from endings.models.endings import Ending, OfAnEndingQuerySet
from endings.models.handovers import HandoverInvitation


@tracked
class EndingException(models.Model):
    """Which rule could not be kept, why, and what is done instead. It lets somebody think along."""

    append_only = True
    columns_to_change = ("taken_back_on",)

    class Rule(models.TextChoices):
        SHORT_NOTICE = "short_notice", _("Less time than agreed")
        NOT_IN_PERSON = "not_in_person", _("Not in person")
        NOT_TOLD = "not_told", _("Not told")
        FEWER_OPTIONS = "fewer_options", _("Fewer options than agreed")
        NO_LAST = "no_last", _("No last session")
        NO_HANDOVER = "no_handover", _("No meeting of three")

    guard = of_ending(READS)

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="exceptions")
    rule = models.CharField(max_length=14, choices=Rule)
    why = SealedTextField()
    instead = SealedTextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    recorded_at = models.DateTimeField()
    taken_back_on = models.DateField(null=True, blank=True)

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]

    def __str__(self) -> str:
        return f"Exception {self.pk}"


# A draft is invisible to everybody else, its exceptions included: they wait until the plan is sent.
OF_A_DRAFT = Q(ending__departure__state=Departure.State.DRAFT) | Q(
    ending__departure__state=Departure.State.WITHDRAWN, ending__departure__submitted_at=None
)


# Nothing is left to decide about a handover that did not come about.
FELL_THROUGH = Q(
    invitation__state__in=[
        HandoverInvitation.State.DECLINED,
        HandoverInvitation.State.CONFLICT,
        HandoverInvitation.State.WITHDRAWN,
    ]
)
WAITS = Q(decision="", taken_back_at=None) & ~FELL_THROUGH


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        """Who asked and who is asked; what belongs to a draft only to who drafts it."""
        asked = Q(reviewer=user) | Q(second_reviewer=user)
        return self.filter(Q(author=user) | (asked & ~OF_A_DRAFT))

    def editable_by(self, user: User) -> Self:
        """Who may decide: the reviewer, or the second one; nothing in a draft can be decided."""
        return self.filter(Q(reviewer=user) | Q(second_reviewer=user)).exclude(OF_A_DRAFT)

    def waiting(self) -> Self:
        return self.filter(WAITS)

    def most_pressing_first(self) -> Self:
        """Exceptions, safeguarding and short notice on top, then by due date."""
        return self.order_by("-is_pressing", "due_on", "asked_at")


@tracked
class Review(models.Model):
    """A decision by somebody else on a departure plan, an exception, a handover or a closure.

    Nothing is agreed by silence; only an involuntary exit waits for a yes (decision 18).
    """

    class Kind(models.TextChoices):
        DEPARTURE = "departure", _("Departure")
        EXCEPTION = "exception", _("Exception")
        HANDOVER = "handover", pgettext_lazy("review", "Handover")
        CLOSURE = "closure", _("Closing")
        EXIT = "exit", _("The practice ends the work")

    class Decision(models.TextChoices):
        AGREED = "agreed", pgettext_lazy("review", "Agreed")
        RETURNED = "returned", pgettext_lazy("review", "Returned with a comment")

    guard = Guard(
        read=either(
            mine("author_id"),
            mine("reviewer_id"),
            mine("second_reviewer_id"),
            through("ending_id", "endings"),
            through("departure_id", "departures"),
        ),
        insert=either(
            through("ending_id", "own_endings"),
            both(mine("author_id"), through("departure_id", "own_departures")),
        ),
        update=either(
            mine("author_id"),
            mine("reviewer_id"),
            mine("second_reviewer_id"),
            through("ending_id", "own_endings"),
        ),
        fixed=("author_id", "reviewer_id", "second_reviewer_id", "ending_id", "departure_id"),
        worker=READS,
    )

    id = uuid_key()
    kind = models.CharField(max_length=10, choices=Kind)
    departure = models.ForeignKey(
        Departure, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    ending = models.ForeignKey(
        Ending, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    exception = models.OneToOneField(
        EndingException, null=True, blank=True, on_delete=models.PROTECT, related_name="review"
    )
    invitation = models.ForeignKey(
        HandoverInvitation, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews_asked")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews_due")
    second_reviewer = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews_second"
    )
    alone_because = short_text(200)
    is_pressing = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    decision = models.CharField(max_length=8, choices=Decision, blank=True, default="")
    comment = SealedTextField()
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["reviewer", "decision", "due_on"])]
        constraints = [
            CheckConstraint(
                name="reviewer_is_somebody_else",
                condition=~Q(reviewer=F("author")) | ~Q(alone_because=""),
            ),
            CheckConstraint(
                name="second_reviewer_is_a_third_person",
                condition=Q(second_reviewer=None)
                | (~Q(second_reviewer=F("author")) & ~Q(second_reviewer=F("reviewer"))),
            ),
            CheckConstraint(
                name="a_decision_has_its_who_and_when",
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            CheckConstraint(
                name="a_review_is_about_one_thing",
                condition=Q(kind="departure", departure__isnull=False, ending=None)
                | (~Q(kind="departure") & Q(departure=None, ending__isnull=False)),
            ),
            CheckConstraint(
                name="only_a_handover_is_about_an_invitation",
                condition=Q(invitation=None) | Q(kind="handover"),
            ),
        ]

    def __str__(self) -> str:
        return f"Review {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer, as `waiting` says it."""
        asked = self.invitation
        stands = asked is None or asked.state in (asked.State.SENT, asked.State.ACCEPTED)
        return not self.decision and self.taken_back_at is None and stands


@tracked
class ReviewComment(models.Model):
    """A supervisor's word on one client of a plan."""

    append_only = True

    guard = Guard(
        read=through("ending_id", "endings"),
        insert="exists (select from endings_review r where r.id = review_id and"
        " (select sight.actor()) in (r.reviewer_id, r.second_reviewer_id))",
    )

    id = uuid_key()
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="review_comments")
    text = SealedTextField()

    objects = OfAnEndingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Comment {self.pk}"
