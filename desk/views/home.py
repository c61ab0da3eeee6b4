"""Where one lands, and what does not fit at the thumb."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from desk.navigation import home_of


@require_safe
def home(request: AuthedRequest) -> HttpResponse:
    """Go to the home of the person's first role."""
    return redirect(home_of(request.user.roles))


@require_safe
def more(request: AuthedRequest) -> HttpResponse:
    """Every place of the navigation as a page, for the phone."""
    return render(request, "desk/more.html")
