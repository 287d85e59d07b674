"""``/thu-tuc/ma/<code>/``: a procedure by its code, in whatever style it is written."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from procedures.selectors import page_for_code


@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Redirect to the page; a helpful 404 when no published procedure has the code."""
    page = page_for_code(code)
    url = page.get_url(request) if page else None
    if url:
        return HttpResponseRedirect(url)
    return render(request, "procedures/unknown_code.html", {"code": code[:40]}, status=404)
