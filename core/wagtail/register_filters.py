"""Filters of the admin's lists: rows of a register (agencies, fields) are searched for, not scrolled through."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Field
from wagtail.admin.filters import WagtailFilterSet

from core.wagtail.searchable_select import SearchableSelect


class RegisterFilterSet(WagtailFilterSet):
    """Filters in which a row of a register is found by a part of its name, with or without diacritics."""

    @classmethod
    def filter_for_lookup(cls, field: Field[Any, Any], lookup_type: str) -> tuple[Any, dict[str, Any]]:
        """Return the filter of a model field; rows of other models are chosen in a searchable list."""
        filter_class, params = super().filter_for_lookup(field, lookup_type)
        if filter_class is django_filters.ModelChoiceFilter:
            params.setdefault("widget", SearchableSelect)
        return filter_class, params
