"""What a page with a long form says of what was typed and not sent (decision 26), and how long one stays.

    {% unsent form %}        above the <form>: what was typed and not sent is back; throw it away
    {% keeps_draft form %}   inside the <form>, above its bar: keeps what is typed
    {% typed name %}         what stands in a hand-written box: what was sent, or typed and not sent

`form` may be a list of forms; without one, the page says by writing the tag that its form is long.
`layouts/form.html` writes both tags for every form, and `core.rendering.keeps_draft` says which are long.
"""

from typing import Any

from django import forms, template
from django.http import HttpRequest  # noqa: TID251 -- a page says who looks at it
from django.template.context import Context
from django.urls import reverse

from accounts.drafts import FIELD, code_of, place_of
from accounts.presence import WARNED_BEFORE, time_left
from core import unsent as unsent_words
from core.clock import now
from core.rendering import keeps_draft as is_long

register = template.Library()
SAID_BY_THE_PAGE = object()


def any_is_long(shown: Any) -> bool:
    """Say whether what a page shows holds a long form."""
    if shown is SAID_BY_THE_PAGE:
        return True
    if isinstance(shown, forms.BaseForm):
        return is_long(shown)
    return any(any_is_long(one) for one in shown or () if not isinstance(one, str))


def code_for(request: Any) -> str:
    """Return the place of this page for the one who looks at it."""
    return code_of(place_of(request.resolver_match), request.user)


def request_for(context: Context, shown: Any) -> HttpRequest | None:
    """Return the request of somebody who may keep drafts on this page, or None."""
    request: HttpRequest | None = context.get("request")
    if request is None or request.resolver_match is None or not request.user.is_authenticated:
        return None
    return request if any_is_long(shown) else None


@register.inclusion_tag("accounts/_unsent.html", takes_context=True)
def unsent(context: Context, shown: Any = SAID_BY_THE_PAGE) -> dict[str, Any]:
    """Say that what was typed before is back; nothing where a form was just sent."""
    request = request_for(context, shown)
    typed = unsent_words.typed() if request is not None and request.method == "GET" else None
    if request is None or typed is None:
        return {}
    return {"typed": typed, "code": code_for(request), "here": request.get_full_path()}


@register.inclusion_tag("accounts/_keeps_draft.html", takes_context=True)
def keeps_draft(context: Context, shown: Any = SAID_BY_THE_PAGE) -> dict[str, Any]:
    """Keep what is typed into this form."""
    request = request_for(context, shown)
    if request is None:
        return {}
    return {"field": FIELD, "code": code_for(request)}


@register.simple_tag(takes_context=True)
def typed(context: Context, name: str) -> str:
    """Return what stands in the box `name` that no form draws."""
    request: HttpRequest = context["request"]
    if request.method == "POST":
        return request.POST.get(name, "")
    before = unsent_words.typed()
    said: str = before.values.get(name, "") if before else ""
    return said


@register.inclusion_tag("accounts/_presence.html", takes_context=True)
def presence(context: Context) -> dict[str, Any]:
    """Warn before one is signed out; nothing for somebody who is not signed in."""
    request: HttpRequest | None = context.get("request")
    practice = getattr(request, "practice", None)
    if request is None or practice is None or not request.user.is_authenticated:
        return {}
    left = time_left(request.session, practice, now())
    return {
        "left": left,
        "who": request.user.pk,
        "language": request.user.language,
        "warned_before": int(WARNED_BEFORE.total_seconds()),
        "practice": practice,
        "ask_url": reverse("accounts:seconds_left"),
        "stay_url": reverse("accounts:stay_signed_in"),
    }
