"""Tables for download from the Wagtail admin: what somebody typed is no formula for who opens them (FACTS)."""

from __future__ import annotations

from typing import Any, Final

from wagtail.admin.views.mixins import SpreadsheetExportMixin

#: What spreadsheet programs take for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_as_wagtail_writes_it: Final = SpreadsheetExportMixin.preprocess_field_value


def defused(text: str) -> str:
    """Return ``text``, where needed with the apostrophe that makes it text for every spreadsheet program."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def _cell(view: Any, field: str, value: Any, export_format: str) -> Any:
    written = _as_wagtail_writes_it(view, field, value, export_format)
    # Wagtail marks the cells of an Excel file as text itself; CSV has no types.
    csv = export_format == SpreadsheetExportMixin.FORMAT_CSV
    return defused(written) if csv and isinstance(written, str) else written


def connect() -> None:
    """Stand between Wagtail's tables and their files; called once when the apps are ready."""
    SpreadsheetExportMixin.preprocess_field_value = _cell
