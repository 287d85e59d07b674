"""Text fields of the admin that convert what a browser sends into the text that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.forms import TextInput, Widget
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets import AdminAutoHeightTextInput

from core.text import nfc, normalise_lines


class NormalisedTextArea(AdminAutoHeightTextInput):
    """A text area whose value has normalised line ends.

    Browsers send CRLF for every line break. Stored as sent, an unchanged text would differ from the one that
    was loaded: in the comparison of revisions, in digests and in the next import.
    """

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the submitted text, normalised."""
        value = Widget.value_from_datadict(self, data, files, name)
        return normalise_lines(value) if isinstance(value, str) else value


class NormalisedTextInput(TextInput):
    """A one-line field whose value is in NFC, with Đ for its look-alikes."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the submitted text, normalised."""
        value = super().value_from_datadict(data, files, name)
        return nfc(value) if isinstance(value, str) else value


def _one_line(field: models.Field[Any, Any]) -> dict[str, Any]:
    return {} if field.choices else {"widget": NormalisedTextInput}


def register() -> None:
    """Use the widgets for every ``TextField`` and ``CharField`` in every form of the admin, inline panels included."""
    register_form_field_override(models.TextField, override={"widget": NormalisedTextArea}, exact_class=True)
    register_form_field_override(models.CharField, override=_one_line, exact_class=True)
