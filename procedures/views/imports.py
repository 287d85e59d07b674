"""The import in the Wagtail admin: upload, review and decide, apply, undo, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.snippets.widgets import AdminSnippetChooser

from accounts.models import User
from core.errors import Conflict, InvalidInput
from core.spreadsheets import csv_response
from core.text import order_key, parse_pk
from core.wagtail.searchable_select import SearchableSelect
from procedures.control import controlled_sections
from procedures.imports.formats.base import FileProblem
from procedures.imports.jobs import (
    STALLED_AFTER,
    cancel_import,
    continue_import,
    progress_of,
    start_import,
    start_undo,
)
from procedures.imports.rows import new_without_decision
from procedures.imports.scope import imports_of
from procedures.imports.undo import is_undoing
from procedures.imports.uploads import is_open, may_import, preview_upload, select_rows, store_choices
from procedures.models import ImportRow, ImportUpload, ProcedureSectionPage, PublicationDecision
from procedures.views.import_lists import FILTERS, SELECTABLE, report_cells, row_line
from procedures.views.import_texts import progress_text, result_text, undone_text

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
RECENT = 20
PER_PAGE: Final = 100


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=gettext_lazy("List or records"),
        help_text=gettext_lazy(
            "Excel (.xlsx), CSV (UTF-8) or JSON. You can review the changes before they are applied."
        ),
    )

    def clean_file(self) -> Any:
        """Refuse files that are too large to preview in a page."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("The file is larger than 50 MB; import it with the command."))
        return file


