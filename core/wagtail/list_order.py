"""Lists of the admin in Vietnamese dictionary order when a text column is sorted by its header (ADR 192)."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.backends.signals import connection_created
from django.db.models.constants import LOOKUP_SEP
from wagtail.admin.views.generic.base import BaseListingView

from core.text import order_key

_LETTERS: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES: Final = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
# Above every sign and digit, in the order of the alphabet; compared by code.
_FIRST_RANK: Final = 0x4E00
_SQLITE_FUNCTION: Final = "vietnamese_order"
_wagtail_order: Final = BaseListingView.order_queryset


def _letters_with_tones() -> list[tuple[str, str, str]]:
    """Return each letter with its rank as a sign, and the rank of its tone.

    A letter without a tone stands for itself there.
    """
    found = []
    for rank, letter in enumerate(_LETTERS):
        sign = chr(_FIRST_RANK + rank)
        forms = [(letter, letter)]
        for place, tone in enumerate(_TONES):
            toned = unicodedata.normalize("NFC", letter + tone)
            if len(toned) == 1:
                forms.append((toned, chr(_FIRST_RANK + place)))
        # Capitals as well: with the collation C a database lowers only ASCII letters.
        found += [(written, sign, mark) for form, mark in forms for written in (form, form.upper())]
    return found


_TABLE: Final = _letters_with_tones()
_FROM: Final = "".join(letter for letter, _sign, _tone in _TABLE)
_TO_SIGNS: Final = "".join(sign for _letter, sign, _tone in _TABLE)
_TO_TONES: Final = "".join(tone for _letter, _sign, tone in _TABLE)


class VietnameseOrder(models.Func):
    """The order key of a text (``core.text.order_key``) computed by the database, whatever its collation.

    For columns of Wagtail and lists without an order key of their own; a list that is read often has such a key in its
    table.
    """

    arity = 1
    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return a call of the function registered on every SQLite connection of the portal."""
        return self.as_sql(compiler, connection, function=_SQLITE_FUNCTION, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return two translations: the letters by their rank and, where these are equal, the tones."""
        text, parameters = compiler.compile(self.source_expressions[0])
        translated = f"translate({text}, %s, %s)"
        sql = f'({translated} || chr(1) || {translated}) COLLATE "C"'
        return sql, (*parameters, _FROM, _TO_SIGNS, *parameters, _FROM, _TO_TONES)


def _add_function(connection: Any, **_kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            _SQLITE_FUNCTION, 1, lambda text: None if text is None else order_key(text), deterministic=True
        )


def in_order(queryset: models.QuerySet[Any], name: str) -> Any:
    """Return the ordering by ``name`` (with ``-`` for descending); in dictionary order if it is a text."""
    path = name.removeprefix("-")
    if not _is_text(queryset.model, path):
        return name
    expression = VietnameseOrder(path)
    return expression.desc() if name.startswith("-") else expression.asc()


def _is_text(model: type[models.Model], path: str) -> bool:
    *steps, last = path.split(LOOKUP_SEP)
    try:
        for step in steps:
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        field = model._meta.get_field(last)
    except (FieldDoesNotExist, AttributeError):
        return False
    text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
    # Keys made for sorting, and addresses, contain no letters with diacritics.
    return text and not isinstance(field, (models.SlugField, models.URLField)) and last != "order_key"


def _order_queryset(view: Any, queryset: Any) -> Any:
    ordered = _wagtail_order(view, queryset)
    # A search accepts only field names.
    if not isinstance(ordered, models.QuerySet) or getattr(view, "is_searching", False):
        return ordered
    names = view.ordering or ()
    names = [names] if isinstance(names, str) else names
    if not any(isinstance(name, str) and _is_text(ordered.model, name.removeprefix("-")) for name in names):
        return ordered
    return ordered.order_by(*(in_order(ordered, name) for name in names), "pk")


def install_patch() -> None:
    """Patch the order of Wagtail's lists; called once when the apps are ready."""
    BaseListingView.order_queryset = _order_queryset
    connection_created.connect(_add_function, dispatch_uid="core.vietnamese_order")
