"""Text that a person typed: NFC, without invisible characters."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms

from core.text import clean, nfc

# What no keyboard means to type and no paper can print; line ends and tabs are handled as white space.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class CleanCharField(forms.CharField):
    """One line in NFC with single spaces, without control characters."""

    def to_python(self, value: Any) -> str:
        return clean(_CONTROL.sub("", super().to_python(value) or ""))


class CleanTextField(forms.CharField):
    """Several lines in NFC; line ends are ``\\n``, trailing spaces are dropped."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = _CONTROL.sub("", super().to_python(value) or "")
        lines = nfc(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(clean(line) for line in lines).strip()
