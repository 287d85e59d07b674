"""Escape spreadsheet formulas in the Wagtail admin's downloads (docs/facts.md#wagtail)."""

from __future__ import annotations

from typing import Any, Final

from wagtail.admin.views.mixins import SpreadsheetExportMixin

#: Characters that spreadsheet programs take as the start of a formula.
FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r")
_wagtail_preprocess: Final = SpreadsheetExportMixin.preprocess_field_value


def escape_formula(text: str) -> str:
    """Return `text`, prefixed with an apostrophe if a spreadsheet program would read it as a formula."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_START) else text


def _preprocess(view: Any, field: str, value: Any, export_format: str) -> Any:
    cell = _wagtail_preprocess(view, field, value, export_format)
    # Wagtail marks the cells of an Excel file as text; CSV has no types.
    is_csv = export_format == SpreadsheetExportMixin.FORMAT_CSV
    return escape_formula(cell) if is_csv and isinstance(cell, str) else cell


def install_patch() -> None:
    """Patch Wagtail's spreadsheet export; called once when the apps are ready."""
    SpreadsheetExportMixin.preprocess_field_value = _preprocess
