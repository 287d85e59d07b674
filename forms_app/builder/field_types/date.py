"""Dates in the notations people use: 5/3/1990, 05-03-1990, 05.03.1990, 05031990, 1990-03-05."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import normalize_input
from forms_app.builder.schema import FieldSpec

_DAY_FIRST = re.compile(
    r"(?:ngày )?(\d{1,2})(?:\s*[/.\-]\s*|\s+tháng\s+|\s+)(\d{1,2})(?:\s*[/.\-]\s*|\s+năm\s+|\s+)(\d{4})"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_BARE = re.compile(r"(\d{2})(\d{2})(\d{4})")
# A help text that already shows an example.
_EXAMPLE = re.compile(r"\d/\d")
EARLIEST = date(1880, 1, 1)


def parse_date(text: str) -> date:
    """Return the date written in ``text``; ``ValueError`` if it is not a date."""
    plain = clean(normalize_input(text)).lower()
    if found := _YEAR_FIRST.fullmatch(plain):
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    if found := _DAY_FIRST.fullmatch(plain) or _BARE.fullmatch(plain):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    raise ValueError(f"not a date: {plain!r}")


class VietnameseDateField(forms.Field):
    """A text input that cleans to a ``date``; error messages quote text that is not one."""

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "placeholder": _("day/month/year"), "autocomplete": "off"}
    )

    def __init__(self, *, earliest: date = EARLIEST, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.earliest, self.latest = earliest, latest

    def prepare_value(self, value: Any) -> Any:
        """Return a date as ``dd/mm/yyyy``."""
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date):
            return value
        text = clean(normalize_input(str(value or "")))
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError as error:
            message = _("“%(text)s” is not a date. Enter it as 27/11/1990.")
            raise ValidationError(message, params={"text": text[:40]}) from error

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.earliest:
            raise ValidationError(
                _("The date must not be before %(day)s."), params={"day": f"{self.earliest:%d/%m/%Y}"}
            )
        if self.latest and value > self.latest:
            raise ValidationError(
                _("The date must not be after %(day)s."), params={"day": f"{self.latest:%d/%m/%Y}"}
            )


@register
class Date(FieldType):
    """``options``: ``not_future`` (true: today at the latest), ``not_past`` (true: today at the earliest)."""

    code = "date"
    label = _("Date")
    options = {
        "not_future": Option(bool, _("not after today")),
        "not_past": Option(bool, _("not before today")),
    }
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        today = timezone.localdate()
        bounds: dict[str, date] = {}
        if spec.options.get("not_past"):
            bounds["earliest"] = today
        if spec.options.get("not_future"):
            bounds["latest"] = today
        # A phone's number pad has no slash, so the hint also shows digits alone.
        hint = "" if _EXAMPLE.search(spec.help) else gettext("For example 27/11/1990 or 27111990.")
        return VietnameseDateField(
            widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
            **bounds,
            **self.common_arguments(spec, hint=hint),
        )

    def to_answer(self, value: date | None) -> str | None:
        return value.isoformat() if value else None

    def to_initial(self, answer: str | None) -> str | None:
        return f"{date.fromisoformat(answer):%d/%m/%Y}" if answer else None

    def display(self, spec: FieldSpec, answer: str) -> str:
        return f"{date.fromisoformat(answer):%d/%m/%Y}"
