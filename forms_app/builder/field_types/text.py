"""Short and long text, and the normalisation of typed text: NFC, without invisible characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.printable import unprintable
from core.text import clean, nfc
from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text_formats import FORMATS, TextFormat
from forms_app.builder.schema import FieldSpec

# Line tabulation, form feed and next line are line breaks; word processors put them on the clipboard.
_SPACE: Final = frozenset("\t\n\r\x0b\x0c\x85")
# Replacements for what input methods and copied text contain: full-width characters (U+FF01–U+FF5E), dashes, minus.
_KEYS: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], ord("-")),
    0x3000: ord(" "),
}
# Word's bullets exist only in its symbol fonts; single-character units come from East Asian keyboards.
_WORD_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf06e\uf071", "•"), "\uf02d": "-", "\uf0e0": "→",
        "㎡": "m²", "㎥": "m³", "㎢": "km²", "㎏": "kg", "㎎": "mg", "㎝": "cm", "㎜": "mm", "㎞": "km", "ℓ": "l",
    }
)  # fmt: skip
MAX_QUOTED_LETTERS: Final = 10
MIN_NAME_LETTERS: Final = 2
_NOT_IN_NAMES: Final = frozenset("<>{}[]|\\=@#$%^*_~")
TOO_LONG: Final = _("Enter at most %(limit_value)d characters. You have entered %(show_value)d.")


def strip_invisible(text: str) -> str:
    """Return ``text`` without control and format characters, which are never typed on purpose and do not print."""
    return "".join(
        letter for letter in text if letter in _SPACE or unicodedata.category(letter) not in {"Cc", "Cf"}
    )


def normalize_input(text: str) -> str:
    """Return ``text`` with ASCII digits, signs and spaces, for numbers and addresses copied from elsewhere.

    >>> normalize_input("\u202d０９１２–345\u202c")
    '0912-345'
    """
    return strip_invisible(text).translate(_KEYS)


def from_word(text: str) -> str:
    """Return ``text`` with ordinary characters for Word's bullets, which only its symbol font shows, and for ㎡ and ㎏.

    >>> from_word("\uf0b7 120 ㎡")
    '• 120 m²'
    """
    return text.translate(_WORD_SIGNS)


def check_printable(text: str) -> None:
    """Raise ``ValidationError`` if the printed forms cannot show all of ``text``."""
    if letters := unprintable(text):
        raise ValidationError(
            _(
                "These letters cannot be printed on the documents: %(letters)s. Write in Latin letters, as in a "
                "passport."
            ),
            params={"letters": " ".join(letters[:MAX_QUOTED_LETTERS])},
        )


class NoMaxLengthField(forms.CharField):
    """A text field without the ``maxlength`` attribute.

    Browsers silently cut pasted text at it and count a decomposed ``ộ`` (as macOS produces) as three characters.
    """

    default_error_messages = {"max_length": TOO_LONG}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the input without ``maxlength``, which the server checks."""
        attributes: dict[str, Any] = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes


class CleanCharField(NoMaxLengthField):
    """One line in NFC with single spaces, without control characters."""

    def to_python(self, value: Any) -> str:
        return clean(from_word(strip_invisible(super().to_python(value) or "")))

    def validate(self, value: str) -> None:
        super().validate(value)
        check_printable(value)


