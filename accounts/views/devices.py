"""Where one is signed in, and signing out elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from accounts.models import Device
from accounts.operations import devices as operations
from core.clock import now


@require_safe
def devices(request: AuthedRequest) -> HttpResponse:
    """One's own devices, this one first."""
    living = list(operations.living_devices(request.user, now()))
    here = request.session.session_key
    living.sort(key=lambda device: device.session_key != here)
    return render(request, "sign_in/devices.html", {"devices": living, "here": here})


@require_POST
def sign_out_device(request: AuthedRequest, pk: UUID) -> HttpResponse:
    device = get_object_or_404(Device.objects.of(request.user), pk=pk)
    if device.session_key == request.session.session_key:
        return redirect("account_logout")
    operations.end_sessions(person=request.user, devices=[device])
    messages.success(request, _("Signed out there."))
    return redirect("sign_in:devices")


@require_POST
def sign_out_others(request: AuthedRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    others = Device.objects.of(request.user).exclude(session_key=request.session.session_key)
    operations.end_sessions(person=request.user, devices=list(others))
    messages.success(request, _("Signed out everywhere else."))
    return redirect("sign_in:devices")
