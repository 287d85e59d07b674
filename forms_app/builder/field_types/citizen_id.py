"""Personal identification number (số định danh cá nhân, số căn cước): 12 digits, Law 26/2023/QH15, NĐ 70/2024.

Until 1 July 2024: three digits for the province or country of birth registration, one for century and sex, two for the
year of birth, and six random digits. Since then only the length is fixed: a different structure is questioned, not
refused.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import normalize_input
from forms_app.builder.schema import FieldSpec

LENGTH: Final = 12
OLD_LENGTH: Final = 9
# The province codes 001–096 of TT 59/2021/TT-BCA; cards of merged provinces stay valid. The gaps were never assigned.
PROVINCES: Final = frozenset(
    {
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44,
        45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89,
        91, 92, 93, 94, 95, 96,
    }
)  # fmt: skip
# Even digits are male, odd female: 0 and 1 mean born 1900–1999, 2 and 3 born 2000–2099.
CENTURIES: Final = "0123"


def problem(number: str) -> tuple[Any, dict[str, Any]] | None:
    """Return what is wrong with ``number`` as a message and its parameters, or None."""
    if not number.isascii() or not number.isdigit():
        return _("A citizen ID number contains only digits. You entered “%(text)s”."), {"text": number[:40]}
    if len(number) != LENGTH:
        return _length_message(len(number)), {"count": len(number)}
    return None


def doubt(number: str) -> str:
    """Return what in a number of twelve digits does not follow the former structure; empty if nothing."""
    if problem(number):
        return ""
    # The codes above those of the provinces are those of countries where a birth was registered.
    if int(number[:3]) <= max(PROVINCES) and int(number[:3]) not in PROVINCES:
        text = gettext("The first three digits, %(code)s, are not the code of a province.") % {
            "code": number[:3]
        }
    elif number[3] not in CENTURIES:
        text = gettext("The fourth digit is %(digit)s; it is usually 0 to 3.") % {"digit": number[3]}
    elif (year := birth_year(number)) > timezone.localdate().year:
        text = gettext("Digits 4 to 6 stand for the year of birth: %(year)d, which is in the future.") % {
            "year": year
        }
    else:
        return ""
    advice = gettext("Compare the number with the card. If it is the same, leave it as it is.")
    return f"{text} {advice}"


def _length_message(count: int) -> Any:
    if count == OLD_LENGTH:
        # Luật Căn cước 26/2023/QH15, article 46: old identity cards expired on 31/12/2024.
        return _(
            "A citizen ID number must have all 12 digits. You entered %(count)d. The old identity card with "
            "9 digits has not been valid since 01/01/2025."
        )
    return ngettext(
        "A citizen ID number must have all 12 digits. You entered %(count)d.",
        "A citizen ID number must have all 12 digits. You entered %(count)d.",
        count,
    )


def birth_year(number: str) -> int:
    """Return the year of birth encoded in digits 4 to 6."""
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def mask(number: str) -> str:
    """Return ``number`` with its middle hidden; empty if it does not have 12 digits."""
    return f"{number[:3]}••••••{number[-3:]}" if len(number) == LENGTH else ""


class CitizenIdField(forms.CharField):
    """Ignore spaces, dots and dashes between groups of digits."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"})

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s.\-]", "", normalize_input(super().to_python(value) or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and (wrong := problem(value)):
            raise ValidationError(wrong[0], params=wrong[1])


@register
class CitizenId(FieldType):
    """No options."""

    code = "citizen_id"
    is_identity_number = True
    label = _("Citizen ID number")
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CitizenIdField(max_length=40, **self.common_arguments(spec))

    def applicant_source(self, spec: FieldSpec) -> str:
        return "citizen_id"

    def doubt(self, spec: FieldSpec, answer: str) -> str:
        return doubt(answer)

    def masked(self, answer: str) -> str:
        return mask(answer) or "••••••"
