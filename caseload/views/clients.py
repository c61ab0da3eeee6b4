"""Pages of the file: details, ways to reach, who is involved, who knows whom."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest
from caseload.forms.clients import ChannelForm, DetailsForm, InvolvedForm, LinkForm
from caseload.models import Client, ClientLink, ContactChannel, InvolvedPerson
from caseload.models.log import readings_of
from caseload.operations import clients as operations
from caseload.operations.clients import Channel, Details, Involved
from caseload.views.answers import overtaken, revision_of, sent_to, show, taken
from caseload.views.reading import shows
from core.clock import today
from core.errors import ChangedMeanwhile, RuleBroken
from core.http import number_of

READINGS = 50
MOST_PAGES = 10_000
DETAILS = tuple(Details.__dataclass_fields__)


def own_client(request: AuthedRequest, pk: UUID) -> Client:
    client = get_object_or_404(Client.objects.editable_by(request.user), pk=pk)
    shows(request, client)
    return client


@require_http_methods(["GET", "POST"])
def change_client(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Change what is known of a client; two who write at once both see what the other wrote."""
    client = own_client(request, pk)
    initial = {name: getattr(client, name) for name in DETAILS}
    form = DetailsForm(sent_to(request), today=today(), initial=initial)
    if form.is_valid():
        details = Details(**form.cleaned_data)
        try:
            operations.change_client(
                client=client, details=details, by=request.user, revision=revision_of(request)
            )
        except ChangedMeanwhile:
            return overtaken(request, form, client, cancel_url=client.get_absolute_url())
        messages.success(request, _("Saved."))
        return redirect(client)
    return show(request, "caseload/change_client.html", form=form, client=client, object=client)


@require_http_methods(["GET", "POST"])
def add_channel(request: AuthedRequest, pk: UUID) -> HttpResponse:
    client = own_client(request, pk)
    form = ChannelForm(sent_to(request), today=today(), initial={"kind": "phone"})
    if form.is_valid():
        channel = Channel(**form.cleaned_data)
        operations.add_channel(client=client, channel=channel, by=request.user)
        messages.success(request, _("Saved."))
        return redirect(client)
    return show(request, "caseload/channel.html", form=form, client=client, channel=None)


@require_http_methods(["GET", "POST"])
def change_channel(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Change one way to reach a client; *remove* stands at the foot of the page."""
    channel = get_object_or_404(
        ContactChannel.objects.editable_by(request.user).select_related("client"), pk=pk
    )
    shows(request, channel.client)
    initial = {name: getattr(channel, name) for name in Channel.__dataclass_fields__}
    form = ChannelForm(sent_to(request), today=today(), initial=initial)
    if form.is_valid():
        operations.change_channel(channel=channel, to=Channel(**form.cleaned_data), by=request.user)
        messages.success(request, _("Saved."))
        return redirect(channel.client)
    return show(request, "caseload/channel.html", form=form, client=channel.client, channel=channel)


@require_http_methods(["GET", "POST"])
def remove_channel(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask, then remove."""
    channel = get_object_or_404(
        ContactChannel.objects.editable_by(request.user).select_related("client"), pk=pk
    )
    shows(request, channel.client)
    if request.method == "POST":
        operations.remove_channel(channel=channel, by=request.user)
        messages.success(request, _("Removed."))
        return redirect(channel.client)
    context = {
        "what": f"{channel.get_kind_display()}: {channel.value}",
        "confirm_label": _("Remove it"),
        "cancel_url": reverse("caseload:change_channel", args=[pk]),
    }
    return render(request, "caseload/remove.html", context)


@require_http_methods(["GET", "POST"])
def add_involved_person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    client = own_client(request, pk)
    form = InvolvedForm(sent_to(request), today=today(), initial={"told": InvolvedPerson.Told.MAY})
    if form.is_valid():
        involved = Involved(**form.cleaned_data)
        operations.add_involved_person(client=client, involved=involved, by=request.user)
        messages.success(request, _("Saved."))
        return redirect(client)
    return show(request, "caseload/involved_person.html", form=form, client=client, person=None)


@require_http_methods(["GET", "POST"])
def change_involved_person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Change what is known of somebody involved; *remove* stands at the foot of the page."""
    person = get_object_or_404(
        InvolvedPerson.objects.editable_by(request.user).select_related("client"), pk=pk
    )
    shows(request, person.client)
    initial = {name: getattr(person, name) for name in Involved.__dataclass_fields__}
    form = InvolvedForm(sent_to(request), today=today(), initial=initial)
    if form.is_valid():
        to = Involved(**form.cleaned_data)
        operations.change_involved_person(person=person, to=to, by=request.user)
        messages.success(request, _("Saved."))
        return redirect(person.client)
    return show(
        request, "caseload/involved_person.html", form=form, client=person.client, person=person
    )


@require_http_methods(["GET", "POST"])
def remove_involved_person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask, then remove; who has a part in an ending stays."""
    person = get_object_or_404(
        InvolvedPerson.objects.editable_by(request.user).select_related("client"), pk=pk
    )
    shows(request, person.client)
    if request.method == "POST":
        try:
            operations.remove_involved_person(person=person, by=request.user)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Removed."))
        return redirect(person.client)
    context = {
        "what": f"{person.name}, {person.get_kind_display()}",
        "confirm_label": _("Remove it"),
        "cancel_url": reverse("caseload:change_involved_person", args=[pk]),
    }
    return render(request, "caseload/remove.html", context)


@require_http_methods(["GET", "POST"])
def link_clients(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Two who know each other hear of a departure on the same day (R26)."""
    client = own_client(request, pk)
    others = Client.objects.known_by(request.user).exclude(pk=pk).by_name()
    form = LinkForm(sent_to(request), others=others)

    def link() -> None:
        operations.link_clients(client=client, by=request.user, **form.cleaned_data)

    if taken(form, link):
        messages.success(request, _("Saved."))
        return redirect(client)
    return show(request, "caseload/link_clients.html", form=form, client=client)


@require_POST
def unlink_clients(request: AuthedRequest, pk: UUID, link: UUID) -> HttpResponse:
    """Take a link back, from the page of either of the two."""
    client = own_client(request, pk)
    row = get_object_or_404(ClientLink.objects.editable_by(request.user), pk=link)
    operations.unlink_clients(link=row, by=request.user)
    messages.success(request, _("Removed."))
    return redirect(client)


@require_safe
def who_has_read(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Who opened this file, the newest first; for those who work on it and who lead them."""
    clinical = Client.objects.visible_to(request.user).clinical_to(request.user)
    client = get_object_or_404(clinical, pk=pk)
    shows(request, client)
    asked = request.GET.get("page", "")
    page = min(max(number_of(asked) or 1, 1), MOST_PAGES)
    readings = readings_of(client.pk, how_many=READINGS + 1, after=(page - 1) * READINGS)
    context = {
        "client": client,
        "readings": readings[:READINGS],
        "newer": page - 1,
        "older": page + 1 if len(readings) > READINGS else 0,
    }
    return render(request, "caseload/who_has_read.html", context)
