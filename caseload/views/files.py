"""Files: how long they are kept, what holds them, who gets a copy, and what was disposed of."""

from base64 import b64decode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import DisposalCertificate, Role, User
from accounts.sign_in.proof import fresh_proof_required
from caseload.forms.files import CopyForm, FindFileForm, ReasonForm
from caseload.models import Client, FileRequest, LegalHold
from caseload.models.roads import File, file_of, file_with_code, files_due
from caseload.operations import file_requests, holds
from caseload.operations.reading import log_read
from caseload.views.answers import sent_to, show, taken
from core.clock import now, today
from core.errors import RuleBroken
from core.http import back_to, number_of
from core.tasks import send_after_commit

TASK = "caseload.tasks.carry_out_file_request"
ON_A_PAGE = 50
keepers_and_supervisors = require_role(Role.RECORDS_KEEPER, Role.SUPERVISOR)


def file_or_404(request: AuthedRequest, pk: UUID) -> File:
    """Return a file that is open to whoever asks, and write that they opened it."""
    found = file_of(pk)
    if found is None:
        raise Http404
    note_read(request, found.id)
    return found


def note_read(request: AuthedRequest, client: UUID) -> None:
    """Write who opened which page about a client."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    log_read(client=Client(pk=client), page=page, by=request.user, at=now())


def request_or_404(request: AuthedRequest, pk: UUID) -> FileRequest:
    rows = FileRequest.objects.visible_to(request.user)
    people = rows.select_related("asked_by", "agreed_by", "declined_by", "job")
    return get_object_or_404(people, pk=pk)


@require_http_methods(["GET", "POST"])
@keepers_and_supervisors
def files(request: AuthedRequest) -> HttpResponse:
    """Find a file by its code; what waits for a second yes, what is ready, whose time is over."""
    form = FindFileForm(sent_to(request))
    found: list[UUID] = []

    def find() -> None:
        pk = file_with_code(form.cleaned_data["code"])
        if pk is None:
            raise RuleBroken(_("There is no such file, or it is not open to you."))
        found.append(pk)

    if taken(form, find):
        return redirect("caseload:file", pk=found[0])
    rows = FileRequest.objects.visible_to(request.user).select_related("asked_by")
    under_way = list(rows.under_way().newest_first())
    page = page_of(request)
    due = files_due(how_many=ON_A_PAGE + 1, after=(page - 1) * ON_A_PAGE)
    return show(
        request,
        "caseload/files/files.html",
        form=form,
        to_answer=[row for row in under_way if file_requests.may_agree(row, request.user)],
        others=[row for row in under_way if not file_requests.may_agree(row, request.user)],
        due=due[:ON_A_PAGE],
        newer=page - 1,
        older=page + 1 if len(due) > ON_A_PAGE else 0,
    )


def page_of(request: AuthedRequest) -> int:
    asked = number_of(request.GET.get("page", ""))
    return asked if asked and asked < 10_000 else 1


@require_safe
@keepers_and_supervisors
def file(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One file: whose, until when it is kept, what holds it, what was asked for."""
    shown = file_or_404(request, pk)
    context = {
        "file": shown,
        "holds": LegalHold.objects.visible_to(request.user)
        .filter(client_id=pk)
        .select_related("set_by", "lifted_by"),
        "requests": FileRequest.objects.visible_to(request.user)
        .filter(Q(client_id=pk) | Q(other_id=pk))
        .select_related("asked_by")
        .newest_first(),
        "is_due": shown.is_due(today()),
        "is_keeper": request.user.holds(Role.RECORDS_KEEPER),
    }
    return render(request, "caseload/files/file.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.RECORDS_KEEPER)
@fresh_proof_required
def ask_for_copy(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = file_or_404(request, pk)
    form = CopyForm(sent_to(request))
    asked: list[FileRequest] = []

    def ask() -> None:
        asked.append(
            file_requests.ask_for_copy(file=shown, by=request.user, at=now(), **form.cleaned_data)
        )

    if taken(form, ask):
        return redirect(asked[0])
    return show(request, "caseload/files/ask_for_copy.html", form=form, file=shown)


@require_http_methods(["GET", "POST"])
@require_role(Role.RECORDS_KEEPER)
@fresh_proof_required
def ask_for_disposal(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask that a file whose time is over be wiped; nothing happens before somebody else agrees."""
    shown = file_or_404(request, pk)
    if request.method == "POST":
        try:
            asked = file_requests.ask_for_disposal(
                file=shown, by=request.user, on=today(), at=now()
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("caseload:file", pk=pk)
        return redirect(asked)
    context = {
        "file": shown,
        "confirm_label": _("Ask for disposal"),
        "cancel_url": reverse("caseload:file", args=[pk]),
    }
    return render(request, "caseload/files/ask_for_disposal.html", context)


@require_http_methods(["GET", "POST"])
@keepers_and_supervisors
@fresh_proof_required
def set_hold(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = file_or_404(request, pk)
    form = ReasonForm(sent_to(request), label=_("Why must it be kept?"))

    def hold() -> None:
        holds.set_hold(file=shown, reason=form.cleaned_data["reason"], by=request.user, at=now())

    if taken(form, hold):
        messages.success(request, _("The file is on legal hold."))
        return redirect("caseload:file", pk=pk)
    return show(request, "caseload/files/set_hold.html", form=form, file=shown)


@require_http_methods(["GET", "POST"])
@keepers_and_supervisors
@fresh_proof_required
def lift_hold(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = file_or_404(request, pk)
    form = ReasonForm(sent_to(request), label=_("Why may it go?"))

    def lift() -> None:
        holds.lift_holds(file=shown, why=form.cleaned_data["reason"], by=request.user, at=now())

    if taken(form, lift):
        messages.success(request, _("The hold is lifted."))
        return redirect("caseload:file", pk=pk)
    return show(request, "caseload/files/lift_hold.html", form=form, file=shown)


@require_safe
@keepers_and_supervisors
def file_request(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What was asked for, who has answered, how far the worker is. The code alone; no name."""
    shown = request_or_404(request, pk)
    is_moving = shown.state == FileRequest.State.AGREED
    if not request.htmx:
        note_read(request, shown.client_id)
    if request.htmx and not is_moving:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "request_": shown,
        "is_moving": is_moving,
        "may_agree": file_requests.may_agree(shown, request.user),
        "is_mine": shown.asked_by_id == request.user.pk,
        "is_keeper": request.user.holds(Role.RECORDS_KEEPER),
        "file_url": reverse("caseload:file", args=[shown.client_id])
        if file_of(shown.client_id)
        else "",
    }
    partial = "_progress.html" if request.htmx else "request.html"
    return render(request, f"caseload/files/{partial}", context)


@require_POST
@keepers_and_supervisors
@fresh_proof_required(back="caseload:file_request")
def agree_to_request(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = request_or_404(request, pk)
    try:
        job = file_requests.agree(request=shown, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        if job is not None:
            send_after_commit(TASK, job.pk)
    return redirect(shown)


@require_http_methods(["GET", "POST"])
@require_role(Role.RECORDS_KEEPER)
@fresh_proof_required
def ask_to_join(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask that a second file of the same person goes into this one; nothing happens before somebody else agrees."""
    shown = file_or_404(request, pk)
    form = FindFileForm(sent_to(request))
    asked: list[FileRequest] = []

    def ask() -> None:
        code = form.cleaned_data["code"]
        asked.append(file_requests.ask_to_join(file=shown, code=code, by=request.user, at=now()))

    if taken(form, ask):
        return redirect(asked[0])
    return show(request, "caseload/files/ask_to_join.html", form=form, file=shown)


@require_POST
@require_role(Role.RECORDS_KEEPER)
@fresh_proof_required(back="caseload:file_request")
def take_apart(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Undo a joining."""
    shown = request_or_404(request, pk)
    try:
        file_requests.take_apart(request=shown, by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Two files again. What was written since stays with the first.")
        )
    return redirect(shown)


@require_POST
@keepers_and_supervisors
def decline_request(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = request_or_404(request, pk)
    try:
        file_requests.decline(request=shown, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    return back_to(request, shown)


@require_POST
@require_role(Role.RECORDS_KEEPER)
def stop_request(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = request_or_404(request, pk)
    file_requests.stop(request=shown, at=now())
    return redirect(shown)


@require_POST
@require_role(Role.RECORDS_KEEPER)
@fresh_proof_required(back="caseload:file_request")
def collect_copy(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Hand the zip over, once; its name says nothing (R22)."""
    shown = request_or_404(request, pk)
    try:
        content = file_requests.collect(request=shown, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    note_read(request, shown.client_id)
    return HttpResponse(
        b64decode(content),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="copy.zip"'},
    )


@require_safe
@keepers_and_supervisors
def disposals(request: AuthedRequest) -> HttpResponse:
    """Certificates: what was disposed of, when, by whom. No content."""
    rows = DisposalCertificate.objects.order_by("-disposed_at", "pk")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    people = dict(User.objects.values_list("pk", "name"))
    lines = [
        (each, people.get(each.asked_by, ""), people.get(each.agreed_by, ""))
        for each in page.object_list
    ]
    return render(request, "caseload/files/disposals.html", {"page": page, "lines": lines})
