"""From a held place to one room with three people in it (R5, R14)."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Exists, Func, OuterRef, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models import Place
from core.fields import Revisioned, uuid_key
from core.guard import READS, Guard, either, mine, through
from core.history import tracked
from core.sealed import SealedTextField
from endings.models.endings import Ending, OfAnEndingQuerySet, Row

PLACE_IS_MINE = (
    "exists (select from caseload_place p where p.id = place_id"
    " and p.therapist_id = (select sight.actor()))"
)


class ReceivedQuerySet(OfAnEndingQuerySet[Row]):
    """Facts of a handover that its receiver has a road of their own to."""

    receiver = "receiver"

    def received_by(self, user: User) -> Self:
        """Rows that are about `user` as the receiver; pages ask first what stands open to them (R5)."""
        return self.filter(**{self.receiver: user})


class ConsentQuerySet(ReceivedQuerySet["Consent"]):
    pass


class HeldPlaceQuerySet(ReceivedQuerySet["HeldPlace"]):
    receiver = "place__therapist"

    def standing(self) -> Self:
        """Places that are needed still: until the client chooses something else, or is handed over."""
        chosen = "ending__option_set__choices"
        is_chosen = Q(
            **{f"{chosen}__replaced_by": None, f"{chosen}__options__place": models.F("place")}
        )
        is_asked = Q(
            ending__invitations__state__in=["sent", "accepted"],
            ending__invitations__receiver=models.F("place__therapist"),
        )
        needed = Q(ending__chosen_on=None) | is_chosen | is_asked
        open_endings = Ending.objects.open().filter(handed_over_on=None)
        return self.filter(needed, released_on=None, ending__in=open_endings).distinct()


@tracked
class HeldPlace(models.Model):
    """Before the choice only a place is held; nobody is told for whom."""

    guard = Guard(
        read=either(through("ending_id", "endings"), PLACE_IS_MINE),
        insert=through("ending_id", "own_endings"),
        update=either(through("ending_id", "own_endings"), PLACE_IS_MINE),
        delete=through("ending_id", "own_endings"),
        fixed=("ending_id", "place_id"),
        sight_moves=("released_on",),
        because="whose place it is sees that it is held, not for whom",
    )

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.CASCADE, related_name="held_places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="held")
    held_on = models.DateField()
    released_on = models.DateField(null=True, blank=True)

    objects = HeldPlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["place"], condition=Q(released_on=None), name="a_place_is_held_once"
            )
        ]

    def __str__(self) -> str:
        return f"Held place {self.pk}"


class HandoverInvitationQuerySet(ReceivedQuerySet["HandoverInvitation"]):
    """What colleagues have asked somebody; the pages for these show a one-off code, no name."""

    def standing(self) -> Self:
        return self.exclude(state__in=["declined", "withdrawn"])

    def with_name(self) -> Self:
        """Bring `client_called` and `client_names`: what its receiver may read of whom it is about (R5).

        Nothing before the telling and the yes; asked of the database, because the file is not open yet.
        """
        called: Func = Func("pk", function="sight.called_in", output_field=models.TextField())
        names: Func = Func(
            "pk", function="sight.names_in", output_field=ArrayField(models.TextField())
        )
        return self.annotate(client_called=called, client_names=names)

    def open_to(self, user: User, day: date) -> Self:
        """Handovers whose file stands open to their receiver on `day` (R5).

        The client was told, the colleague has said yes and *no conflict*, and the client has agreed to at
        least one part, from that day at the latest; whatever is missing leaves the door shut.
        """
        agreed = Consent.objects.filter(
            ending=OuterRef("ending"), receiver=user, corrected_by=None, opens_on__lte=day
        ).exclude(sections=[])
        return self.received_by(user).filter(
            Exists(agreed),
            state=HandoverInvitation.State.ACCEPTED,
            no_conflict_on__lte=day,
            ending__told_on__lte=day,
            ending__withdrawn_on=None,
        )


@tracked
class HandoverInvitation(models.Model):
    """A colleague is asked: a one-off code, the needs, the times, the effect on their load."""

    class State(models.TextChoices):
        SENT = "sent", pgettext_lazy("invitation", "Asked")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "Has room")
        DECLINED = "declined", pgettext_lazy("invitation", "Not now")
        CONFLICT = "conflict", pgettext_lazy("invitation", "Knows the client")
        WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Withdrawn")

    guard = Guard(
        read=either(through("ending_id", "endings"), mine("receiver_id")),
        insert=through("ending_id", "own_endings"),
        update=either(through("ending_id", "own_endings"), mine("receiver_id")),
        fixed=("ending_id", "receiver_id"),
        worker=READS,
    )

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="invitations")
    receiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handovers_asked")
    code = models.CharField(max_length=12, unique=True, editable=False)
    needs = SealedTextField()
    times = SealedTextField()
    load_points = models.DecimalField(max_digits=4, decimal_places=1, default=1)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = SealedTextField()
    name_opened_at = models.DateTimeField(null=True, blank=True)
    no_conflict_on = models.DateField(null=True, blank=True)

    objects = HandoverInvitationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["receiver", "state"])]
        constraints = [
            UniqueConstraint(
                fields=["ending"],
                condition=Q(state__in=["sent", "accepted"]),
                name="one_colleague_is_asked_at_a_time",
            ),
            CheckConstraint(
                name="an_answer_says_when",
                condition=Q(state__in=["sent", "withdrawn"]) | Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Handover invitation {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("endings:invitation", args=[self.pk])

    def is_named_on(self, day: date) -> bool:
        """Whether the receiver may read the name, and nothing else: told, and accepted (decision 19)."""
        ending = self.ending
        told = ending.told_on is not None and ending.told_on <= day
        return told and self.state == self.State.ACCEPTED and ending.withdrawn_on is None


class Section(models.TextChoices):
    """What of the file may be handed over; each is consented to apart (peers.md 5)."""

    IDENTITY = "identity", _("Name, languages and how to reach the client")
    REASON = "reason", _("Why they came, and how this ending was told")
    COURSE = "course", _("The course of the work")
    GOALS = "goals", _("Goals and gains")
    RISK = "risk", _("Risk, safety plan, safeguarding")
    SUPPORT = "support", _("Social context and supports")
    HELPS = "helps", _("What helps and what does not")
    WISHES = "wishes", _("The client’s wishes and concerns")
    PRACTICAL = "practical", _("Open practical matters")


@tracked
class Consent(models.Model):
    """The client's consent to hand over, by sections, from a date; a later row corrects it."""

    append_only = True

    guard = Guard(
        read=either(through("ending_id", "endings"), mine("receiver_id")),
        insert=through("ending_id", "own_endings"),
        because="opens the file to the receiver: recorded by who works with the client",
    )

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="consents")
    receiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sections = ArrayField(
        models.CharField(max_length=12, choices=Section), default=list, blank=True
    )
    given_on = models.DateField()
    opens_on = models.DateField()
    note = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = ConsentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Consent {self.pk}"


