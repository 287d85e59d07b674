"""The field types that are installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TypeVar

from forms_app.builder.field_types.base import FieldType

# Each is called as the code of its type.
MODULES = (
    "short_text", "long_text", "number", "date", "choice", "many_choices", "yes_no", "citizen_id", "phone", "email",
    "address", "file",
)  # fmt: skip
_Type = TypeVar("_Type", bound=type[FieldType])
_types: dict[str, FieldType] = {}


def register(cls: _Type) -> _Type:
    """Install a field type under its ``code``; ``ValueError`` when the code is taken."""
    if cls.code in _types:
        raise ValueError(f"field type {cls.code!r} is installed already")
    _types[cls.code] = cls()
    return cls


def get(code: str) -> FieldType:
    """Return the field type of that code; ``LookupError`` names an unknown one."""
    try:
        return _types[code]
    except KeyError:
        raise LookupError(f"no field type {code!r}") from None


def installed() -> Iterator[FieldType]:
    """Yield the field types in the order an editor sees them: that of ``MODULES``, whoever imported one earlier."""
    yield from sorted(_types.values(), key=_rank)


def _rank(field_type: FieldType) -> int:
    return MODULES.index(field_type.code) if field_type.code in MODULES else len(MODULES)


def load() -> None:
    """Import the modules of the shipped types; called once by the app's configuration."""
    for name in MODULES:
        import_module(f"forms_app.builder.field_types.{name}")
