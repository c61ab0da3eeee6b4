"""How pages answer: a form taken, refused (422), or overtaken by somebody else (409)."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core.dates import listed, on_day, whole_date
from core.errors import RuleBroken
from core.parts import Difference, Link
from core.sealed import NotOpened, Sealed, seal, unseal

LONGEST_NUMBER = 18  # digits of a bigint


def sent_to(request: HttpRequest) -> Any:
    """Return what was sent, or nothing where the page is only shown."""
    return request.POST if request.method == "POST" else None


def number_of(said: str) -> int | None:
    """Return a whole number that was sent; nothing where it is none, or none that a column could hold.

    `isdigit` alone takes `²`, which `int` refuses, and numbers so long that reading them takes seconds.
    """
    return int(said) if said.isdecimal() and len(said) <= LONGEST_NUMBER else None


def words_of(said: str) -> str:
    """Return words to look for as PostgreSQL takes them: short, and without the NUL that it refuses."""
    return said.replace("\0", "").strip()[:80]


def keep_words(request: HttpRequest, name: str, words: str) -> None:
    """Keep what somebody looks for in their session, sealed: it is a client's name, and stands in no address."""
    request.session[name] = (
        b64encode(seal(words, place_of(request, name))).decode() if words else ""
    )


def kept_words(request: HttpRequest, name: str) -> str:
    """Return what was looked for last; nothing where that cannot be read any more."""
    try:
        sealed = Sealed(b64decode(request.session.get(name, "")))
        return unseal(sealed, place_of(request, name)) if sealed else ""
    except (NotOpened, ValueError):
        return ""


def place_of(request: HttpRequest, name: str) -> bytes:
    return f"session.{name}.{request.user.pk}".encode()


def revision_of(request: HttpRequest) -> int | None:
    """Return which revision the page had read."""
    return number_of(request.POST.get("revision", ""))


def taken(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Do `act` with a form that is right; a refusal becomes a sentence on top of it."""
    if not form.is_valid():
        return False
    try:
        act()
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Render a page with a form: 422 where something in it needs another look."""
    shown = context.get("forms") or [context["form"]]
    status = 422 if any(form.errors for form in shown if form is not None) else 200
    return render(request, template, context, status=status)


def overtaken(
    request: HttpRequest, form: forms.BaseForm, row: Any, *, cancel_url: str
) -> HttpResponse:
    """Answer 409 with both texts; the form below keeps what was typed and names the new revision."""
    row.refresh_from_db()
    context = {
        "form": form,
        "object": row,
        "differences": list(differences(form, row)),
        "cancel_url": cancel_url,
    }
    return render(request, "409.html", context, status=409)


def differences(form: forms.BaseForm, row: Any) -> Iterable[Difference]:
    for name, mine in form.cleaned_data.items():
        theirs = getattr(row, name, mine)
        if theirs != mine:
            names = dict(getattr(form.fields[name], "choices", ()))
            label = str(form[name].label)
            yield Difference(label, in_words(theirs, names), in_words(mine, names))


def in_words(value: Any, names: Mapping[Any, Any]) -> str:
    """Return a value of a form as a page says it; `names` are those of its choices."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return listed([names.get(one, one) for one in value]) if value else ""
    if value in names:
        return str(names[value])
    return whole_date(on_day(value)) if hasattr(value, "year") else str(value)


def back_to(request: HttpRequest, otherwise: Any) -> HttpResponseRedirect:
    """Go where the form said one came from (`next`), if that is a page of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return HttpResponseRedirect(wanted)
    return redirect(otherwise)


UNDO = "undo"


def offer_undo(request: HttpRequest, url: str, before: Mapping[str, Any]) -> None:
    """Let the next page offer to put back what stood before: it sends `before` to `url` once more.

    For what holds no client: what is kept for a moment in the session is not sealed.
    """
    fields = [(name, text) for name, value in before.items() for text in as_sent(value)]
    request.session[UNDO] = {"url": url, "fields": fields}


def as_sent(value: Any) -> list[str]:
    """Return a value as a browser sends it: a list many times, an empty or false one not at all."""
    if value is None or value is False:
        return []
    if value is True:
        return ["on"]
    if isinstance(value, list | tuple | set):
        return [text for one in value for text in as_sent(one)]
    if isinstance(value, Model):
        return [str(value.pk)]
    return [value.isoformat() if isinstance(value, date | time) else str(value)]


@dataclass(frozen=True)
class Listed:
    """What the address of a list asks for: words to find, and those in use or those that have ended."""

    words: str
    ended: bool
    views: list[Link]

    @classmethod
    def of(cls, request: HttpRequest, here: str, *, ended: Any) -> "Listed":
        """Read the address; `ended` is what the second view is called, “Closed sites”."""
        is_ended = request.GET.get("show") == "ended"
        views = [
            Link(here, _("In use"), current=not is_ended),
            Link(f"{here}?show=ended", ended, current=is_ended),
        ]
        return cls(words_of(request.GET.get("q", "")), is_ended, views)
