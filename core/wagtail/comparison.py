"""How the comparison of two drafts writes dates, numbers and yes or no."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.admin.compare import FieldComparison, TextDiff, register_comparison_class

from core.display import date_text, datetime_text

FIELDS = (models.BooleanField, models.DateField, models.DecimalField, models.FloatField, models.IntegerField)


def value_text(value: Any) -> str:
    """Return a value as a reader expects it; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return datetime_text(value)
    return date_text(value) if isinstance(value, date) else str(value)


class ValueComparison(FieldComparison):
    """Stock Wagtail shows `None` and `2026-11-30` as one word."""

    def htmldiff(self) -> str:
        """Return what was removed and what was added."""
        old, new = value_text(self.val_a), value_text(self.val_b)
        if old == new:
            return escape(new)
        changes = [(kind, text) for kind, text in (("deletion", old), ("addition", new)) if text]
        diff: str = TextDiff(changes).to_html()
        return diff


def register() -> None:
    """Register the comparison; called once when the apps are ready."""
    for field in FIELDS:
        register_comparison_class(field, comparison_class=ValueComparison)
