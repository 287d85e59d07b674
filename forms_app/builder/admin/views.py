"""Admin views for preview, publication, export and import of forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, InvalidInput
from forms_app.builder import services, validation
from forms_app.builder.admin.forms import ImportForm
from forms_app.builder.obstacles import obstacles_to
from forms_app.builder.selectors import controlled_forms, unpublished_changes, used_types, version_history


def editor_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return 404 to users who may not edit forms, as for an unknown address."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(services.PERMISSION):
            raise Http404
        return view(request, *args, **kwargs)

    return inner


@editor_required
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what publishing would change, problems that prevent it, and the form as on a citizen's phone."""
    definition = get_object_or_404(controlled_forms(request.user).select_related("procedure"), pk=pk)
    schema, found = validation.read_schema(definition.working_copy)
    if schema is not None:
        found = validation.problems(schema, used_types(definition))
    versions = version_history(definition)
    live = versions[0].version if versions else None
    context = {
        "definition": definition,
        "problems": found,
        "doubts": validation.doubts(schema) if schema is not None else [],
        "changes": unpublished_changes(schema, live) if schema is not None and not found else [],
        "live": live,
        "versions": versions,
        "obstacles": obstacles_to(definition) if live and definition.active else [],
    }
    return render(request, "builder/admin/preview.html", context)


@editor_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the working copy, unless it has changed since the editor saw it."""
    definition = get_object_or_404(controlled_forms(request.user), pk=pk)
    try:
        version = services.publish(
            definition=definition,
            by=request.user,  # type: ignore[arg-type]
            expected_hash=request.POST.get("content_hash", ""),
        )
    except (Conflict, InvalidInput) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
    return redirect("builder_preview", pk)


@editor_required
@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the working copy as a JSON file."""
    definition = get_object_or_404(controlled_forms(request.user).select_related("procedure"), pk=pk)
    text = json.dumps(services.export_form(definition), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{definition.procedure.core_code}.json"'
    return response


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_form(request: HttpRequest) -> HttpResponse:
    """Import a JSON file as the working copy of its procedure's form."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        try:
            definition = services.import_form(data=form.cleaned_data["file"], by=request.user)  # type: ignore[arg-type]
        except InvalidInput as error:
            form.add_error("file", error.message)
        else:
            return redirect("builder_preview", definition.pk)
    return render(request, "builder/admin/import.html", {"form": form})
