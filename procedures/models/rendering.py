"""Pages are models; what they show is the business of views. Views register here, so that models need not know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from wagtail.models import Page

from core.models import BasePage
from core.pagecache import until_midnight

Builder = TypeVar("Builder", bound=Callable[..., dict[str, Any]])
_builders: dict[str, Callable[[Any, HttpRequest], dict[str, Any]]] = {}


def shows(model: type[Page]) -> Callable[[Builder], Builder]:
    """Register the decorated function as what ``model`` shows: (page, request) → context."""

    def add(builder: Builder) -> Builder:
        _builders[model._meta.label] = builder
        return builder

    return add


class ShownPage(BasePage):
    """A page whose context a view builds, in the editor's preview as well."""

    class Meta:
        abstract = True

    @property
    def cache_seconds(self) -> int:
        """Seconds for the page cache (core.serving): what is in force is another thing tomorrow."""
        return until_midnight()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **_builders[self._meta.label](self, request)}
