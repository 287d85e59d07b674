"""Whole and decimal numbers in Vietnamese notation: 1.234,5."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.display import money_text, number_text
from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import normalize_input
from forms_app.builder.schema import FieldSpec

# 0.500 is not a number of thousands.
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?", re.ASCII)
# Thousands in English notation, or decimals, which are unlikely.
_TWO_READINGS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)
_GROUP: Final = 3
FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999
_PLAIN = re.compile(r"[-+]?\d{1,15}([.,]\d+)?", re.ASCII)
MAX_DIGITS: Final = 18
# With two groups or more nobody can mean decimals.
_ENGLISH_GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3}){2,}", re.ASCII)
_PART: Final = r"\d{1,3}(?:\.\d{3})+|\d{1,6}(?:[.,]\d{1,2})?"
_SUM = re.compile(
    rf"(?=\d)(?:(?P<tỷ>{_PART})(?:tỷ|tỉ))?(?:(?P<triệu>{_PART})(?:triệu|tr))?(?:(?P<nghìn>{_PART})(?:nghìn|ngàn|k))?",
    re.IGNORECASE,
)
_POWERS: Final = {"tỷ": 10**9, "triệu": 10**6, "nghìn": 10**3}
_MONEY: Final = "đồng"
_OTHER_UNITS: Final = {
    _MONEY: ("vnđ", "vnd", "đ"), "bản": ("bản sao", "copies", "copy"), "người": ("lao động", "people", "person"),
    "biển": ("cái", "plates", "plate"),
}  # fmt: skip
# Numbers to show in a message, in the notation that the field accepts in every language of the page.
_EXAMPLES: Final = tuple(
    (Decimal(text.replace(".", "").replace(",", ".")), text)
    for text in ("1.234,5", "12,5", "0,5", "1.500", "50.000.000", "12", "2")
)


class VietnameseNumberField(forms.DecimalField):
    """Accept 1234, 1.234 (thousands), 1.234,5 and 2,5, ignoring spaces; ``to_text`` formats numbers for messages.

    1,234 is refused unless thousandths are allowed, because it is 1234 in English notation. The ``unit`` of the
    question may be written after the number, also in other usual words (for đồng ``đ``, ``vnđ`` and ``vnd``). A sum of
    money may be "50 triệu" or "1,2 tỷ".
    """

    default_error_messages = {
        "max_digits": _("This number is too long. Please check it."),
        "max_whole_digits": _("This number is too long. Please check it."),
    }

    def __init__(
        self,
        *,
        minimum: int | None,
        maximum: int | None,
        decimals: int,
        to_text: Callable[[Decimal], str],
        unit: str = "",
        **kwargs: Any,
    ) -> None:
        self.minimum, self.maximum, self.decimals, self.to_text = minimum, maximum, decimals, to_text
        self.is_money = unit == _MONEY
        self.units = (unit, *_OTHER_UNITS.get(unit, ())) if unit else ()
        super().__init__(max_digits=MAX_DIGITS, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if not isinstance(value, str):
            return super().to_python(value)
        text = self._without_unit(re.sub(r"\s", "", normalize_input(value)))
        if not text:
            return None
        if _ENGLISH_GROUPS.fullmatch(text):
            text = text.replace(",", "")
        elif self.is_money:
            text = _sum_in_digits(text)
        if self.decimals < _GROUP and _TWO_READINGS.fullmatch(text):
            raise ValidationError(
                _("“%(text)s” can be read in two ways. Enter %(thousands)s, or without the comma."),
                params={"text": value.strip()[:40], "thousands": text.replace(",", ".")},
            )
        if _GROUPED.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        elif _PLAIN.fullmatch(text):
            text = text.replace(",", ".")
        else:
            raise ValidationError(
                _("“%(text)s” is not a number. Enter it as %(example)s."),
                params={"text": value.strip()[:40], "example": self._example()},
            )
        return _without_trailing_zeros(super().to_python(text))

    def _without_unit(self, text: str) -> str:
        """Return ``text``, which has no spaces, without the unit of the question at its end."""
        lowered = text.lower()
        for unit in self.units:
            if lowered.endswith(ending := re.sub(r"\s", "", unit).lower()) and len(text) > len(ending):
                return text[: -len(ending)]
        return text

    def _example(self) -> str:
        """Return a number that this question accepts as it is written."""
        return next((text for number, text in _EXAMPLES if self._fits(number)), str(self.minimum or 0))

    def _fits(self, number: Decimal) -> bool:
        too_small = self.minimum is not None and number < self.minimum
        too_great = self.maximum is not None and number > self.maximum
        return not too_small and not too_great and decimal_places(number) <= self.decimals

    def validate(self, value: Decimal | None) -> None:
        """Check the bounds and the number of decimals; messages repeat the number as it was understood."""
        super().validate(value)  # type: ignore[arg-type]
        if value is None:
            return
        if self.minimum is not None and value < self.minimum:
            self._reject(
                _("The number must be at least %(limit)s. You entered %(number)s."), value, self.minimum
            )
        if self.maximum is not None and value > self.maximum:
            self._reject(
                _("The number must be at most %(limit)s. You entered %(number)s."), value, self.maximum
            )
        if decimal_places(value) > self.decimals:
            self._reject(self._decimals_message(), value, self.decimals)

    def _reject(self, message: Any, value: Decimal, limit: int) -> None:
        raise ValidationError(
            message,
            params={
                "limit": self.to_text(Decimal(limit)),
                "number": self.to_text(value),
                "count": self.decimals,
            },
        )

    def _decimals_message(self) -> str:
        if not self.decimals:
            return gettext("Enter a whole number. You entered %(number)s.")
        return ngettext(
            "Enter at most %(count)d decimal place. You entered %(number)s.",
            "Enter at most %(count)d decimal places. You entered %(number)s.",
            self.decimals,
        )


def _sum_in_digits(text: str) -> str:
    """Return a sum such as ``1tỷ200triệu`` in digits, and any other text as it is."""
    found = _SUM.fullmatch(text)
    if not found:
        return text
    parts = {name: part for name, part in found.groupdict().items() if part}
    total = sum((_part(part) * _POWERS[name] for name, part in parts.items()), Decimal(0))
    return format(total.normalize(), "f").replace(".", ",")


def _part(text: str) -> Decimal:
    grouped = _GROUPED.fullmatch(text)
    return Decimal(text.replace(".", "") if grouped else text.replace(",", "."))


def _without_trailing_zeros(number: Decimal | None) -> Decimal | None:
    """Return ``number`` without trailing zeros: 2,50 becomes 2,5."""
    return None if number is None else Decimal(format(number.normalize(), "f"))


def decimal_places(number: Decimal) -> int:
    """Return the number of digits after the comma."""
    return max(0, -int(number.as_tuple().exponent))


def _is_year(spec: FieldSpec) -> bool:
    """Return True if only years are possible answers, which are written 1987, not 1.987."""
    minimum, maximum = spec.options.get("min", 0), spec.options.get("max", 0)
    return FIRST_YEAR <= minimum <= maximum <= LAST_YEAR and "unit" not in spec.options


def number_with_unit(spec: FieldSpec, number: Decimal) -> str:
    """Return ``number`` as text with its unit: 1.234,5 m²."""
    if _is_year(spec):
        return format(number, "f")
    text = number_text(number, decimals=decimal_places(number))
    return f"{text} {spec.options['unit']}" if "unit" in spec.options else text


@register
class Number(FieldType):
    """``options``: ``min``, ``max``, ``decimals`` (digits after the comma, 0 by default), ``unit``.

    ``unit_price``: the answer is the quantity ordered, and the option the price of one in đồng.
    """

    code = "number"
    label = _("Number")
    options = {
        "min": Option(int, _("minimum"), -(10**15), 10**15),
        "max": Option(int, _("maximum"), -(10**15), 10**15),
        "decimals": Option(int, _("decimal places"), 0, 6),
        "unit": Option(str, _("unit")),
        "unit_price": Option(int, _("price per item, in đồng"), 1, 10**9),
    }
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        minimum, decimals = spec.options.get("min"), spec.options.get("decimals", 0)
        # The number pad of a phone has neither a comma nor a minus sign.
        inputmode = "text" if minimum is not None and minimum < 0 else "decimal" if decimals else "numeric"
        return VietnameseNumberField(
            minimum=minimum,
            maximum=spec.options.get("max"),
            decimals=decimals,
            to_text=partial(number_with_unit, spec),
            unit=spec.options.get("unit", ""),
            widget=forms.TextInput({"inputmode": inputmode, "autocomplete": "off"}),
            **self.common_arguments(spec, hint=self._unit(spec)),
        )

    def to_answer(self, value: Decimal | None) -> str | None:
        """Return the exact digits as text, as JSON numbers are not exact."""
        return None if value is None else format(value.normalize(), "f")

    def to_initial(self, answer: str | None) -> str | None:
        return answer and answer.replace(".", ",")

    def display(self, spec: FieldSpec, answer: str) -> str:
        number, price = Decimal(answer), self.unit_price(spec)
        text = number_with_unit(spec, number)
        return f"{text} × {money_text(price)} = {money_text(number * price)}" if price and number else text

    def unit_price(self, spec: FieldSpec) -> int | None:
        price: int | None = spec.options.get("unit_price")
        return price

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        yield from super().problems(spec)
        minimum, maximum = spec.options.get("min"), spec.options.get("max")
        if minimum is not None and maximum is not None and minimum > maximum:
            yield str(_("The minimum is greater than the maximum."))

    def _unit(self, spec: FieldSpec) -> str:
        """Return a hint with the unit, unless the question or its help text names it."""
        unit = spec.options.get("unit", "")
        named = not unit or unit in f"{spec.label} {spec.help}"
        return "" if named else gettext("Unit: %(unit)s.") % {"unit": unit}
