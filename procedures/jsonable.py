"""Frozen dataclasses to plain JSON and back, strictly typed, with the path of what is wrong in the error."""

from __future__ import annotations

import dataclasses
import types
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

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
        raise RecordError(f"{path or 'record'}: an object is expected, not {type(data).__name__}")
    hints = _hints(cls)  # type: ignore[arg-type] # a class is hashable
    unknown = data.keys() - hints.keys()
    if unknown:
        raise RecordError(f"{path or 'record'}: unknown key {min(map(str, unknown))}")
    values = {name: _value(hints[name], value, f"{path}.{name}".lstrip(".")) for name, value in data.items()}
    try:
        return cls(**values)
    except TypeError as error:
        raise RecordError(f"{path or 'record'}: {error}") from error


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
            raise RecordError(f"{path}: a list is expected, not {type(value).__name__}")
        return tuple(_value(arguments[0], item, f"{path}[{place}]") for place, item in enumerate(value))
    if dataclasses.is_dataclass(hint):
        return decode(hint, value, path)  # type: ignore[arg-type]
    return _scalar(hint, value, path)


def _scalar(hint: type, value: Any, path: str) -> Any:
    try:
        if hint is Decimal:
            return Decimal(str(value))
        if hint is date:
            return date.fromisoformat(value)
    except (InvalidOperation, ValueError, TypeError) as error:
        raise RecordError(f"{path}: {value!r} is not a {hint.__name__}") from error
    if hint is str and value is None:
        return ""
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise RecordError(f"{path}: {hint.__name__} is expected, not {type(value).__name__}")
    return nfc(value).strip() if isinstance(value, str) else value
