"""Who may sign in, in which roles, and how they are invited."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import short_text, uuid_key
from core.guard import EVERYBODY, IMPORTS, NOBODY, Guard, both, either, holding
from core.history import tracked, tracked_but


class Role(models.TextChoices):
    """What a person does here; one person may hold several."""

    THERAPIST = "therapist", pgettext_lazy("role", "Therapist")
    SUPERVISOR = "supervisor", pgettext_lazy("role", "Supervisor")
    DIRECTORY_ADMIN = "directory_admin", pgettext_lazy("role", "Directory admin")
    PRACTICE_ADMIN = "practice_admin", pgettext_lazy("role", "Practice admin")
    FRONT_DESK = "front_desk", pgettext_lazy("role", "Front desk")
    RECORDS_KEEPER = "records_keeper", pgettext_lazy("role", "Records keeper")


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class UserQuerySet(models.QuerySet["User"]):
    def who_work_here(self) -> Self:
        """People whose account is open."""
        return self.filter(is_active=True, suspended_at=None)

    def in_role(self, role: Role) -> Self:
        return self.filter(roles_held__role=role)

    def by_name(self) -> Self:
        return self.order_by("sort_key", "name", "pk")


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(
        self, email: str | None = None, password: str | None = None, **facts: Any
    ) -> "User":
        """Make a person; without an e-mail they cannot sign in, only be named (import)."""
        user = User(email=self.normalize_email(email) if email else None, **facts)
        user.set_password(password)
        user.save()
        return user


@tracked_but("password", "last_login", "session_salt")
class User(AbstractBaseUser):
    """A person of the practice. There is no superuser: being staff opens nothing."""

    history_names = "person"

    id = uuid_key()
    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=160, blank=True, default="", editable=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    zone = short_text(64)
    theme = models.CharField(
        max_length=5,
        blank=True,
        default="",
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)
    digest_at = models.TimeField(default="07:00")
    # How reminders reach the person; what concerns a client being told comes both ways, whatever is chosen.
    wants_mail = models.BooleanField(default=True)
    wants_keys = models.BooleanField(default=True, db_default=True)  # WCAG 2.1.4: can be turned off
    wants_notices = models.BooleanField(default=True, db_default=True)
    languages_spoken = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    capacity = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    session_salt = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        indexes = [models.Index(fields=["sort_key"])]
        constraints = [
            CheckConstraint(
                name="everybody_is_reminded_some_way",
                condition=Q(wants_mail=True) | Q(wants_notices=True),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        from core.names import sort_key

        self.sort_key = sort_key(self.name)
        super().save(*args, **options)

    @property
    def roles(self) -> list[str]:
        """The roles held, in the order of `Role`; asked of the database once."""
        if not hasattr(self, "_roles"):
            self.know_roles(row.role for row in self.roles_held.all())
        return self._roles

    def know_roles(self, held: Iterable[str]) -> None:
        """Keep the roles that were read with something else."""
        known = set(held)
        self._roles = [role.value for role in Role if role.value in known]

    @property
    def tzinfo(self) -> ZoneInfo | None:
        """The person's own zone; None for the practice's, also where the name means nothing here."""
        try:
            return ZoneInfo(self.zone) if self.zone else None
        except (ZoneInfoNotFoundError, ValueError):
            return None

    def holds(self, role: Role) -> bool:
        return role.value in self.roles

    @property
    def may_come_in(self) -> bool:
        """Whether the account is open: neither suspended nor closed."""
        return self.is_active and self.suspended_at is None

    def get_session_auth_hash(self) -> str:
        """Suspending a person changes the salt, which ends every session at once."""
        from django.utils.crypto import salted_hmac

        said = f"{self.password}.{self.session_salt}"
        return salted_hmac("accounts.session", said, algorithm="sha256").hexdigest()


@tracked
class RoleHeld(models.Model):
    """One person in one role."""

    guard = Guard(
        read=EVERYBODY,
        write=holding("practice_admin"),
        insert=both(
            holding("practice_admin"),
            either("user_id <> (select sight.actor())", "(select sight.is_only_admin())"),
        ),
        update=NOBODY,
        worker=IMPORTS,
        because="asked before anybody acts: at the sign-in; nobody gives a role to themselves while another could",
    )

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles_held")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [UniqueConstraint(fields=["user", "role"], name="each_role_is_held_once")]

    def __str__(self) -> str:
        return self.role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, at: datetime) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


@tracked_but("code_digest")
class Invitation(models.Model):
    """A one-time link by which a person sets their password. Only the digest of its code is kept."""

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    code_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="an_invitation_is_accepted_or_withdrawn",
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"