class ChoicesForm(WagtailAdminModelForm):
    """What the controller decides for the whole file."""

    section = forms.ModelChoiceField(
        ProcedureSectionPage.objects.none(),
        required=False,
        label=gettext_lazy("Section for new procedures"),
        widget=SearchableSelect,
        empty_label=gettext_lazy("By the agency and the level that the file names"),
    )

    class Meta:
        model = ImportUpload
        fields = ["section", "valid_from", "decision", "public"]
        widgets = {"decision": AdminSnippetChooser(PublicationDecision)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.queryset = controlled_sections(self.for_user).filter(alias_of__isnull=True)
        sections.label_from_instance = lambda section: section.title
        chosen = sorted(sections.queryset, key=lambda section: order_key(section.title))
        sections.choices = [("", sections.empty_label), *((section.pk, section.title) for section in chosen)]


def controllers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass the procedure controller to ``view`` as ``by``; return 404 to other users."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not may_import(user):
            raise Http404
        return view(request, *args, by=user, **kwargs)

    return guarded


@require_http_methods(["GET", "POST"])
@controllers_only
def upload(request: HttpRequest, *, by: User) -> HttpResponse:
    """Store an uploaded file and redirect to its preview, or show what is wrong with it."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = preview_upload(file=file, name=file.name, by=by)
            return redirect("procedures_import_preview", pk=kept.pk)
        except FileProblem as problem:
            form.add_error("file", capfirst(problem.message))
    context = {"form": form, "recent": imports_of(by).select_related("uploaded_by")[:RECENT]}
    return render(request, "procedures/admin/import_upload.html", context)


@require_http_methods(["GET"])
@controllers_only
def preview(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Show what the file would change, or what it changed."""
    found = get_object_or_404(
        imports_of(by).select_related("section", "decision", "uploaded_by", "applied_by"), pk=pk
    )
    return _preview(request, found, ChoicesForm(instance=found, for_user=by))


def _preview(
    request: HttpRequest,
    found: ImportUpload,
    form: ChoicesForm,
    *,
    unconfirmed: int = 0,
    ask_before_undo: bool = False,
) -> HttpResponse:
    """Show the preview; ``unconfirmed``: new procedures without a decision that were to be published.

    ``ask_before_undo``: ask whether what a colleague applied is to be undone.
    """
    chosen, query = _filter(request.GET), request.GET.get("q", "").strip()[:100]
    page = Paginator(_rows(found, chosen, query), PER_PAGE).get_page(request.GET.get("trang"))
    numbers = found.rows.aggregate(
        **{f"n_{name}": Count("pk", filter=condition) for name, (condition, _label) in FILTERS.items()},
        selectable=Count("pk", filter=SELECTABLE),
        chosen=Count("pk", filter=SELECTABLE & Q(selected=True)),
        applied=Count("pk", filter=Q(state=ImportRow.State.APPLIED)),
    )
    address = _query_string(chosen, query)
    so_far = progress_of(found)
    filters = [(name, label, numbers[f"n_{name}"], name == chosen) for name, (_q, label) in FILTERS.items()]
    context = {
        "upload": found,
        "form": form,
        "rows": page,
        "lines": [row_line(row) for row in page],
        "filters": filters,
        "filter": chosen,
        "query": query,
        "chosen": numbers["chosen"],
        "unconfirmed": unconfirmed,
        "progress": so_far,
        "stalled_after": STALLED_AFTER,
        "undoing": is_undoing(found),
        "progress_text": progress_text(so_far),
        "result": f"{result_text(found)} {undone_text(found)}"
        if found.state in {"applied", "cancelled"}
        else "",
        "undo_count": 0 if found.state == ImportUpload.State.RUNNING else numbers["applied"],
        "open": bool(numbers["selectable"] or numbers["n_ngoai-muc"]) and is_open(found),
        "foreign": numbers["n_ngoai-muc"],
        "ask_before_undo": ask_before_undo,
        "query_string": address,
        "page_query": f"{address}&" if address else "?",
    }
    return render(request, "procedures/admin/import_preview.html", context)


def _filter(values: QueryDict) -> str:
    chosen = values.get("loc", "")
    return chosen if chosen in FILTERS else ""


def _query_string(chosen: str, query: str) -> str:
    values = QueryDict(mutable=True)
    values.update({name: value for name, value in (("loc", chosen), ("q", query)) if value})
    return f"?{values.urlencode()}" if values else ""


def _rows(found: ImportUpload, chosen: str, query: str) -> QuerySet[ImportRow]:
    rows: QuerySet[ImportRow] = (
        found.rows.filter(FILTERS[chosen][0]).order_by("position").defer("undo", "record")
    )
    return rows.filter(Q(code__icontains=query) | Q(title__icontains=query)) if query else rows


@require_POST
@controllers_only
def choices(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Store what was decided and selected, and show the renewed preview."""
    found = get_object_or_404(imports_of(by), pk=pk)
    try:
        _select(request, found, by)
        form = _store_choices(request, found, by)[0]
    except (Conflict, FileProblem, InvalidInput) as problem:
        messages.error(request, problem.message)
        return _back(request, pk)
    return _back(request, pk) if form.is_valid() else _preview(request, found, form)


def _store_choices(request: HttpRequest, found: ImportUpload, by: User) -> tuple[ChoicesForm, bool]:
    """Return the form, and whether it changed earlier choices."""
    form = ChoicesForm(request.POST, instance=imports_of(by).get(pk=found.pk), for_user=by)
    if not form.is_valid():
        return form, True
    facts = {name: form.cleaned_data[name] for name in ChoicesForm.Meta.fields}
    return form, store_choices(upload_id=found.pk, by=by, **facts)


def _select(request: HttpRequest, found: ImportUpload, by: User) -> None:
    """Store which rows are selected: those ticked on the submitted page, or by one button all that match the filter."""
    shown = {key for value in request.POST.getlist("shown") if (key := parse_pk(value))}
    ticked = {key for value in request.POST.getlist("selected") if (key := parse_pk(value))}
    wanted = {key: key in ticked for key in shown}
    everything = request.POST.get("all", "")
    if everything:
        rows = _rows(found, _filter(request.GET), request.GET.get("q", "").strip()[:100])
        wanted = dict.fromkeys(rows.values_list("pk", flat=True), everything == "yes")
    if wanted:
        select_rows(upload_id=found.pk, by=by, selected=wanted)


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    address = reverse("procedures_import_preview", args=[pk])
    query = _query_string(_filter(request.GET), request.GET.get("q", "").strip()[:100])
    return redirect(f"{address}{query}")


@require_POST
@controllers_only
def apply(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Apply the file and show its report. Choices changed on the way are reviewed first."""
    found = get_object_or_404(imports_of(by), pk=pk)
    try:
        if "choices" in request.POST:
            _select(request, found, by)
            form, changed = _store_choices(request, found, by)
            if not form.is_valid():
                return _preview(request, found, form)
            if changed:
                messages.warning(
                    request, _("You have decided otherwise. Review the changes, then apply them.")
                )
                return _back(request, pk)
        number = new_without_decision(found)
        if number and request.POST.get("without_decision") != str(number):
            return _preview(request, found, ChoicesForm(instance=found, for_user=by), unconfirmed=number)
        start_import(upload_id=pk, by=by)
        found.refresh_from_db()
        if found.state == ImportUpload.State.RUNNING:
            messages.info(request, _("The import has begun. This page shows how far it has come."))
        else:  # without workers it is already done
            messages.success(request, result_text(found))
    except (Conflict, FileProblem, InvalidInput) as problem:
        messages.error(request, problem.message)
    return redirect("procedures_import_preview", pk=pk)


@require_http_methods(["GET"])
@controllers_only
def progress(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Return how far the import has come, for the script of its page."""
    found = progress_of(get_object_or_404(imports_of(by), pk=pk))
    return JsonResponse({**asdict(found), "text": progress_text(found)})


@require_POST
@controllers_only
def cancel(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Stop the running import, or its undoing."""
    undoing = is_undoing(get_object_or_404(imports_of(by), pk=pk))
    try:
        cancel_import(upload_id=pk, by=by)
        if undoing:
            text = _(
                "Undoing was cancelled. The rows that had not been undone yet stay; you can undo them later."
            )
        else:
            text = _("The import was cancelled. The rows that were applied stay; you can undo them.")
        messages.success(request, text)
    except Conflict as problem:
        messages.error(request, problem.message)
    return redirect("procedures_import_preview", pk=pk)


@require_POST
@controllers_only
def resume(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Continue a running import that makes no progress."""
    get_object_or_404(imports_of(by), pk=pk)
    try:
        continue_import(upload_id=pk, by=by)
        messages.success(request, _("The import continues."))
    except Conflict as problem:
        messages.error(request, problem.message)
    return redirect("procedures_import_preview", pk=pk)


@require_POST
@controllers_only
def undo(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Start undoing the applied file as far as nothing depends on it."""
    found = get_object_or_404(imports_of(by), pk=pk)
    if found.applied_by_id != by.pk and request.POST.get("of_colleague") != "yes":
        form = ChoicesForm(instance=found, for_user=by)
        return _preview(request, found, form, ask_before_undo=True)
    try:
        start_undo(upload_id=pk, by=by)
    except Conflict as problem:
        messages.error(request, problem.message)
        return redirect("procedures_import_preview", pk=pk)
    found.refresh_from_db()
    if found.state == ImportUpload.State.RUNNING:
        messages.info(request, _("Undoing has begun. This page shows how far it has come."))
    else:  # without workers it is already done
        messages.success(request, undone_text(found))
    return redirect("procedures_import_preview", pk=pk)


@require_http_methods(["GET"])
@controllers_only
def report(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Return the report of all rows as CSV for Excel."""
    found = get_object_or_404(imports_of(by), pk=pk)
    head = (_("Row"), _("What happens"), _("State"), _("Code"), _("Name"), _("Section"),
            _("Reason or changed details"), _("Warnings"), _("Before → after"), _("Remark"))  # fmt: skip
    common = found.report.get("common", [])
    rows = found.rows.order_by("position").defer("undo", "record").iterator()
    return csv_response(f"nhap-thu-tuc-{found.pk}.csv", head, (report_cells(row, common) for row in rows))
