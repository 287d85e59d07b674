"""Text that a person typed: NFC, without invisible characters."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import clean, nfc

_SPACE: Final = frozenset("\t\n\r")
# What input methods and copying put in the place of a key: full-width signs (U+FF01–U+FF5E), dashes, the minus sign.
_KEYS: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], ord("-")),
    0x3000: ord(" "),
}
TOO_LONG: Final = _("Write at most %(limit_value)d characters. You have written %(show_value)d.")


def visible(text: str) -> str:
    """Return ``text`` without control and format characters, which no keyboard means and no paper can print."""
    return "".join(
        letter for letter in text if letter in _SPACE or unicodedata.category(letter) not in {"Cc", "Cf"}
    )


def as_keyed(text: str) -> str:
    """Return ``text`` as a plain keyboard writes it: numbers that were copied carry marks nobody sees.

    >>> as_keyed("\u202d０９１２–345\u202c")
    '0912-345'
    """
    return visible(text).translate(_KEYS)


class UncutField(forms.CharField):
    """No ``maxlength``: a browser cuts what is pasted without a word, and counts ``ộ`` from a Mac as three."""

    default_error_messages = {"max_length": TOO_LONG}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the input but the limit, which the server checks and says."""
        attributes: dict[str, Any] = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes


class CleanCharField(UncutField):
    """One line in NFC with single spaces, without control characters."""

    def to_python(self, value: Any) -> str:
        return clean(visible(super().to_python(value) or ""))


class CleanTextField(UncutField):
    """Several lines in NFC; line ends are ``\\n``, trailing spaces are dropped."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = visible(super().to_python(value) or "")
        lines = nfc(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(clean(line) for line in lines).strip()
