"""How the comparison of two drafts shows dates, numbers and Boolean values."""

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
    """Return a value as a reader expects to see it; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return datetime_text(value)
    return date_text(value) if isinstance(value, date) else str(value)


class ValueComparison(FieldComparison):
    """Shows readable values, where stock Wagtail shows `None` and `2026-11-30` as one word."""

    def htmldiff(self) -> str:
        """Return the HTML of what was removed and added."""
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
