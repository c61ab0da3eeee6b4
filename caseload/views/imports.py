"""Imports: a records keeper brings a caseload in, looks first, and can take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from accounts.operations.jobs import UNDER_WAY
from caseload.forms.imports import ColumnsForm, ImportForm
from caseload.models import ImportRun
from caseload.operations import import_jobs
from caseload.operations.import_jobs import APPLY, PREVIEW, UNDO
from caseload.operations.import_report import report_of
from caseload.operations.importing.uploads import paths_of
from caseload.readers.columns import Layout
from caseload.readers.sheet import header, looks_like
from caseload.views.answers import sent_to, show, taken
from core.clock import now
from core.errors import RuleBroken
from core.tasks import send_after_commit

TASK = "caseload.tasks.import_caseload"
ON_A_PAGE = 25


@require_safe
@require_role(Role.RECORDS_KEEPER)
def imports(request: AuthedRequest) -> HttpResponse:
    """What was imported, the newest first."""
    runs = ImportRun.objects.select_related("started_by", "job")
    page = Paginator(runs, 25).get_page(request.GET.get("page"))
    return render(request, "caseload/imports/imports.html", {"page": page})


@require_http_methods(["GET", "POST"])
@require_role(Role.RECORDS_KEEPER)
def start_import(request: AuthedRequest) -> HttpResponse:
    """Choose files or paste cells; nothing is imported by that."""
    form = ImportForm(sent_to(request), request.FILES or None)
    kept: list[ImportRun] = []

    def start() -> None:
        said = form.cleaned_data
        run = import_jobs.start_import(
            files=said["uploads"],
            pasted=said["pasted"],
            source=said["source"],
            by=request.user,
            at=now(),
        )
        kept.append(run)
        if run.kind == ImportRun.Kind.FHIR:
            ask(request, PREVIEW, run)

    if taken(form, start):
        run = kept[0]
        if run.kind == ImportRun.Kind.CSV:
            return redirect("caseload:choose_columns", pk=run.pk)
        return redirect("caseload:import_run", pk=run.pk)
    return show(request, "caseload/imports/start_import.html", form=form)


@require_http_methods(["GET", "POST"])
@require_role(Role.RECORDS_KEEPER)
def choose_columns(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say which column of a spreadsheet is which. Headings are shown and kinds of cells, never a value."""
    run = get_object_or_404(
        ImportRun, pk=pk, kind=ImportRun.Kind.CSV, state=ImportRun.State.PREVIEW
    )
    try:
        path = paths_of(run)[0]
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("caseload:start_import")
    layout = Layout.from_json(run.mapping[path.name])
    headings = header(path, layout)
    form = ColumnsForm(sent_to(request), layout=layout, headings=headings)

    def choose() -> None:
        import_jobs.choose_columns(run=run, layouts={path.name: form.chosen()})
        ask(request, PREVIEW, run)

    if taken(form, choose):
        return redirect("caseload:import_run", pk=run.pk)
    columns = list(zip(form.columns(), looks_like(path, layout), strict=True))
    return show(
        request, "caseload/imports/choose_columns.html", form=form, run=run, columns=columns
    )


@require_safe
@require_role(Role.RECORDS_KEEPER)
def import_run(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One import: its progress while it runs, what it would do, what it did."""
    run = get_object_or_404(ImportRun.objects.select_related("job", "started_by"), pk=pk)
    if run.job and run.job.state in UNDER_WAY:
        return progress(request, run)
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    issues = run.issues.order_by("-is_rejected", "file", "line")
    page = Paginator(issues, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"run": run, "report": report_of(run, page.object_list), "page": page}
    return render(request, "caseload/imports/import_run.html", context)


def progress(request: AuthedRequest, run: ImportRun) -> HttpResponse:
    """The page of an import at work; htmx asks for its middle again and again."""
    partial = "_progress.html" if request.htmx else "progress.html"
    return render(request, f"caseload/imports/{partial}", {"run": run, "job": run.job})


@require_POST
@require_role(Role.RECORDS_KEEPER)
def apply_import(request: AuthedRequest, pk: UUID) -> HttpResponse:
    return go_on(request, APPLY, pk)


@require_POST
@require_role(Role.RECORDS_KEEPER)
def preview_import(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Look again: the practice may have changed since, or the queue has lost the work."""
    return go_on(request, PREVIEW, pk)


def go_on(request: AuthedRequest, kind: str, pk: UUID) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        ask(request, kind, run)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    return redirect("caseload:import_run", pk=pk)


def ask(request: AuthedRequest, kind: str, run: ImportRun) -> None:
    """Note what is to be done, and let the worker know."""
    job = import_jobs.ask_for(kind, run=run, by=request.user)
    send_after_commit(TASK, job.pk)


@require_POST
@require_role(Role.RECORDS_KEEPER)
def stop_import(request: AuthedRequest, pk: UUID) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    import_jobs.ask_to_stop(run=run, at=now())
    return redirect("caseload:import_run", pk=pk)


@require_POST
@require_role(Role.RECORDS_KEEPER)
def discard_import(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        import_jobs.discard_import(run=get_object_or_404(ImportRun, pk=pk))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("caseload:import_run", pk=pk)
    messages.success(request, _("Discarded. Nothing has been changed."))
    return redirect("caseload:imports")


@require_http_methods(["GET", "POST"])
@require_role(Role.RECORDS_KEEPER)
def undo_import(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take a whole import back, after asking."""
    run = get_object_or_404(ImportRun, pk=pk, state=ImportRun.State.APPLIED)
    if request.method == "POST":
        return go_on(request, UNDO, pk)
    context: dict[str, Any] = {
        "run": run,
        "confirm_label": _("Take this import back"),
        "cancel_url": reverse("caseload:import_run", args=[pk]),
    }
    return render(request, "caseload/imports/undo_import.html", context)
