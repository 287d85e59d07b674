"""The texts of a page in NFC, with Đ for its look-alikes: rich texts and blocks as well as plain fields."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from wagtail.fields import StreamField
from wagtail.models import Page

from core.text import nfc

#: Names and ids of blocks; they are not text.
_BLOCK_KEYS: Final = frozenset({"type", "id"})


def normalise_texts(page: Page) -> None:
    """Normalise the texts of the fields that the type of ``page`` adds to Wagtail's.

    Fields that are already normalised stay unchanged.
    """
    inherited = set(Page._meta.concrete_fields)
    for field in page._meta.concrete_fields:
        if field in inherited or field.attname in page.get_deferred_fields():
            continue
        if isinstance(field, StreamField):
            _normalise_blocks(page, field)
        elif isinstance(field, (models.CharField, models.TextField)) and not field.choices:
            text = getattr(page, field.attname)
            if isinstance(text, str) and (proper := nfc(text)) != text:
                setattr(page, field.attname, proper)


def _normalise_blocks(page: Page, field: StreamField) -> None:
    stored = field.stream_block.get_prep_value(getattr(page, field.attname))
    proper = normalised(stored)
    if proper != stored:
        setattr(page, field.attname, field.stream_block.to_python(proper))


def normalised(stored: Any) -> Any:
    """Return the stored form of blocks (lists, dictionaries, texts, numbers) with every text in it normalised."""
    if isinstance(stored, str):
        return nfc(stored)
    if isinstance(stored, list):
        return [normalised(item) for item in stored]
    if isinstance(stored, dict):
        return {
            key: value if key in _BLOCK_KEYS and isinstance(value, str) else normalised(value)
            for key, value in stored.items()
        }
    return stored