class HandoverSummaryQuerySet(OfAnEndingQuerySet["HandoverSummary"]):
    def open_to(self, user: User, day: date) -> Self:
        """Final summaries of handovers whose file stands open to `user` on `day` (R5)."""
        opened = HandoverInvitation.objects.open_to(user, day)
        return self.filter(state=HandoverSummary.State.FINAL, ending__in=opened.values("ending"))


@tracked
class HandoverSummary(Revisioned):
    """What is handed over, in the minimum the client agreed to. Versioned; the client reads it first."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("sum.draft", "Draft")
        REVIEWED = "reviewed", pgettext_lazy("sum.reviewed", "Looked at together")
        FINAL = "final", pgettext_lazy("sum.final", "Final")
        AMENDED = "amended", pgettext_lazy("sum.amended", "Amended")

    guard = Guard(
        read=either(through("ending_id", "endings"), through("id", "open_summaries")),
        write=through("ending_id", "own_endings"),
    )

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="summaries")
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    client_read_on = models.DateField(null=True, blank=True)
    not_read_because = SealedTextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverSummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            UniqueConstraint(fields=["ending", "version"], name="each_version_once"),
        ]

    def __str__(self) -> str:
        return f"Summary {self.pk}"


@tracked
class SummarySection(models.Model):
    """One part of a summary."""

    guard = Guard(
        read=through("id", "summary_sections"),
        write="exists (select from endings_handoversummary s where s.id = summary_id and"
        f" s.{through('ending_id', 'own_endings')})",
        because="a receiver reads the sections that were agreed to, from their day",
    )

    id = uuid_key()
    summary = models.ForeignKey(HandoverSummary, on_delete=models.CASCADE, related_name="sections")
    section = models.CharField(max_length=12, choices=Section)
    text = SealedTextField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["summary", "section"], name="each_section_once"),
        ]

    def __str__(self) -> str:
        return f"Section {self.pk}"
