"""What the portal is measured against, in the same server and the same run."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from wagtail.views import serve

from bench.stock.models import PlainRow

PAGE = b"<!DOCTYPE html><title>constant</title>" + b"x" * 20_000


def constant(request: HttpRequest) -> HttpResponse:
    """A page of 20 kB that asks nothing of anybody."""
    return HttpResponse(PAGE)


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """One plain row a request."""
    PlainRow._default_manager.create(
        key=uuid.uuid4().hex, name="Nguyễn Thị Thử", answers={"purpose": "x" * 200}
    )
    return HttpResponse(b"ok")


def stock(request: HttpRequest, path: str) -> HttpResponse:
    """A page served as Wagtail serves it out of the box."""
    response: HttpResponse = serve(request, path)
    return response
