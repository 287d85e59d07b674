"""Dates in the notations people use: 5/3/1990, 05-03-1990, 05.03.1990, 05031990, 1990-03-05."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.display import weekday_text
from core.text import clean
from core.worktime.calendar import load_calendar
from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import normalize_input
from forms_app.builder.schema import FieldSpec

_DAY_FIRST = re.compile(
    r"(?:ngày )?(\d{1,2})(?:\s*[/.\-]\s*|\s+tháng\s+|\s+)(\d{1,2})(?:\s*[/.\-]\s*|\s+năm\s+|\s+)(\d{4})"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
# A year alone or with its month, possibly with zeros for unknown parts.
_PARTIAL = re.compile(
    r"(?:0{1,2}[/.\-]){0,2}(?:(?:tháng )?(?P<m>0?[1-9]|1[0-2])(?:\s*[/.\-]\s*|\s+năm\s+|\s+))?(?:năm )?(?P<y>\d{4})"
)
_PARTIAL_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})")
_BARE = re.compile(r"(\d{2})(\d{2})(\d{4})")
# A help text that already shows an example.
_EXAMPLE = re.compile(r"\d/\d")
EARLIEST = date(1880, 1, 1)
#: Later days are slips such as 3026: the longest terms, those of land leases, are 99 years.
MOST_YEARS_AHEAD: Final = 100
#: Holidays of later days are not announced, so that nobody can say whether they are working days.
WORKING_DAYS_AHEAD: Final = 366
MOST_DAYS_AHEAD: Final = 36500
# Lengths of the stored parts of a date.
YEAR: Final = 4
MONTH: Final = 7


def parse_date(text: str) -> date:
    """Return the date written in ``text``; ``ValueError`` if it is not a date."""
    plain = clean(normalize_input(text)).lower()
    if found := _YEAR_FIRST.fullmatch(plain):
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    if found := _DAY_FIRST.fullmatch(plain) or _BARE.fullmatch(plain):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    raise ValueError(f"not a date: {plain!r}")


def parse_partial_date(text: str) -> str:
    """Return a year or a month of a year as ISO 8601 ("1955", "1955-03"); ``ValueError`` for anything else.

    >>> parse_partial_date("tháng 3 năm 1955"), parse_partial_date("00/00/1955")
    ('1955-03', '1955')
    """
    plain = clean(normalize_input(text)).lower()
    found = _PARTIAL_ISO.fullmatch(plain) or _PARTIAL.fullmatch(plain)
    if not found:
        raise ValueError(f"not a year or month: {plain!r}")
    month = int(found["m"] or 0)
    first_day(partial := f"{found['y']}-{month:02d}" if month else found["y"])
    return partial


def first_day(answer: str) -> date:
    """Return the first day that a stored date or part of one can mean."""
    return date.fromisoformat({YEAR: f"{answer}-01-01", MONTH: f"{answer}-01"}.get(len(answer), answer))


def last_day(answer: str) -> date:
    """Return the last day that a stored date or part of one can mean."""
    if len(answer) == YEAR:
        return date(int(answer), 12, 31)
    if len(answer) == MONTH:
        year, month = int(answer[:4]), int(answer[5:])
        return date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(answer)


def stored_date_text(answer: str) -> str:
    """Return a stored date as it was given: 05/03/1955, 03/1955 or 1955.

    >>> stored_date_text("1955-03-05"), stored_date_text("1955-03"), stored_date_text("1955")
    ('05/03/1955', '03/1955', '1955')
    """
    return "/".join(reversed(answer.split("-")))


class VietnameseDateField(forms.Field):
    """A text input that cleans to a ``date``; error messages quote text that is not a date.

    With ``partial`` a year or a month is also an answer, and cleans to ISO 8601 ("1955", "1955-03"). With
    ``working_day`` the day must be a working day in the calendar.
    """

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "placeholder": _("day/month/year"), "autocomplete": "off"}
    )

    def __init__(
        self,
        *,
        earliest: date = EARLIEST,
        latest: date | None = None,
        partial: bool = False,
        working_day: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.earliest, self.latest, self.partial, self.working_day = earliest, latest, partial, working_day

    def prepare_value(self, value: Any) -> Any:
        """Return a date as ``dd/mm/yyyy``."""
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | str | None:
        if isinstance(value, date):
            return value
        text = clean(normalize_input(str(value or "")))
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError as error:
            if self.partial and (found := _partial_or_none(text)):
                return found
            message = (
                _(
                    "“%(text)s” is not a date. Enter it as 27/11/1990, or as 11/1990 or 1990 if only that is "
                    "known."
                )
                if self.partial
                else _("“%(text)s” is not a date. Enter it as 27/11/1990.")
            )
            raise ValidationError(message, params={"text": text[:40]}) from error

    def validate(self, value: date | str | None) -> None:
        super().validate(value)
        if value is None:
            return
        first, last = (first_day(value), last_day(value)) if isinstance(value, str) else (value, value)
        if last < self.earliest:
            raise ValidationError(
                _("The date must not be before %(day)s."), params={"day": f"{self.earliest:%d/%m/%Y}"}
            )
        if self.latest and first > self.latest:
            raise ValidationError(
                _("The date must not be after %(day)s."), params={"day": f"{self.latest:%d/%m/%Y}"}
            )
        if self.working_day and isinstance(value, date) and not load_calendar().is_working_day(value):
            raise ValidationError(
                _("The agency does not work on %(weekday)s %(day)s. Choose a working day."),
                params={"weekday": weekday_text(value), "day": f"{value:%d/%m/%Y}"},
            )


def _partial_or_none(text: str) -> str | None:
    try:
        return parse_partial_date(text)
    except ValueError:
        return None


def _latest(spec: FieldSpec, today: date) -> date:
    """Return the last day that answers ``spec``."""
    if spec.options.get("not_future"):
        return today
    usual = WORKING_DAYS_AHEAD if spec.options.get("working_day") else MOST_YEARS_AHEAD * 365
    return today + timedelta(days=spec.options.get("days_ahead", usual))


@register
class Date(FieldType):
    """``options``: ``not_future`` (true: today at the latest), ``not_past`` (true: today at the earliest), ``partial``,
    ``working_day`` (true: a day on which agencies work), ``appointment`` (true: on this day the citizen comes to the
    desk; form 01 names it), ``days_ahead`` (the
    last day, counted from today; by default a year for a working day, and 100 years for any other).

    ``partial`` (true) also accepts a year or a month of a year, for people who do not know their day of birth. The
    answer is ISO 8601 as far as given: "1955-03-05", "1955-03", "1955".
    """

    code = "date"
    label = _("Date")
    options = {
        "not_future": Option(bool, _("not after today")),
        "not_past": Option(bool, _("not before today")),
        "partial": Option(bool, _("the day or the month may be unknown")),
        "working_day": Option(bool, _("a working day")),
        "days_ahead": Option(int, _("at most so many days ahead"), 1, MOST_DAYS_AHEAD),
        "appointment": Option(bool, _("the citizen comes to the desk on this day; printed on form 01")),
    }
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        today = timezone.localdate()
        bounds: dict[str, date] = {"latest": _latest(spec, today)}
        if spec.options.get("not_past"):
            bounds["earliest"] = today
        # A phone's number pad has no slash, so the hint also shows digits alone.
        hints = [] if _EXAMPLE.search(spec.help) else [gettext("For example 27/11/1990 or 27111990.")]
        partial = bool(spec.options.get("partial"))
        if partial:
            hints.append(gettext("If the day or the month is not known, enter only 11/1990 or 1990."))
        return VietnameseDateField(
            widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
            partial=partial,
            working_day=bool(spec.options.get("working_day")),
            **bounds,
            **self.common_arguments(spec, hint=" ".join(hints)),
        )

    def to_answer(self, value: date | str | None) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def to_initial(self, answer: str | None) -> str | None:
        return stored_date_text(answer) if answer else None

    def display(self, spec: FieldSpec, answer: str) -> str:
        return stored_date_text(answer)
