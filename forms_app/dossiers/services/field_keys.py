"""Encrypt everything again under the first of ``FIELD_KEYS``, so that a former key can go (ADR 168)."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.db.models import Model

from forms_app.dossiers.models import Dossier, Draft, SupplementRequest

_COLUMNS: Final[dict[type[Model], tuple[str, ...]]] = {
    Dossier: ("answers",),
    Draft: ("answers", "typed"),
    SupplementRequest: ("answers", "typed"),
}


def rotate_field_keys() -> int:
    """Write all identity numbers again under the first key; return the number of rows.

    Each row in a transaction of its own and locked: the portal may run meanwhile. May be repeated.
    """
    return sum(_rewrite(model, pk) for model in _COLUMNS for pk in _keys(model))


def _keys(model: type[Model]) -> list[int]:
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _rewrite(model: type[Model], pk: int) -> int:
    columns = _COLUMNS[model]
    row = model._default_manager.select_for_update(of=("self",)).only(*columns).filter(pk=pk).first()
    if row is None:
        return 0
    values: dict[str, Any] = {column: getattr(row, column) for column in columns}
    return model._default_manager.filter(pk=pk).update(**values)
