"""Frozen dataclasses to plain JSON and back, strictly typed, with the path of what is wrong in the error."""

from __future__ import annotations

import dataclasses
import types
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _

from core.text import nfc

T = TypeVar("T")


class RecordError(ValueError):
    """A value that does not fit; the message begins with where it stands (``cases[1].papers[0].name``)."""


def encode(value: Any) -> Any:
    """Return ``value`` as JSON types; empty fields of dataclasses are left out, so that equal facts give equal text."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else str(value.normalize())
        case date():
            return value.isoformat()
        case tuple() | list():
            return [encode(item) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            pairs = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
            return {field.name: encode(item) for field, item in pairs if item not in (field.default, ())}
    return value


def decode(cls: type[T], data: Any, path: str = "") -> T:
    """Build ``cls`` from JSON types; unknown keys are refused, missing ones take the field's default."""
    if not isinstance(data, dict):
        raise _wrong(path, _("an object"), data)
    hints = _hints(cls)  # type: ignore[arg-type] # a class is hashable
    unknown = data.keys() - hints.keys()
    if unknown:
        raise RecordError(_at(path, _("unknown key %(key)s") % {"key": min(map(str, unknown))[:60]}))
    values = {name: _value(hints[name], value, f"{path}.{name}".lstrip(".")) for name, value in data.items()}
    try:
        return cls(**values)
    except TypeError as error:  # raised by the class for the fields that it cannot do without
        missing = ", ".join(name for name in hints if f"'{name}'" in str(error))
        raise RecordError(_at(path, _("%(key)s is missing") % {"key": missing})) from error


def storable(value: Any, path: str = "") -> None:
    """Raise ``RecordError`` where a text holds what no database keeps: NUL, half a character of UTF-16."""
    match value:
        case str():
            if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise RecordError(_at(path, _("a broken character")))
        case dict():
            for key, item in value.items():
                storable(key, path)
                storable(item, f"{path}.{key}".lstrip("."))
        case list():
            for place, item in enumerate(value):
                storable(item, f"{path}[{place}]")


def expected(value: Any, kind: type[T], path: str) -> T:
    """Return ``value`` when it is of ``kind`` (dict, list or str), an empty one for null; ``RecordError`` if not."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise _wrong(path, _kinds()[kind], value)
    return value


def _kinds() -> dict[type, str]:
    return {
        dict: _("an object"), list: _("a list"), str: _("a text"), bool: _("yes or no"), int: _("a number"),
        float: _("a number"), type(None): _("nothing"),
    }  # fmt: skip


def _at(path: str, message: str) -> str:
    return f"{path}: {message}" if path else message


def _wrong(path: str, wanted: str, value: Any) -> RecordError:
    given = _kinds().get(type(value), type(value).__name__)
    return RecordError(
        _at(path, _("%(wanted)s is expected, not %(given)s") % {"wanted": wanted, "given": given})
    )


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _value(hint: Any, value: Any, path: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        if value is None:
            return None
        return _value(next(kind for kind in arguments if kind is not type(None)), value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong(path, _("a list"), value)
        return tuple(_value(arguments[0], item, f"{path}[{place}]") for place, item in enumerate(value))
    if dataclasses.is_dataclass(hint):
        return decode(hint, value, path)  # type: ignore[arg-type]
    return _scalar(hint, value, path)


def _scalar(hint: type, value: Any, path: str) -> Any:
    if hint is Decimal:
        return _decimal(value, path)
    if hint is date:
        return _date(value, path)
    if hint is str and value is None:
        return ""
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        wanted = {str: _("a text"), int: _("a whole number"), bool: _("yes or no")}[hint]
        raise _wrong(path, wanted, value)
    return nfc(value).strip() if isinstance(value, str) else value


def _decimal(value: Any, path: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise RecordError(_at(path, _("%(value)s is not a number") % {"value": repr(value)[:40]}))
    return number


def _date(value: Any, path: str) -> date:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        message = _("%(value)s is not a date such as 2025-07-01") % {"value": repr(value)[:40]}
        raise RecordError(_at(path, message)) from error