class CleanTextField(NoMaxLengthField):
    """Several lines in NFC; every kind of line end becomes ``\\n``, trailing spaces are dropped."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = from_word(strip_invisible(super().to_python(value) or ""))
        return "\n".join(clean(line) for line in nfc(text).splitlines()).strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        check_printable(value)


class PersonNameField(CleanCharField):
    """The name of a person: at least two letters, and no characters of computer code.

    Bộ luật Dân sự 2015, Điều 26: a name consists of letters, not of digits or other characters.
    """

    def validate(self, value: str) -> None:
        super().validate(value)
        letters = sum(letter.isalpha() for letter in value)
        has_digit = any(letter.isdigit() for letter in value)
        if value and (letters < MIN_NAME_LETTERS or has_digit or _NOT_IN_NAMES & set(value)):
            raise ValidationError(
                _("“%(text)s” is not a full name. Write the name as in the identity document."),
                params={"text": value[:40]},
            )


class FormattedField(CleanCharField):
    """One line in a known format, in its usual spelling."""

    def __init__(self, *, text_format: TextFormat, **kwargs: Any) -> None:
        self.text_format = text_format
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        found = self.text_format.read(text) if text else ""
        if found is None:
            raise ValidationError(str(self.text_format.error), params={"text": text[:40]})
        return found


#: The option of a free text that asks for numbers of people: all of it is encrypted, numbers in it are masked.
IDENTITY_NUMBERS: Final = "identity_numbers"
_IDENTITY_OPTION: Final = Option(bool, _("asks for identity numbers (stored encrypted, masked at the desk)"))
#: Seven digits or more, however grouped, or the number of a passport; a date with dots is hidden as well.
_NUMBER: Final = re.compile(r"[A-Za-z]?\d(?:[ .\-]?\d){6,}")
SHOWN_DIGITS: Final = 3


def mask_numbers(text: str) -> str:
    """Return ``text`` with all but the last digits of each number in it hidden.

    >>> mask_numbers("An, 12/03/1988, 096 088 000 112")
    'An, 12/03/1988, ••••••112'
    """
    return _NUMBER.sub(lambda found: f"••••••{found[0][-SHOWN_DIGITS:]}", text)


SHORT_TEXT_LENGTH: Final = 200
LONG_TEXT_LENGTH: Final = 3000
LONG_TEXT_ROWS: Final = 5
#: HTML autocomplete tokens that make sense in a dossier (WCAG 1.3.5).
AUTOCOMPLETE_TOKENS: Final = {
    "name": _("full name"),
    "bday": _("date of birth"),
    "street-address": _("house number, street, hamlet"),
    "organization": _("name of the organisation"),
    "organization-title": _("position"),
    "off": _("nothing"),
}


@register
class ShortText(FieldType):
    """``options``: ``max_length`` (characters), ``autocomplete`` (one of ``AUTOCOMPLETE_TOKENS``), ``person_name``,
    ``identity_numbers``.

    ``person_name`` (true) accepts only the name of a person; so does a question that browsers fill in with a name.
    ``format`` is one of ``FORMATS``.
    """

    code = "short_text"
    label = _("Short text")
    options = {
        "max_length": Option(int, _("maximum length, in characters"), 1, 500),
        "autocomplete": Option(str, _("autofill by the browser"), values=AUTOCOMPLETE_TOKENS),
        "person_name": Option(bool, _("the name of a person")),
        IDENTITY_NUMBERS: _IDENTITY_OPTION,
        "format": Option(
            str, _("form of the text"), values={name: one.label for name, one in FORMATS.items()}
        ),
    }

    def form_field(self, spec: FieldSpec) -> forms.Field:
        attributes = {"autocomplete": spec.options["autocomplete"]} if "autocomplete" in spec.options else {}
        named = spec.options.get("person_name") or spec.options.get("autocomplete") == "name"
        field: Callable[..., forms.Field] = PersonNameField if named else CleanCharField
        if "format" in spec.options:
            field = partial(FormattedField, text_format=FORMATS[spec.options["format"]])
        return field(
            max_length=spec.options.get("max_length", SHORT_TEXT_LENGTH),
            widget=forms.TextInput(attributes),
            **self.common_arguments(spec),
        )

    def applicant_source(self, spec: FieldSpec) -> str:
        return "full_name" if spec.options.get("autocomplete") == "name" else ""


@register
class LongText(FieldType):
    """``options``: ``max_length`` (characters), ``rows``, ``identity_numbers``."""

    code = "long_text"
    blank_lines = 4
    label = _("Long text")
    options = {
        "max_length": Option(int, _("maximum length, in characters"), 1, 20_000),
        "rows": Option(int, _("height, in lines"), 2, 30),
        IDENTITY_NUMBERS: _IDENTITY_OPTION,
    }

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CleanTextField(
            max_length=spec.options.get("max_length", LONG_TEXT_LENGTH),
            widget=forms.Textarea({"rows": spec.options.get("rows", LONG_TEXT_ROWS)}),
            **self.common_arguments(spec),
        )
