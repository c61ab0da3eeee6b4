"""Where a person is signed in, and ending it."""

import re
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from accounts.models import Device, User
from accounts.models.sign_in import DeviceQuerySet

# The first that fits, because each browser also claims to be those below it.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox|FxiOS": "Firefox",
    "Chrom(e|ium)|CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def first_that_fits(names: dict[str, str], said: str) -> str:
    return next((name for pattern, name in names.items() if re.search(pattern, said)), "")


@transaction.atomic
def remember_device(
    *, person: User, session_key: str, said: str, address: str | None, at: datetime
) -> Device:
    """Keep that `person` is signed in by this session. Of what the browser `said` only its two names stay."""
    keep_only_living(person, at)
    device, _made = Device.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": person,
            "browser": first_that_fits(BROWSERS, said),
            "system": first_that_fits(SYSTEMS, said),
            "address": address,
            "signed_in_at": at,
        },
    )
    return device


def living_devices(person: User, at: datetime) -> DeviceQuerySet:
    """Return the devices of `person` whose session has not run out."""
    living = Session.objects.filter(expire_date__gt=at).values("session_key")
    return Device.objects.of(person).filter(session_key__in=living)


def keep_only_living(person: User, at: datetime) -> None:
    """Forget devices whose session has run out."""
    living = living_devices(person, at).order_by().values("pk")
    Device.objects.filter(user=person).exclude(pk__in=living).delete()


@transaction.atomic
def forget_device(*, session_key: str) -> None:
    """Somebody has signed out."""
    Device.objects.filter(session_key=session_key).delete()


@transaction.atomic
def end_sessions(*, person: User, devices: list[Device]) -> None:
    """Sign `person` out of these devices; what is open there is closed at its next step."""
    keys = [device.session_key for device in devices if device.user_id == person.pk]
    Session.objects.filter(session_key__in=keys).delete()
    Device.objects.filter(session_key__in=keys).delete()


@transaction.atomic
def end_every_session(person: User) -> None:
    """Sign `person` out everywhere at once, known devices or not: each session carries the salt."""
    User.objects.filter(pk=person.pk).update(session_salt=F("session_salt") + 1)
    Device.objects.filter(user=person).delete()
    person.refresh_from_db(fields=["session_salt"])
