"""The import in the Wagtail admin: upload, preview, apply."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core.errors import Conflict, InvalidInput
from procedures.importing import FileProblem
from procedures.models import ImportUpload
from procedures.services.uploads import (
    PreviewOutdated,
    apply_upload,
    look_again,
    may_import,
    preview_upload,
)

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
RECENT = 20


class UploadForm(forms.Form):
    """One list."""

    file = forms.FileField(
        label=gettext_lazy("List or records"),
        help_text=gettext_lazy(
            "Excel (.xlsx), CSV (UTF-8) or JSON. You see what would change before anything does."
        ),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large to be looked at in a page."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("The file is larger than 50 MB; import it with the command."))
        return file


def controllers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the controller to ``view``; everybody else sees the same as for no page."""

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
    """Take a file; show what is wrong with it, or go on to its preview."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = preview_upload(file=file, name=file.name, by=by)
            return redirect("procedures_import_preview", pk=kept.pk)
        except FileProblem as problem:
            form.add_error("file", capfirst(problem.message))
    context = {"form": form, "recent": ImportUpload.objects.select_related("uploaded_by")[:RECENT]}
    return render(request, "procedures/admin/import_upload.html", context)


@require_http_methods(["GET"])
@controllers_only
def preview(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Show what the file would change, or what it changed."""
    return render(
        request, "procedures/admin/import_preview.html", {"upload": get_object_or_404(ImportUpload, pk=pk)}
    )


@require_POST
@controllers_only
def apply(request: HttpRequest, pk: int, *, by: User) -> HttpResponse:
    """Apply the file and show its report."""
    get_object_or_404(ImportUpload, pk=pk)
    try:
        report = apply_upload(upload_id=pk, by=by)
        messages.success(request, _("Imported: %(counts)s") % {"counts": report.summary()})
    except PreviewOutdated as problem:
        look_again(upload_id=pk, by=by)
        messages.warning(request, problem.message)
    except (Conflict, FileProblem, InvalidInput) as problem:
        messages.error(request, problem.message)
    return redirect("procedures_import_preview", pk=pk)
