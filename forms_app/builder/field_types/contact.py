"""Telephone numbers of any country, and email addresses."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, Final

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import TOO_LONG, normalize_input
from forms_app.builder.schema import FieldSpec

# Thông tư 22/2014/TT-BTTTT with the changes of 2017 and 2018: mobile numbers have ten digits (03, 05, 07, 08, 09),
# landlines eleven (02 and the area code).
_NUMBER: Final = re.compile(r"0[35789]\d{8}|02\d{9}")
_OLD_MOBILE: Final = re.compile(r"01\d{9}")
_PREFIX: Final = re.compile(r"0[235789]")
_PROVIDERS: Final = ("gmail.com", "yahoo.com", "yahoo.com.vn", "outlook.com", "hotmail.com", "icloud.com")
# Providers whose names are close to those above.
_REAL_NEIGHBOURS: Final = frozenset(
    {"ymail.com", "mail.com", "email.com", "gmx.com", "yahoo.co.uk", "cloud.com"}
)
# One wrong, missing or exchanged letter in a short domain, two in a long one.
_SIMILARITY: Final = 0.87
_SIGNS: Final = re.compile(r"[\s./()\-]")
# +84, 0084 and, as address books show it, 84; a zero after it belongs to the national number.
_HOME: Final = re.compile(r"(?:\+|00)84\(?0?|84(?=[235789]\d{8,9}$)")


def normalise_phone(text: str) -> str:
    """Return a telephone number as it is stored: 0912345678 in Việt Nam, +12025550100 (E.164) elsewhere.

    Text that is not a number is returned without signs and spaces; ``phone_problem`` returns what is wrong.

    >>> normalise_phone("(+84) 912-345-678"), normalise_phone("001 202 555 0100")
    ('0912345678', '+12025550100')
    """
    bare = _SIGNS.sub("", normalize_input(text))
    if found := _HOME.match(bare):
        return f"0{bare[found.end() :]}"
    return _abroad(re.sub(r"^00", "+", bare))


def _abroad(number: str) -> str:
    """Return a number with a country code as E.164 has it: without the zero that is dialled only within the country.

    Text with more than digits (letters, extensions) is left unchanged, and is then refused.
    """
    if not re.fullmatch(r"\+\d+", number, re.ASCII):
        return number
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def phone_problem(number: str, typed: str) -> tuple[Any, dict[str, Any]] | None:
    """Return what is wrong with a normalised ``number`` as a message and its parameters, or None.

    Messages quote what was ``typed``, which people recognise, not the normalised form.
    """
    shown = {"text": clean(typed)[:40]}
    if number.startswith("+"):
        return None if _is_possible(number) else (
            _("“%(text)s” is not a telephone number of any country. Check it."), shown
        )  # fmt: skip
    if _NUMBER.fullmatch(number):
        return None
    if not (number.isascii() and number.isdigit()):
        return _("A telephone number contains only digits. You entered “%(text)s”."), shown
    if _OLD_MOBILE.fullmatch(number):
        return _(
            "Mobile numbers of 11 digits were changed to 10 digits in 2018. You entered “%(text)s”."
        ), shown
    return _length_problem(number, shown)


def _length_problem(number: str, shown: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if not number.startswith("0"):
        return _(
            "Start a number in Việt Nam with 0, and a number abroad with + and the country code. You entered "
            "“%(text)s”."
        ), shown
    if not _PREFIX.match(number):
        return _(
            "Numbers in Việt Nam start with 03, 05, 07, 08 or 09 and have 10 digits (mobile), or start with 02 and "
            "have 11 (landline). You entered “%(text)s”."
        ), shown
    return _(
        "A telephone number has 10 digits (mobile) or 11 (landline). You entered %(count)d. Start a number abroad with "
        "+ and the country code."
    ), {"count": len(number)}


def _is_possible(number: str) -> bool:
    """Return True if a foreign number has a length used in its country; prefixes change too often to be checked."""
    if not re.fullmatch(r"\+\d+", number, re.ASCII):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False


def phone_text(number: str) -> str:
    """Return a stored number for reading: 0912 345 678, +1 202-555-0100.

    >>> phone_text("0912345678"), phone_text("+12025550100")
    ('0912 345 678', '+1 202-555-0100')
    """
    if not number.startswith("+"):
        return f"{number[:4]} {number[4:7]} {number[7:]}".strip()
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class PhoneField(forms.CharField):
    """Accept the usual ways of writing a number of any country; the cleaned value is that of ``normalise_phone``."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def to_python(self, value: Any) -> str:
        return normalise_phone(super().to_python(value) or "")

    def clean(self, value: Any) -> str:
        number = super().clean(value)
        if number and (wrong := phone_problem(number, str(value))):
            raise ValidationError(wrong[0], params=wrong[1])
        return number


@register
class Phone(FieldType):
    """No options."""

    code = "phone"
    label = _("Telephone number")
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return PhoneField(max_length=40, **self.common_arguments(spec))

    def display(self, spec: FieldSpec, answer: str) -> str:
        return phone_text(answer)

    def applicant_source(self, spec: FieldSpec) -> str:
        return "phone"


def refuse_network_address(address: str) -> None:
    """Refuse an@[192.0.2.1], which is well formed but not the address of a person."""
    if address.endswith("]"):
        raise ValidationError("", code="invalid")


class CleanEmailField(forms.EmailField):
    """Remove invisible characters, which copied addresses often contain."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    # No names of this machine, since mails must reach a person.
    default_validators = [EmailValidator(allowlist=[]), refuse_network_address]
    default_error_messages = {
        "invalid": _("Enter an email address in the correct format, like name@example.vn."),
        "max_length": TOO_LONG,
    }

    def run_validators(self, value: str) -> None:
        """Report one error only: an address that is too long is not checked further."""
        try:
            super().run_validators(value)
        except ValidationError as error:
            raise ValidationError(error.error_list[-1:]) from error

    def to_python(self, value: Any) -> str:
        return clean(normalize_input(super().to_python(value) or ""))


def email_doubt(address: str) -> str:
    """Return a question about an address whose domain is almost that of a large provider; empty if there is none.

    >>> email_doubt("an@gmail.com"), email_doubt("an@example.vn"), "gmail.com" in email_doubt("an@gmial.com")
    ('', '', True)
    """
    local, _at, domain = address.lower().rpartition("@")
    if domain in _PROVIDERS or domain in _REAL_NEIGHBOURS:
        return ""
    close = get_close_matches(domain, _PROVIDERS, n=1, cutoff=_SIMILARITY)
    text = gettext("Do you mean %(address)s? If the address is right, leave it as it is.")
    return text % {"address": f"{local}@{close[0]}"} if close else ""


@register
class Email(FieldType):
    """No options."""

    code = "email"
    label = _("Email address")

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CleanEmailField(max_length=254, **self.common_arguments(spec))

    def doubt(self, spec: FieldSpec, answer: str) -> str:
        return email_doubt(answer)

    def applicant_source(self, spec: FieldSpec) -> str:
        return "email"
