"""A whole or decimal number, as Vietnamese people write it: 1.234,5."""

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

from core.display import number_text
from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import as_keyed
from forms_app.builder.schema import FieldSpec

_GROUPED = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999
_PLAIN = re.compile(r"[-+]?\d{1,15}([.,]\d+)?", re.ASCII)
MOST_DIGITS: Final = 18


class VietnameseNumberField(forms.DecimalField):
    """Accepts 1234, 1.234 (thousands), 1.234,5 and 2,5; spaces are ignored. ``shown`` writes a number back."""

    default_error_messages = {
        "max_digits": _("This number is too long. Check it."),
        "max_whole_digits": _("This number is too long. Check it."),
    }

    def __init__(
        self,
        *,
        lowest: int | None,
        highest: int | None,
        decimals: int,
        shown: Callable[[Decimal], str],
        **kwargs: Any,
    ) -> None:
        self.lowest, self.highest, self.decimals, self.shown = lowest, highest, decimals, shown
        super().__init__(max_digits=MOST_DIGITS, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if not isinstance(value, str):
            return super().to_python(value)
        text = re.sub(r"\s", "", as_keyed(value))
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
        return _plain(super().to_python(text))

    def validate(self, value: Decimal | None) -> None:
        """Check bounds and digits after the comma; the message says what was read."""
        super().validate(value)  # type: ignore[arg-type]
        if value is None:
            return
        if self.lowest is not None and value < self.lowest:
            self._refuse(_("The number is at least %(limit)s. You entered %(number)s."), value, self.lowest)
        if self.highest is not None and value > self.highest:
            self._refuse(_("The number is at most %(limit)s. You entered %(number)s."), value, self.highest)
        if places(value) > self.decimals:
            self._refuse(self._wanted(), value, self.decimals)

    def _refuse(self, message: Any, value: Decimal, limit: int) -> None:
        raise ValidationError(
            message,
            params={"limit": self.shown(Decimal(limit)), "number": self.shown(value), "count": self.decimals},
        )

    def _wanted(self) -> str:
        if not self.decimals:
            return gettext("Enter a whole number. You entered %(number)s.")
        return ngettext(
            "Enter at most %(count)d digit after the comma. You entered %(number)s.",
            "Enter at most %(count)d digits after the comma. You entered %(number)s.",
            self.decimals,
        )


def _plain(number: Decimal | None) -> Decimal | None:
    """Return ``number`` without zeros at the end of its decimals: 2,50 is 2,5."""
    return None if number is None else Decimal(format(number.normalize(), "f"))


def places(number: Decimal) -> int:
    """Return how many digits stand after the comma."""
    return max(0, -int(number.as_tuple().exponent))


def _asks_for_a_year(spec: FieldSpec) -> bool:
    """1987 is a year and not 1.987 where nothing but years of our time may be answered."""
    lowest, highest = spec.options.get("min", 0), spec.options.get("max", 0)
    return FIRST_YEAR <= lowest <= highest <= LAST_YEAR and "unit" not in spec.options


def shown(spec: FieldSpec, number: Decimal) -> str:
    """Return ``number`` as a person reads it: 1.234,5 m²."""
    if _asks_for_a_year(spec):
        return format(number, "f")
    text = number_text(number, decimals=places(number))
    return f"{text} {spec.options['unit']}" if "unit" in spec.options else text


@register
class Number(FieldType):
    """``options``: ``min``, ``max``, ``decimals`` (digits after the comma, 0 by default), ``unit``."""

    code = "number"
    label = _("Number")
    options = {
        "min": Option(int, _("at least"), -(10**15), 10**15),
        "max": Option(int, _("at most"), -(10**15), 10**15),
        "decimals": Option(int, _("digits after the comma"), 0, 6),
        "unit": Option(str, _("unit")),
    }
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        lowest, decimals = spec.options.get("min"), spec.options.get("decimals", 0)
        # The number pad of a phone has neither comma nor minus.
        pad = "text" if lowest is not None and lowest < 0 else "decimal" if decimals else "numeric"
        return VietnameseNumberField(
            lowest=lowest,
            highest=spec.options.get("max"),
            decimals=decimals,
            shown=partial(shown, spec),
            widget=forms.TextInput({"inputmode": pad, "autocomplete": "off"}),
            **self.common(spec, hint=self._unit(spec)),
        )

    def to_answer(self, value: Decimal | None) -> str | None:
        """Keep the exact digits as text: JSON numbers are not exact."""
        return None if value is None else format(value.normalize(), "f")

    def to_initial(self, answer: str | None) -> str | None:
        return answer and answer.replace(".", ",")

    def display(self, spec: FieldSpec, answer: str) -> str:
        return shown(spec, Decimal(answer))

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        yield from super().problems(spec)
        lowest, highest = spec.options.get("min"), spec.options.get("max")
        if lowest is not None and highest is not None and lowest > highest:
            yield str(_("The minimum is above the maximum."))

    def _unit(self, spec: FieldSpec) -> str:
        """Say the unit where question and help do not."""
        unit = spec.options.get("unit", "")
        said = not unit or unit in f"{spec.label} {spec.help}"
        return "" if said else gettext("In %(unit)s.") % {"unit": unit}
