"""What a client is offered, and what they choose (R3)."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models import Assignment, Client, Episode, Place
from caseload.models.episodes import OfAnAssignmentQuerySet
from core.fields import Revisioned, uuid_key
from core.guard import READS, Guard, of_work, through
from core.history import tracked
from core.sealed import SealedTextField
from referrals.models.details import exactly_one
from referrals.models.directory import Service, ServiceAtLocation


class OptionSetQuerySet(OfAnAssignmentQuerySet["OptionSet"]):
    def still_open(self) -> Self:
        return self.filter(closed_on=None)

    def for_page(self) -> Self:
        """What every page of one client's options needs."""
        return self.select_related("client", "assignment__therapist", "offered_by")


@tracked
class OptionSet(Revisioned):
    """The options of one client in one piece of work.

    *Offered and not wanted* (`declined_on`) is complete: nobody assumes that options are wanted.
    """

    guard = of_work()

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="option_sets")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="option_sets")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="option_sets")
    opened_on = models.DateField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_on = models.DateField(null=True, blank=True)
    offered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fewer_because = SealedTextField()
    declined_on = models.DateField(null=True, blank=True)
    declined_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_discreet = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)

    objects = OptionSetQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["client", "assignment"],
                condition=Q(closed_on=None),
                name="one_open_option_set_at_a_time",
            ),
            CheckConstraint(
                name="offering_says_who_and_when",
                condition=Q(offered_on=None, offered_by=None)
                | Q(offered_on__isnull=False, offered_by__isnull=False),
            ),
            CheckConstraint(
                name="not_wanted_says_who_and_when",
                condition=Q(declined_on=None, declined_by=None)
                | Q(declined_on__isnull=False, declined_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Option set {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("referrals:option_set", args=[self.pk])

    @property
    def current_choice(self) -> "Choice | None":
        """The answer that stands, if there is one."""
        return self.choices.current().first()


class ReferralOptionQuerySet(OfAnAssignmentQuerySet["ReferralOption"]):
    def standing(self) -> Self:
        """Options that were not removed."""
        return self.filter(removed_at=None)

    def in_order(self) -> Self:
        return self.order_by("position", "added_at", "pk")


@tracked
class ReferralOption(models.Model):
    """A service or a colleague's place, and why it is right for this person.

    `snapshot` is what was offered, as it stood on `offered_on`; the directory moves on without it.
    """

    guard = of_work(READS)

    id = uuid_key()
    option_set = models.ForeignKey(OptionSet, on_delete=models.PROTECT, related_name="options")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="options"
    )
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.PROTECT, related_name="options"
    )
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="options"
    )
    why = SealedTextField()
    position = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_on = models.DateField(null=True, blank=True)
    snapshot = models.JSONField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ReferralOptionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["option_set", "position"])]
        constraints = [
            CheckConstraint(
                name="an_option_is_a_service_or_a_place",
                condition=exactly_one("service", "place"),
            ),
            CheckConstraint(
                name="only_a_service_is_at_a_location",
                condition=Q(at_location=None) | Q(service__isnull=False),
            ),
            CheckConstraint(
                name="what_was_offered_is_kept",
                condition=Q(offered_on=None, snapshot=None)
                | Q(offered_on__isnull=False, snapshot__isnull=False),
            ),
            CheckConstraint(
                name="removing_says_who_and_when",
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
            UniqueConstraint(
                fields=["option_set", "service", "at_location", "place"],
                condition=Q(removed_at=None),
                name="each_option_is_offered_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"Option {self.pk}"


class ChoiceQuerySet(OfAnAssignmentQuerySet["Choice"]):
    def current(self) -> Self:
        """Choices that no later one replaces: one per option set at most."""
        return self.filter(replaced_by=None)


@tracked
class Choice(models.Model):
    """What the client chose, in their words. A correction or a new choice is a row of its own."""

    append_only = True

    class Kind(models.TextChoices):
        ONE = "one", pgettext_lazy("choice", "One of these")
        SEVERAL = "several", pgettext_lazy("choice", "More than one")
        NONE = "none", pgettext_lazy("choice", "None of these")
        OWN = "own", pgettext_lazy("choice", "Something of my own")
        WAIT = "wait", pgettext_lazy("choice", "Wait")
        STAYS = "stays", pgettext_lazy("choice", "Stays with the therapist who leaves")

    guard = of_work(READS)

    id = uuid_key()
    option_set = models.ForeignKey(OptionSet, on_delete=models.PROTECT, related_name="choices")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    words = SealedTextField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    changed_mind = models.BooleanField(default=False)
    has_declared_interest = models.BooleanField(default=False)
    options: "models.ManyToManyField[ReferralOption, ChoiceOption]" = models.ManyToManyField(
        ReferralOption, through="ChoiceOption", related_name="choices"
    )

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["option_set"],
                condition=Q(corrects=None),
                name="one_choice_unless_it_corrects_another",
            ),
            CheckConstraint(
                name="staying_declares_the_interest",
                condition=~Q(kind="stays") | Q(has_declared_interest=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Choice {self.pk}"


class ChoiceOption(models.Model):
    """One option that was chosen."""

    append_only = True

    guard = Guard(
        read="exists (select from referrals_choice c where c.id = choice_id)",
        insert="exists (select from referrals_choice c where c.id = choice_id and"
        f" c.{through('assignment_id', 'own_assignments')})",
        worker=READS,
    )

    id = uuid_key()
    choice = models.ForeignKey(Choice, on_delete=models.PROTECT, related_name="chosen")
    option = models.ForeignKey(ReferralOption, on_delete=models.PROTECT, related_name="chosen_in")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["choice", "option"], name="an_option_is_chosen_once")
        ]

    def __str__(self) -> str:
        return f"Chosen option {self.pk}"
