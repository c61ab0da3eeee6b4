"""The one box: sent, never asked by an address, because what is looked for is most often a client's name (R22).

A form's words reach no log of a web server, no history of a browser and no title. They are kept, sealed, in the
session of whoever looks, so that the page they were sent to can be opened again on the way back.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from core.http import keep_words, kept_words, words_of
from desk.finding import KINDS, find

AT_ONCE = 5  # of a kind, below the box
ON_THE_PAGE = 10
OF_ONE_KIND = 50
WORDS = "search_words"


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: AuthedRequest) -> HttpResponse:
    """Find clients one may see, people, pages and services; as a part of a page for who types in the box."""
    if request.method == "POST":
        words = words_of(request.POST.get("q", ""))
        if request.htmx:
            return show_at_once(request, words)
        keep_words(request, WORDS, words)
        return redirect(f"{reverse('desk:search')}?found=1")
    words = kept_words(request, WORDS) if "found" in request.GET else ""
    only = request.GET.get("in", "")
    only = only if only in KINDS else ""
    how_many = OF_ONE_KIND if only else ON_THE_PAGE
    groups = find(words, by=request.user, how_many=how_many, only=only)
    context = {
        "words": words,
        "groups": groups,
        "only": only,
        "count": sum(group.count for group in groups),
    }
    return render(request, "desk/search.html", context)


def show_at_once(request: AuthedRequest, words: str) -> HttpResponse:
    groups = find(words, by=request.user, how_many=AT_ONCE)
    context = {"words": words, "groups": groups, "count": sum(group.count for group in groups)}
    return render(request, "desk/_found.html", context)
