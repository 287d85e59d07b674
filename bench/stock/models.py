"""Models as a Wagtail tutorial would write them."""

from __future__ import annotations

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class StockPage(Page):
    """A title, a text, and Wagtail's own way of serving them."""

    body = RichTextField()
    template = "bench/stock_page.html"


class PlainRow(models.Model):
    """A row with the weight of a dossier and none of its duties."""

    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    answers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
