"""A device is remembered when somebody signs in, by whatever way, and forgotten when they sign out; secrets
go with what they belonged to."""

from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete
from django.http import HttpRequest

from accounts.models import User
from accounts.operations.devices import forget_device, remember_device
from accounts.sign_in.second_factor import forget_secrets
from core.clock import now


def remember(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    if request.session.session_key is None:
        request.session.create()
    remember_device(
        person=user,
        session_key=str(request.session.session_key),
        said=request.META.get("HTTP_USER_AGENT", ""),
        address=address_of(request),
        at=now(),
    )


def address_of(request: HttpRequest) -> str | None:
    """Return where the request comes from, past the proxies that are trusted."""
    return get_client_ip(request) if "REMOTE_ADDR" in request.META else None


def forget(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    forget_device(session_key=str(request.session.session_key))


def connect() -> None:
    """Called once, when every app is there."""
    post_delete.connect(forget_secrets, sender=Authenticator, dispatch_uid="secrets.forget")
    user_logged_in.connect(remember, dispatch_uid="devices.remember")
    user_logged_out.connect(forget, dispatch_uid="devices.forget")
