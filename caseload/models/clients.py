"""The people the practice works with, and how they may be reached."""

from typing import Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Func, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import Revisioned, short_text, uuid_key
from core.guard import IMPORTS, Guard, both, either, of_client, through
from core.history import tracked
from core.names import sort_key
from core.sealed import SealedTextField
from core.sight import opened_by


class NextCode(Func):
    """Reference codes are made by the database, never typed: a typed one could ask who exists."""

    template = "('C-' || nextval('caseload_client_code'))"
    output_field = models.CharField()


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> Self:
        """Clients whose identity `user` may know today."""
        return self.filter(opened_by("clients_of", "pk", user))

    def editable_by(self, user: User) -> Self:
        """Clients in whose work `user` acts today."""
        return self.filter(opened_by("own_clients_of", "pk", user))

    def clinical_to(self, user: User) -> Self:
        """Clients in whose work `user` has clinical sight today."""
        return self.filter(opened_by("clinical_clients_of", "pk", user))

    def known_by(self, user: User) -> Self:
        """Clients of whom `user` knows by more than an emergency, which opens a file to read alone."""
        return self.filter(opened_by("kept_clients_of", "pk", user))

    def takeable_by(self, user: User) -> Self:
        """Clients with whom `user` may begin work: to know of somebody is not enough (ADR 0011)."""
        return self.filter(opened_by("takeable_clients_of", "pk", user))

    def with_rights_of(self, user: User) -> Self:
        """Annotate `may_begin`: whether `user` may begin work with them today."""
        return self.annotate(may_begin=opened_by("takeable_clients_of", "pk", user))

    def by_name(self) -> Self:
        return self.order_by("sort_key", "code")


@tracked
class Client(Revisioned):
    """A person who comes, or came. That somebody is a client here is itself confidential."""

    history_names = "client"

    guard = Guard(
        read=either(through("id", "clients"), through("joined_to_id", "clients")),
        insert=through("id", "clients"),
        update=through("id", "own_clients"),
        worker=IMPORTS,
        fixed=("joined_to_id",),
        sight_moves=("on_legal_hold", "joined_to_id", "kept_until"),
        because="taken in by who has begun the work: assignment and participation stand first",
    )

    id = uuid_key()
    code = models.CharField(max_length=12, unique=True, editable=False, db_default=NextCode())
    name = models.CharField(max_length=160)
    known_as = short_text(80)
    sort_by = short_text(160)
    sort_key = models.CharField(max_length=160, blank=True, default="", editable=False)
    pronouns = short_text(40)
    born_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    safe_to_contact = SealedTextField()
    safe_address = SealedTextField()
    what_makes_it_easier = SealedTextField()
    registered_on = models.DateField()
    kept_until = models.DateField(null=True, blank=True)
    on_legal_hold = models.BooleanField(default=False)
    # A second file of the same person, found later: its rows moved there (caseload/record/joining.py).
    joined_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="joined",
    )

    objects = ClientQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["sort_key"])]

    def __str__(self) -> str:
        return f"Client {self.pk}"

    def save(self, *args: Any, **options: Any) -> None:
        self.sort_key = sort_key(self.sort_by or self.name)
        super().save(*args, **options)

    def get_absolute_url(self) -> str:
        return reverse("desk:client", args=[self.pk])

    @property
    def called(self) -> str:
        """The name a page says first."""
        return self.known_as or self.name


Row = TypeVar("Row", bound=models.Model)


class OfAClientQuerySet(models.QuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        return self.filter(opened_by("clients_of", "client_id", user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_clients_of", "client_id", user))


@tracked
class ContactChannel(models.Model):
    """One way to reach a client, and whether they agreed to it."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")

    guard = Guard(
        read=through("client_id", "clients"),
        write=either(through("client_id", "own_clients"), through("client_id", "waited_for")),
        worker=IMPORTS,
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=200)
    consented_on = models.DateField(null=True, blank=True)
    note = short_text(200)

    objects = OfAClientQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Channel {self.pk}"


class ClientLinkQuerySet(models.QuerySet["ClientLink"]):
    def visible_to(self, user: User) -> Self:
        """Links of which both ends may be known."""
        ends = [opened_by("clients_of", end, user) for end in ("client_id", "other_id")]
        return self.filter(*ends)

    def editable_by(self, user: User) -> Self:
        ends = [opened_by("own_clients_of", end, user) for end in ("client_id", "other_id")]
        return self.visible_to(user).filter(Q(ends[0]) | Q(ends[1]))


@tracked
class ClientLink(models.Model):
    """Two clients who know each other: they hear of a departure on the same day (R26)."""

    guard = Guard(
        read=both(through("client_id", "clients"), through("other_id", "clients")),
        write=both(
            either(through("client_id", "own_clients"), through("other_id", "own_clients")),
            through("client_id", "kept_clients"),
            through("other_id", "kept_clients"),
        ),
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="links_back")
    how = short_text(80)

    objects = ClientLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["client", "other"], name="two_clients_are_linked_once"),
            CheckConstraint(name="nobody_is_linked_to_themselves", condition=~Q(client=F("other"))),
        ]

    def __str__(self) -> str:
        return f"Link {self.pk}"


@tracked
class InvolvedPerson(models.Model):
    """Somebody beside the client who must, may or must never be told."""

    class Kind(models.TextChoices):
        GUARDIAN = "guardian", _("Guardian")
        PARTNER = "partner", _("Partner")
        REFERRER = "referrer", _("Referrer")
        COURT = "court", _("Court or probation")
        FUNDER = "funder", _("Funder")
        PRESCRIBER = "prescriber", _("Prescriber")
        SCHOOL = "school", _("School")
        INTERPRETER = "interpreter", _("Interpreter")

    class Told(models.TextChoices):
        MUST = "must", _("Must be told")
        MAY = "may", _("May be told")
        NEVER = "never", _("Must never be told")

    guard = of_client()

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="involved")
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=Kind)
    authority = short_text(200)
    consent_to_share_on = models.DateField(null=True, blank=True)
    told = models.CharField(max_length=5, choices=Told, default=Told.MAY)
    told_by_when = models.DateField(null=True, blank=True)
    to_tell = SealedTextField()
    never_tell = SealedTextField()

    objects = OfAClientQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Involved person {self.pk}"
