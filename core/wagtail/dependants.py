"""What depends on a page or row: while anything does, the admin refuses to delete it, even for superusers.

Wagtail counts the references in its own index, which leaves out rows that were written in bulk, and rows that depend
on a page through another row (the dossiers of a procedure). An app registers a function that finds those.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from wagtail.models import Page

CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class Dependants:
    """``number`` rows of the kind ``label``; ``advice``: what to do instead of deleting."""

    label: str
    number: int
    advice: str = ""


Finder = Callable[[models.Model], Iterable[Dependants]]
_finders: Final[list[Finder]] = []


def register(finder: Finder) -> Finder:
    """Register a function that returns what depends on an object, of any model."""
    _finders.append(finder)
    return finder


def dependants_of(instance: models.Model) -> list[Dependants]:
    """Return what depends on ``instance``, for a page including the pages below it; empty if it may be deleted."""
    direct = [] if isinstance(instance, Page) else protected_rows(type(instance), {"pk": instance.pk})
    indirect = [found for finder in _finders for found in finder(instance)]
    return [found for found in (*direct, *indirect) if found.number]


def protected_rows(
    model: type[models.Model],
    condition: dict[str, Any],
    *,
    advice: str = "",
    without: Collection[type[models.Model]] = (),
) -> list[Dependants]:
    """Return the rows that the database refuses to lose with the rows of ``model`` that meet ``condition``.

    ``without``: models whose rows do not count.
    """
    rows = model._default_manager.filter(**condition).values("pk")
    return [
        Dependants(
            str(capfirst(relation.related_model._meta.verbose_name_plural)),
            relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": rows}).count(),
            advice,
        )
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel)
        and relation.on_delete in {models.PROTECT, models.RESTRICT}
        and relation.related_model not in without
    ]


def refuse_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Show what depends on ``page`` instead of deleting it."""
    return _refuse(request, [page])


def refuse_rows(request: HttpRequest, rows: Iterable[models.Model]) -> HttpResponse | None:
    """Show what depends on ``rows`` instead of deleting them."""
    return _refuse(request, rows)


def refuse_bulk_action(
    request: HttpRequest, action_type: str, objects: Iterable[models.Model], _action: Any
) -> HttpResponse | None:
    """Show what depends on ``objects`` instead of deleting them."""
    return _refuse(request, objects) if action_type == "delete" else None


def _refuse(request: HttpRequest, objects: Iterable[models.Model]) -> HttpResponse | None:
    kept = [(one, rows) for one in objects if (rows := dependants_of(one))]
    if not kept:
        return None
    advice = dict.fromkeys(row.advice for _one, rows in kept for row in rows if row.advice)
    status = 200 if request.method == "GET" else CONFLICT
    return render(request, "core/admin/not_deletable.html", {"kept": kept, "advice": advice}, status=status)


class KeptObjectMixin:
    """A Wagtail delete view that refuses what others depend on; the views of pages and snippets do so through hooks."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask for confirmation, or refuse."""
        return self._refusal() or super().get(request, *args, **kwargs)  # type: ignore[misc]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Delete, or refuse."""
        return self._refusal() or super().post(request, *args, **kwargs)  # type: ignore[misc]

    def _refusal(self) -> HttpResponse | None:
        return _refuse(self.request, [self.object])  # type: ignore[attr-defined]
