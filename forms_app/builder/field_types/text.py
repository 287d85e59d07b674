"""Text that a person typed: NFC, without invisible characters."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from django import forms

from core.text import clean, nfc

_SPACE: Final = frozenset("\t\n\r")


def visible(text: str) -> str:
    """Return ``text`` without control and format characters, which no keyboard means and no paper can print."""
    return "".join(
        letter for letter in text if letter in _SPACE or unicodedata.category(letter) not in {"Cc", "Cf"}
    )


class CleanCharField(forms.CharField):
    """One line in NFC with single spaces, without control characters."""

    def to_python(self, value: Any) -> str:
        return clean(visible(super().to_python(value) or ""))


class CleanTextField(forms.CharField):
    """Several lines in NFC; line ends are ``\\n``, trailing spaces are dropped."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = visible(super().to_python(value) or "")
        lines = nfc(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(clean(line) for line in lines).strip()
