"""Addresses for crawlers: /robots.txt and the sitemaps."""

from __future__ import annotations

from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from home.sitemaps import SECTIONS, robots

app_name = "home"

urlpatterns = [
    path("robots.txt", robots, name="robots"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SECTIONS, "sitemap_url_name": "home:sitemap"},
        name="sitemaps",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SECTIONS}, name="sitemap"),
]
