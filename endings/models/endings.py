"""One assignment comes to its end."""

import json
from datetime import date
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import (
    Case,
    CheckConstraint,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    UniqueConstraint,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Supervision, User
from caseload.models import Assignment, Cadence, Client, Episode, Participation, Session
from core.fields import Revisioned, uuid_key
from core.guard import READS, Guard, both, either, through
from core.history import tracked
from core.rows import said
from core.sealed import SealedTextField
from core.sight import opened_by
from endings.models.departures import Departure
from endings.workflow import Cause, Initiator, Playbook, Stage
from referrals.models import FollowUp, OptionSet

CLOSED_STAGES = [Stage.CLOSED, Stage.FOLLOWED_UP]


# Which planned day comes next, by what was reached.
NEXT_ON = Case(
    When(stage=Stage.TO_TELL, then=Coalesce("tell_plan_on", "last_on")),
    When(stage=Stage.TOLD, then=Coalesce("options_plan_on", "last_on")),
    When(stage=Stage.OPTIONS_OFFERED, then=Coalesce("choice_plan_on", "last_on")),
    When(stage=Stage.CHOSEN, then=Coalesce("handover_plan_on", "last_on")),
    default=F("last_on"),
)


class EndingQuerySet(models.QuerySet["Ending"]):
    def visible_to(self, user: User) -> Self:
        """Endings of work that `user` may see; those of a draft only to who drafts it."""
        drafted = Q(departure__state=Departure.State.DRAFT) & ~Q(departure__therapist=user)
        return self.filter(opened_by("assignments_of", "assignment_id", user)).exclude(drafted)

    def editable_by(self, user: User) -> Self:
        """Who does the work, stands in, or carries it on; a supervisor reads (R23)."""
        drafted = Q(departure__state=Departure.State.DRAFT) & ~Q(departure__therapist=user)
        return self.filter(opened_by("own_assignments_of", "assignment_id", user)).exclude(drafted)

    def standing(self) -> Self:
        return self.filter(withdrawn_on=None)

    def open(self) -> Self:
        return self.standing().exclude(stage__in=CLOSED_STAGES)

    def with_work(self) -> Self:
        """Bring what every page about an ending names: who, whose work, in which departure."""
        return self.select_related(
            "client",
            "assignment__therapist",
            "departure__therapist",
            "carried_by",
            "participation",
            "tell_session",
        )

    def for_page(self) -> Self:
        """Bring what stands once beside an ending, too; the lists of facts are read by `records_of`."""
        return self.with_work().select_related("closure__by", "consolidation__by")

    def for_reader(self, user: User, day: date) -> Self:
        """Bring what the page says to `user` on `day`: whether they record in it, and who else sees it.

        `may_act`, `sees_departure`, `held` (sessions), `rhythm_said`, `leads_said`, `beside_said`.
        """
        departures = Departure.objects.visible_to(user).filter(pk=OuterRef("departure"))
        held = Session.objects.attended().filter(assignment=OuterRef("assignment")).order_by()
        rhythm = Cadence.objects.on(day).filter(assignment=OuterRef("assignment"))
        leads = Supervision.objects.leading_on(day).filter(
            supervisee=OuterRef("assignment__therapist")
        )
        beside = Assignment.objects.visible_to(user).on(day).filter(episode=OuterRef("episode"))
        return self.annotate(
            may_act=opened_by("own_assignments_of", "assignment_id", user),
            sees_departure=Exists(departures),
            held=Coalesce(Subquery(held.values("assignment").values(n=Count("pk"))), 0),
            rhythm_said=said(rhythm),
            leads_said=said(leads, supervisor=("name",)),
            beside_said=said(beside, therapist=("name",)),
        )

    def for_standing(self) -> Self:
        """Bring what says where an ending stands, and no more: lists have many (desk.standing)."""
        return self.only(
            "assignment_id",
            "client_id",
            "playbook",
            "stage",
            "window_opens_on",
            "window_closes_on",
            "tell_plan_on",
            "told_on",
            "told_live",
            "options_on",
            "options_plan_on",
            "handed_over_on",
            "last_held_on",
            "last_on",
        )

    def of_client(self, client: Client) -> Self:
        """Endings of a client's work: a couple and a family end together, in a group each has their own."""
        taking_part = Participation.objects.filter(client=client, episode=OuterRef("episode"))
        return self.filter(Q(client=client) | (Q(participation=None) & Exists(taking_part)))

    def of_part(self, work: Assignment, client: Client) -> "Ending | None":
        """Return the open ending of this work; of a part in a group only that client's."""
        mine = Q(participation=None) | Q(client=client)
        return self.open().filter(mine, assignment=work).first()

    def closed(self) -> Self:
        return self.standing().filter(stage__in=CLOSED_STAGES)

    def for_list(self) -> Self:
        """Bring what a list shows, the next planned act first: `next_on`, and `has_no_last`. One query."""
        no_last = Q(exceptions__rule="no_last", exceptions__taken_back_on=None)
        return (
            self.select_related("client", "assignment__therapist", "departure")
            .annotate(
                next_on=NEXT_ON,
                has_no_last=Exists(Ending.objects.filter(no_last, pk=OuterRef("pk"))),
            )
            .order_by(F("next_on").asc(nulls_last=True), "client__sort_key", "pk")
        )

    def asked_after_by(self, follow_up: FollowUp) -> Self:
        """The ending that a follow-up asks after; in a group, the part of that client."""
        same = Q(client=follow_up.client_id) | Q(participation=None)
        ours = self.standing().filter(same, assignment=follow_up.assignment_id)
        return ours.order_by("-opened_on")

    def awaiting_telling(self) -> Self:
        return self.standing().filter(stage=Stage.TO_TELL)


@tracked
class Ending(Revisioned):
    """The end of one assignment (or of one client's part in a group), from plan to follow-up.

    The planned dates stand here as the plan last put them; facts stand in rows of their own, and the
    dates that later steps ask for (`told_on`, `options_on`, …) are copied when a fact is recorded.
    """

    guard = Guard(
        read=through("id", "known_endings"),
        insert=both(through("assignment_id", "own_assignments"), through("client_id", "clients")),
        update=either(through("id", "own_endings"), through("assignment_id", "followed_up")),
        fixed=("assignment_id", "client_id", "episode_id"),
        worker=READS,
        because="a receiver reads how far it is, without a name; who asks after moves the stage",
    )

    id = uuid_key()
    departure = models.ForeignKey(
        Departure, null=True, blank=True, on_delete=models.PROTECT, related_name="endings"
    )
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="endings")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="endings")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="endings")
    participation = models.ForeignKey(
        Participation, null=True, blank=True, on_delete=models.PROTECT, related_name="endings"
    )
    playbook = models.CharField(max_length=20, choices=Playbook, default=Playbook.DEPARTURE)
    stage = models.CharField(max_length=16, choices=Stage, default=Stage.TO_TELL)
    initiator = models.CharField(max_length=10, choices=Initiator, default=Initiator.THERAPIST)
    is_planned = models.BooleanField(default=True)
    cause = models.CharField(max_length=20, choices=Cause, blank=True, default="")
    carried_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="carries"
    )
    opened_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    # --- the plan ---------------------------------------------------------------------------------
    decided = SealedTextField(
        help_text="The plan’s decision as JSON; it holds a person’s own words."
    )
    problems = models.JSONField(default=list, blank=True)
    tell_session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tell_plan_on = models.DateField(null=True, blank=True)
    options_plan_on = models.DateField(null=True, blank=True)
    choice_plan_on = models.DateField(null=True, blank=True)
    handover_plan_on = models.DateField(null=True, blank=True)
    last_session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_on = models.DateField(null=True, blank=True)
    window_opens_on = models.DateField(null=True, blank=True)
    window_closes_on = models.DateField(null=True, blank=True)
    meetings_of_notice = models.PositiveSmallIntegerField(default=0)
    receiver_wished = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    # --- what has happened --------------------------------------------------------------------------
    told_on = models.DateField(null=True, blank=True)
    told_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_live = models.BooleanField(default=True)
    has_not_told_exception = models.BooleanField(default=False)
    option_set = models.OneToOneField(
        OptionSet, null=True, blank=True, on_delete=models.PROTECT, related_name="ending"
    )
    options_on = models.DateField(null=True, blank=True)
    chosen_on = models.DateField(null=True, blank=True)
    handed_over_on = models.DateField(null=True, blank=True)
    last_held_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = EndingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["departure", "stage"]),
            models.Index(fields=["carried_by", "stage"]),
            models.Index(fields=["client"]),
        ]
        constraints = [
            CheckConstraint(
                name="ending_goes_nowhere_before_telling",
                condition=Q(stage=Stage.TO_TELL)
                | Q(told_on__isnull=False)
                | Q(has_not_told_exception=True)
                | ~Q(playbook__in=["departure", "sudden", "involuntary"]),
            ),
            CheckConstraint(
                name="who_and_when_go_together",
                condition=Q(told_on__isnull=True, told_by__isnull=True)
                | Q(told_on__isnull=False, told_by__isnull=False),
            ),
            UniqueConstraint(
                name="one_open_ending_at_a_time",
                fields=["assignment", "participation"],
                condition=Q(withdrawn_on=None) & ~Q(stage__in=["closed", "followed_up"]),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"Ending {self.pk}"

    @property
    def decision(self) -> dict[str, Any]:
        """What a person has decided in the plan, as `planner.decision_from_json` reads it."""
        return json.loads(self.decided) if self.decided else {}

    @decision.setter
    def decision(self, decided: dict[str, Any]) -> None:
        self.decided = json.dumps(decided, ensure_ascii=False) if decided else ""

    def get_absolute_url(self) -> str:
        return reverse("endings:ending", args=[self.pk])

    def named_person(self, on: date) -> User | None:
        """Who answers for this client on `on` (R25): the therapist, then who carries it."""
        ends_on = self.assignment.ends_on
        if ends_on is not None and on > ends_on and self.carried_by is not None:
            return self.carried_by
        return self.assignment.therapist


Row = TypeVar("Row", bound=models.Model)


class OfAnEndingQuerySet(models.QuerySet[Row]):
    """Facts of an ending are seen and written by whoever sees and works on the ending."""

    def visible_to(self, user: User) -> Self:
        return self.filter(ending__in=Ending.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        return self.filter(ending__in=Ending.objects.editable_by(user))

    def current(self) -> Self:
        """Rows that no later row corrects."""
        return self.filter(corrected_by=None)
