"""The installed field types."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TypeVar

from forms_app.builder.field_types.base import FieldType

# Modules of this package with field types, in the order in which they are offered to an editor.
MODULES = (
    "text",
    "number",
    "date",
    "choice",
    "citizen_id",
    "identity_document",
    "contact",
    "address",
    "file",
)
_Type = TypeVar("_Type", bound=type[FieldType])
_types: dict[str, FieldType] = {}


def register(cls: _Type) -> _Type:
    """Install a field type under its ``code``; ``ValueError`` if the code is taken."""
    if cls.code in _types:
        raise ValueError(f"field type {cls.code!r} is installed already")
    _types[cls.code] = cls()
    return cls


def get(code: str) -> FieldType:
    """Return the field type with ``code``; ``LookupError`` if there is none."""
    try:
        return _types[code]
    except KeyError:
        raise LookupError(f"no field type {code!r}") from None


def installed() -> Iterator[FieldType]:
    """Yield the field types in the order of ``MODULES``, whichever module was imported first; others come last."""
    yield from sorted(_types.values(), key=_rank)


def _rank(field_type: FieldType) -> int:
    module = type(field_type).__module__.rpartition(".")[2]
    return MODULES.index(module) if module in MODULES else len(MODULES)


def load() -> None:
    """Import the modules of the field types; called once by the app's configuration."""
    for name in MODULES:
        import_module(f"forms_app.builder.field_types.{name}")
