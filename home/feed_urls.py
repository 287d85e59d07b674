"""Addresses of the Atom feeds, below the prefix of their language."""

from __future__ import annotations

from django.urls import path

from home.feeds import NewsFeed, ProcedureFeed

app_name = "feeds"

urlpatterns = [
    path("tin-tuc.atom", NewsFeed(), name="news"),
    path("thu-tuc.atom", ProcedureFeed(), name="procedures"),
]
