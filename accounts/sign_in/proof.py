"""What a session has proved: with what somebody signed in, and how long ago.

allauth writes a record into the session for each proof (a password, a code, a passkey, another provider's
word), bound to the person; what stands here reads them. Nothing is asked of the database but whether the
person has a second factor, and that only where a fresh proof is wanted.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, overload

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import now

SECOND_FACTOR = "mfa"
ELSEWHERE = "socialaccount"
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

View = Callable[..., HttpResponse]


def has_factor(person: User) -> bool:
    """Say whether `person` has set up an app or a passkey; recovery codes alone are none."""
    return bool(is_mfa_enabled(person, FACTORS))


def strong_methods() -> set[str]:
    """Return which proofs are worth two factors: our own second one, and another provider's, if it is trusted so far."""
    return {SECOND_FACTOR, ELSEWHERE} if settings.OIDC_PROVES_TWO_FACTORS else {SECOND_FACTOR}


def has_proved_two(request: HttpRequest) -> bool:
    """Say whether this session has more behind it than a password."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] in strong_methods() for record in records)


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the person was proved within FRESH_PROOF_MINUTES, with the strongest thing they have.

    Who has a second factor proves it with that one: a password alone may have been read over a shoulder.
    """
    if not isinstance(request.user, User):
        return False
    after = now().timestamp() - settings.FRESH_PROOF_MINUTES * 60
    records = get_authentication_records(request, request.user)
    recent = {record["method"] for record in records if record["at"] > after}
    return bool(recent & strong_methods() if has_factor(request.user) else recent)


def where_to_prove(request: HttpRequest, come_back: str) -> str:
    """Return the address at which the person proves again who they are, and comes back from."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    where = methods[0]["url"] if methods else reverse("account_reauthenticate")
    return f"{where}?{urlencode({'next': come_back})}"


@overload
def fresh_proof_required(view: View) -> View: ...
@overload
def fresh_proof_required(*, back: str) -> Callable[[View], View]: ...
def fresh_proof_required(view: View | None = None, *, back: str = "") -> Any:
    """Ask again who is there before what is grave, unless it was proved a few minutes ago.

    For functions, `@fresh_proof_required`, and for classes by `method_decorator(…, name="dispatch")`. It is
    asked before a page is shown, so that nothing typed is lost. What is sent too late is not kept anywhere:
    one comes back to `back`, a URL name with the view's own arguments (without it: the same address, which
    then has to answer GET), and is told that nothing was changed.
    """
    if view is None:
        return partial(guarded_by_proof, back=back)
    return guarded_by_proof(view, back=back)


def guarded_by_proof(view: View, back: str) -> View:

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        page = request.get_full_path()
        if request.method not in ("GET", "HEAD"):
            messages.info(request, _("Nothing was changed yet: please do it once more."))
            page = reverse(back, args=args, kwargs=kwargs) if back else page
        where = where_to_prove(request, page)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": where})
        return redirect(where)

    return guarded
