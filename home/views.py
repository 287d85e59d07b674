"""Views beside the page tree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import pagecache


def robots(request: HttpRequest) -> HttpResponse:
    """Keep machines out of what is not for finding, and show them the sitemap."""
    context = {"sitemap": request.build_absolute_uri(reverse("home:sitemaps"))}
    response = render(request, "home/robots.txt", context, content_type="text/plain; charset=utf-8")
    return pagecache.allow(response)
