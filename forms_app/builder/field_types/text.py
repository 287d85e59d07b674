"""Text that a person typed: NFC, without invisible characters."""

from __future__ import annotations

from typing import Any

from django import forms

from core.text import clean, nfc


class CleanCharField(forms.CharField):
    """One line in NFC with single spaces."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class CleanTextField(forms.CharField):
    """Several lines in NFC; line ends are ``\\n``, trailing spaces are dropped."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        lines = nfc(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(clean(line) for line in lines).strip()
