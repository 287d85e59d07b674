"""The field that stores answers: identity numbers in it are encrypted in the database, and only there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from django.db import models

from core import encryption

#: Names under which an identity document's number is stored or typed in any format (a passport, an old card).
_NAME: Final = re.compile(r"citizen_id|.*_number")
#: Numbers of citizen ID cards (12 digits, Law 26/2023/QH15) and of the cards before (9), as people group them.
_NUMBER: Final = re.compile(r"\d(?:[\s.\-]?\d){8}(?:(?:[\s.\-]?\d){3})?")


class AnswersField(models.JSONField):
    """JSON whose identity numbers are encrypted when written and decrypted when read, at any depth.

    A text counts as one by its name, as the ``number`` of an answer ``{"kind", "number"}``, or by its form. Numbers
    inside a longer text are not found. A text that looks encrypted is encrypted too: only what this field has
    encrypted is ever decrypted.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the answers with readable numbers."""
        found = super().from_db_value(value, expression, connection)
        return _map(found, lambda text, _named: encryption.decrypt(text))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return what is stored for ``value``; expressions are left to the database."""
        sealed = value if hasattr(value, "resolve_expression") else _map(value, _seal)
        return super().get_db_prep_value(sealed, connection, prepared)


def is_identity_number(text: str) -> bool:
    """Return True if ``text`` has the form of an identity number."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _seal(text: str, named: bool) -> str:
    secret = named or is_identity_number(text) or encryption.looks_encrypted(text)
    return encryption.encrypt(text) if text and secret else text


def _map(value: Any, change: Callable[[str, bool], str], named: bool = False) -> Any:
    """Return ``value`` with every text in it changed; ``named``: it is stored under the name of a number."""
    if isinstance(value, str):
        return change(value, named)
    if isinstance(value, dict):
        document = value.keys() == {"kind", "number"}
        return {
            key: _map(item, change, named or (document and key == "number") or bool(_NAME.fullmatch(key)))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_map(item, change, named) for item in value]
    return value
