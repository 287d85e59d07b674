"""The field that stores answers; identity numbers in it are encrypted in the database only (ADR 168, 310)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from django.db import models

from core import encryption
from forms_app.builder.identity_numbers import identity_inputs
from forms_app.builder.schema import FormSchema

#: Numbers of citizen ID cards (12 digits, Law 26/2023/QH15) and of the former cards (9), as people group them.
_NUMBER: Final = re.compile(r"\d(?:[\s.\-]?\d){8}(?:(?:[\s.\-]?\d){3})?")


class _Encrypted(dict[str, Any]):
    """Answers whose secret texts are already encrypted."""


class AnswersField(models.JSONField):
    """A JSON object whose identity numbers are encrypted when a row is saved and decrypted when it is read.

    The form of the row (``form_version``) decides: all texts under a question that asks for such numbers, and under its
    inputs, are encrypted (``builder.identity_numbers``). So is any text that has the format of an identity number by
    itself; numbers inside other texts are not found. If no form is known (``QuerySet.update``, a row without one, a
    supplement), every text is encrypted. A text that looks encrypted is encrypted too; only what this field has
    encrypted is decrypted.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the answers with readable numbers."""
        return _map(super().from_db_value(value, expression, connection), encryption.decrypt)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return what to store for a row whose form is known, with its identity numbers encrypted."""
        value = super().pre_save(model_instance, add)
        form_version = getattr(model_instance, "form_version", None)
        if form_version is None or not isinstance(value, dict):
            return value
        secret = identity_inputs(FormSchema.from_json(form_version.schema))
        return _Encrypted(_encrypt_answers(value, secret))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return what is stored for ``value``; expressions are left to the database."""
        if not isinstance(value, _Encrypted) and not hasattr(value, "resolve_expression"):
            value = _map(value, _encrypt)
        return super().get_db_prep_value(value, connection, prepared)


def is_identity_number(text: str) -> bool:
    """Return True if ``text`` has the format of an identity number."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _encrypt_answers(value: dict[str, Any], secret: frozenset[str]) -> dict[str, Any]:
    """Return ``value`` with the texts below a name in ``secret`` encrypted, at any depth."""
    return {name: _encrypt_item(item, name in secret, secret) for name, item in value.items()}


def _encrypt_item(item: Any, is_secret: bool, secret: frozenset[str]) -> Any:
    if is_secret:
        return _map(item, _encrypt)
    if isinstance(item, dict):
        return _encrypt_answers(item, secret)
    return _map(item, _encrypt_if_number)


def _encrypt(text: str) -> str:
    return encryption.encrypt(text) if text else text


def _encrypt_if_number(text: str) -> str:
    return _encrypt(text) if is_identity_number(text) or encryption.looks_encrypted(text) else text


def _map(value: Any, change: Callable[[str], str]) -> Any:
    """Return ``value`` with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _map(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map(item, change) for item in value]
    return value
