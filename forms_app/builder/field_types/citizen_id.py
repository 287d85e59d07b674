"""Personal identification number (số định danh cá nhân, số căn cước): 12 digits, Law 26/2023/QH15, NĐ 70/2024.

Three digits province of birth registration, one digit century and sex, two digits year of birth, six random digits.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import as_keyed
from forms_app.builder.schema import FieldSpec

LENGTH: Final = 12
OLD_LENGTH: Final = 9
# The province codes 001–096 of TT 59/2021/TT-BCA; merged provinces keep theirs on the cards. Gaps were never given.
PROVINCES: Final = frozenset(
    {
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44,
        45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89,
        91, 92, 93, 94, 95, 96,
    }
)  # fmt: skip
# Even digits are male, odd female: 0 and 1 are born 1900–1999, 2 and 3 born 2000–2099. Nobody is older or younger.
CENTURIES: Final = "0123"


def problem(number: str) -> tuple[Any, dict[str, Any]] | None:
    """Return what is wrong with ``number`` as a message and its values, or None."""
    if not number.isascii() or not number.isdigit():
        return _("A citizen ID number has digits only. You entered “%(text)s”."), {"text": number[:40]}
    if len(number) != LENGTH:
        return _of_length(len(number)), {"count": len(number)}
    if int(number[:3]) not in PROVINCES:
        return _("No province has the code %(code)s, the first three digits. Compare with the card."), {
            "code": number[:3]
        }
    if number[3] not in CENTURIES:
        return _("The fourth digit is %(digit)s, but it can only be 0 to 3. Compare with the card."), {
            "digit": number[3]
        }
    if (year := birth_year(number)) > timezone.localdate().year:
        return _(
            "The digits 4 to 6 say that the person is born in %(year)d, which has not come. Compare with the card."
        ), {"year": year}
    return None


def _of_length(count: int) -> Any:
    if count == OLD_LENGTH:
        # Luật Căn cước 26/2023/QH15, article 46: the old cards ended with 31/12/2024.
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
    """Return the year of birth that the digits 4 to 6 tell."""
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def mask(number: str) -> str:
    """Return ``number`` with the middle hidden, as lists show it."""
    return f"{number[:3]}••••••{number[-3:]}" if len(number) == LENGTH else ""


class CitizenIdField(forms.CharField):
    """Spaces, dots and dashes that people put between the groups are ignored."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"})

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s.\-]", "", as_keyed(super().to_python(value) or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and (wrong := problem(value)):
            raise ValidationError(wrong[0], params=wrong[1])


@register
class CitizenId(FieldType):
    """No options."""

    code = "citizen_id"
    label = _("Citizen ID number")
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CitizenIdField(max_length=40, **self.common(spec))
