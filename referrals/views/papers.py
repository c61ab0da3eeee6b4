"""What the client sees: a bare page to look at together, and one page of paper to take home."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from caseload.models import Client
from caseload.operations.reading import log_read
from core.clock import now, today
from core.parts import Link
from referrals.models import OptionSet
from referrals.operations.offers import offers_of
from referrals.paper import FILE_NAMES, Sheet, Told, options_sheet
from referrals.views.rows import side_of

OWN_NAMES = {"en": "English", "pl": "Polski", "nl": "Nederlands", "it": "Italiano"}


def languages_of(client: Client) -> list[str]:
    """Return those of the client's languages that the product speaks, the first one first."""
    ours = {code for code, _name in settings.LANGUAGES}
    spoken = (code.split("-")[0] for code in client.languages)
    return [code for code in spoken if code in ours]


def language_for(request: AuthedRequest, client: Client) -> str:
    """Return the language asked for, else the client's own, else the practice's."""
    asked = request.GET.get("language", "")
    if asked in FILE_NAMES:
        return asked
    return next(iter(languages_of(client)), request.practice.language)


@require_safe
def show_options(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The page to turn round: no navigation, no code, in the client's language, in *you*."""
    seen = get_object_or_404(OptionSet.objects.visible_to(request.user).for_page(), pk=pk)
    log_read(client=seen.client, page="referrals:show_options", by=request.user, at=now())
    language = language_for(request, seen.client)
    standing = list(seen.options.standing().in_order())
    offers = offers_of(standing, on=today())
    with translation.override(language):
        context = {
            "option_set": seen,
            "language": language,
            "ways": [side_of(each, offers[each.pk], today()) for each in standing],
            "by": (seen.offered_by or seen.assignment.therapist).name,
            "on": seen.offered_on or today(),
            "switch": list(switch(language)),
        }
        return render(request, "referrals/show_options.html", context)


def switch(language: str) -> Iterator[Link]:
    """Yield a link for each language, under its own name."""
    for code, name in OWN_NAMES.items():
        yield Link(f"?language={code}", name, current=code == language)


@require_safe
def print_options(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The sheet, as a tagged PDF with a file name that tells nothing (R22)."""
    seen = get_object_or_404(OptionSet.objects.visible_to(request.user).for_page(), pk=pk)
    standing = list(seen.options.standing().in_order())
    if not standing:
        return redirect(seen)
    log_read(client=seen.client, page="referrals:print_options", by=request.user, at=now())
    language = language_for(request, seen.client)
    offers = offers_of(standing, on=today())
    sheet = Sheet(
        on=seen.offered_on or today(),
        options=[Told(offers[each.pk], str(each.why)) for each in standing],
        language=language,
        is_discreet=seen.is_discreet,
    )
    return pdf(options_sheet(sheet, request.practice), FILE_NAMES[language])


def pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
