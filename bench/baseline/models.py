"""Models as the Wagtail tutorial writes them."""

from __future__ import annotations

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class BaselinePage(Page):
    """A title and a text, served by Wagtail's own view."""

    body = RichTextField()
    template = "bench/baseline_page.html"


class BaselineRow(models.Model):
    """A row about as large as a dossier, without related rows or checks."""

    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    answers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
