"""The abstract page that every page type of the portal extends (FACTS: no concrete base page with wagtail-localize)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from core.text import clean, slugify


class BasePage(Page):
    """What every page has: a clean title, a slug made by the one slug function, a summary for lists and search."""

    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=500,
        help_text=_("One or two sentences for lists and search results."),
    )

    class Meta:
        abstract = True

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Normalise what an editor typed before Wagtail derives a slug of its own from it."""
        title: str = self.title  # type: ignore[has-type]
        slug: str = self.slug  # type: ignore[has-type]
        self.title = clean(title)
        self.slug = slugify(slug or self.title) or slug
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if not self.title:
            raise ValidationError({"title": _("Give the page a title.")})
