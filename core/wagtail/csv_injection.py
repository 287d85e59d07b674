"""Escape spreadsheet formulas in the Wagtail admin's downloads (docs/facts.md#wagtail)."""

from __future__ import annotations

from typing import Any, Final

from wagtail.admin.views.mixins import SpreadsheetExportMixin

from core.spreadsheets import escape_formula

_wagtail_preprocess: Final = SpreadsheetExportMixin.preprocess_field_value


def _preprocess(view: Any, field: str, value: Any, export_format: str) -> Any:
    cell = _wagtail_preprocess(view, field, value, export_format)
    # Wagtail marks the cells of an Excel file as text; CSV has no types.
    is_csv = export_format == SpreadsheetExportMixin.FORMAT_CSV
    return escape_formula(cell) if is_csv and isinstance(cell, str) else cell


def install_patch() -> None:
    """Patch Wagtail's spreadsheet export; called once when the apps are ready."""
    SpreadsheetExportMixin.preprocess_field_value = _preprocess
