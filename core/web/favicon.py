"""`/favicon.ico`, which browsers and feed readers request by themselves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from core.web import page_cache


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect to the icon among the static files, whose name may carry a digest."""
    return page_cache.allow(HttpResponseRedirect(static("icons/favicon.ico")), parameters=())
