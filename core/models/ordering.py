"""A column in which a database keeps Vietnamese dictionary order; lists of any length are then paged in SQL."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from core.text import order_key

LETTERS: Final = 150
LENGTH: Final = 3 * LETTERS + 2  # two digits a letter, the end, one digit a tone


class OrderKeyField(models.CharField):
    """The order key of the attribute ``source``, taken anew at every save and insert.

    ``bulk_update`` and ``update`` write what they are given: set the attribute there with ``order_key``.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"max_length": LENGTH, "default": "", "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        """Return what a migration needs to make the field again."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the key of what ``source`` says now."""
        key = order_key(str(getattr(model_instance, self.source)), letters=LETTERS)
        setattr(model_instance, self.attname, key)
        return key
