"""The portal's addresses, and the views with which they are compared in the same server and the same run."""

from __future__ import annotations

import os
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from wagtail.views import serve

from bench.baseline.models import BaselineRow
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_patterns

CONSTANT_PAGE = b"<!DOCTYPE html><title>constant</title>" + b"x" * 20_000


def constant(request: HttpRequest) -> HttpResponse:
    """Return 20 kB without any query."""
    return HttpResponse(CONSTANT_PAGE)


def worker(request: HttpRequest) -> HttpResponse:
    """Tell the processes of the server apart."""
    return HttpResponse(str(os.getpid()))


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Insert one row per request."""
    BaselineRow._default_manager.create(
        key=uuid.uuid4().hex, name="Nguyễn Thị Thử", answers={"purpose": "x" * 200}
    )
    return HttpResponse(b"ok")


def baseline(request: HttpRequest, path: str) -> HttpResponse:
    """Serve a page with Wagtail's own view."""
    response: HttpResponse = serve(request, path)
    return response


urlpatterns = [
    path("bench/constant/", constant),
    path("bench/worker/", worker),
    path("bench/insert/", insert),
    path("bench/baseline/<path:path>", baseline),
    *portal_patterns,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
