"""A whole or decimal number, as Vietnamese people write it: 1.234,5."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.display import number_text
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.schema import FieldSpec

_GROUPED = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999
_PLAIN = re.compile(r"[-+]?\d{1,15}([.,]\d+)?", re.ASCII)


class VietnameseNumberField(forms.DecimalField):
    """Accepts 1234, 1.234 (thousands), 1.234,5 and 2,5; spaces are ignored."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if not isinstance(value, str):
            return super().to_python(value)
        text = re.sub(r"\s", "", value)
        if not text:
            return None
        if _GROUPED.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        elif _PLAIN.fullmatch(text):
            text = text.replace(",", ".")
        else:
            raise ValidationError(
                _("“%(text)s” is not a number. Write it as 1.234,5."), params={"text": value.strip()[:40]}
            )
        return super().to_python(text)


def _asks_for_a_year(spec: FieldSpec) -> bool:
    """1987 is a year and not 1.987 where nothing but years of our time may be answered."""
    lowest, highest = spec.options.get("min", 0), spec.options.get("max", 0)
    return FIRST_YEAR <= lowest <= highest <= LAST_YEAR and "unit" not in spec.options


@register
class Number(FieldType):
    """``options``: ``min``, ``max``, ``decimals`` (digits after the comma, 0 by default), ``unit``."""

    code = "number"
    label = _("Number")
    options = {"min": int, "max": int, "decimals": int, "unit": str}
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return VietnameseNumberField(
            min_value=spec.options.get("min"),
            max_value=spec.options.get("max"),
            decimal_places=spec.options.get("decimals", 0),
            max_digits=18,
            **self.common(spec),
        )

    def to_answer(self, value: Decimal | None) -> str | None:
        """Keep the exact digits as text: JSON numbers are not exact."""
        return None if value is None else format(value.normalize(), "f")

    def to_initial(self, answer: str | None) -> str | None:
        return answer and answer.replace(".", ",")

    def display(self, spec: FieldSpec, answer: str) -> str:
        if _asks_for_a_year(spec):
            return answer
        number = Decimal(answer)
        text = number_text(number, decimals=max(0, -int(number.as_tuple().exponent)))
        return f"{text} {spec.options['unit']}" if "unit" in spec.options else text

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        yield from super().problems(spec)
        lowest, highest = spec.options.get("min"), spec.options.get("max")
        if isinstance(lowest, int) and isinstance(highest, int) and lowest > highest:
            yield str(_("The minimum is above the maximum."))
