"""Browsers that are signed in, and attempts that failed."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from core.fields import short_text, uuid_key
from core.sealed import SealedTextField


class DeviceQuerySet(models.QuerySet["Device"]):
    def of(self, user: User) -> Self:
        """Return where `user` is signed in, the latest first."""
        return self.filter(user=user).order_by("-signed_in_at", "pk")


class Device(models.Model):
    """A browser in which a person is signed in. The row goes with the session."""

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)
    browser = short_text(40)
    system = short_text(40)
    address = models.GenericIPAddressField(null=True, blank=True)
    signed_in_at = models.DateTimeField()

    objects = DeviceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Device {self.pk}"


class FactorSecret(models.Model):
    """What an authenticator app and this practice share, or what recovery codes are made from: sealed.

    allauth keeps the key of this row in place of the secret (accounts/sign_in/second_factor.py).
    """

    id = uuid_key()
    text = SealedTextField()

    def __str__(self) -> str:
        return f"Secret {self.pk}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def since(self, at: datetime, span: timedelta) -> Self:
        return self.filter(at__gt=at - span)


class Attempt(models.Model):
    """A password, code or reset that did not lead in: counted here, because here all processes count together.

    `whom` is a keyed digest: what strangers type into the sign-in is not kept.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", _("Password")
        CODE = "code", _("Code")
        RESET = "reset", _("Forgotten password")
        GLASS = "glass", _("Emergency access")

    kind = models.CharField(max_length=8, choices=Kind)
    whom = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "whom", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"Attempt {self.pk}"
