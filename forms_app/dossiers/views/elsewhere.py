"""The page of a browser whose draft is not its own any more; what it just sent is given back to be copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers.selectors.procedures import offer_for
from forms_app.dossiers.views.cookies import DraftElsewhere
from forms_app.dossiers.views.private import private

View = Callable[..., HttpResponseBase]
_WRITTEN: Final = frozenset({"short_text", "long_text", "number", "date", "citizen_id", "phone", "email"})


def own_draft(view: View) -> View:
    """Make ``view`` a private page on this browser's draft; ``DraftElsewhere`` becomes a page that says so."""

    @wraps(view)
    def inner(request: HttpRequest, core_code: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, core_code, *args, **kwargs)
        except DraftElsewhere:
            return _page(request, core_code)

    return private(inner)


def _page(request: HttpRequest, core_code: str) -> HttpResponse:
    offer = offer_for(core_code) if request.method == "POST" else None
    fields = FormSchema.from_json(offer.form.schema).fields if offer else {}
    context = {
        "core_code": core_code,
        "written": _written(request.POST, fields),
        "files": bool(request.FILES),
    }
    status = 409 if request.method == "POST" else 404
    return render(request, "dossiers/draft_elsewhere.html", context, status=status)


def _written(sent: QueryDict, fields: Mapping[str, FieldSpec]) -> list[tuple[str, str]]:
    """Return question and text of what was written by hand; what was ticked or chosen is one press to do again."""
    asked = {name: spec.label for name, spec in fields.items() if spec.type in _WRITTEN}
    asked |= {f"{name}_detail": spec.label for name, spec in fields.items() if spec.type == "address"}
    return [(label, text) for name, label in asked.items() for text in sent.getlist(name) if text.strip()]
