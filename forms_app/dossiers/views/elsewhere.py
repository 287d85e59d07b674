"""The page of a browser whose draft is not its own any more; what it just sent is given back to be copied."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from forms_app.dossiers.views.cookies import DraftElsewhere
from forms_app.dossiers.views.private import private

View = Callable[..., HttpResponseBase]
# Inputs of ours that nobody typed.
_NOT_TYPED: Final = frozenset(
    {"csrfmiddlewaretoken", "next", "goto", "upload", "remove", "reuse", "key", "consent", "consent_number"}
)


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
    sent = request.POST
    typed = [text for name in sent if name not in _NOT_TYPED for text in sent.getlist(name) if text.strip()]
    context = {"core_code": core_code, "written": typed, "files": bool(request.FILES)}
    status = 409 if request.method == "POST" else 404
    return render(request, "dossiers/draft_elsewhere.html", context, status=status)
