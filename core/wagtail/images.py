"""Images of the editors' library that are withheld: a placeholder picture is shown (ADR 291)."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.templatetags.static import static
from wagtail.images import get_image_model
from wagtail.images.models import AbstractRendition, Filter, ImageQuerySet

from core import library_scan

WIDTH: Final = 320
HEIGHT: Final = 200


class LibraryImageManager(models.Manager.from_queryset(ImageQuerySet)):  # type: ignore[misc]
    """Reads images with the verdicts of the scanner, which every picture in a list asks for."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the images with their verdicts."""
        return library_scan.with_verdicts(super().get_queryset())


class WithheldImageMixin:
    """No resized copy is made or referenced of an image that has not been found clean."""

    @property
    def is_shown(self) -> bool:
        """Return whether the image may be shown."""
        return not library_scan.is_withheld(self)

    def get_rendition(self, filter: Filter | str) -> AbstractRendition:
        """Return the resized copy, or the placeholder picture."""
        if self.is_shown:
            rendition: AbstractRendition = super().get_rendition(filter)  # type: ignore[misc]
            return rendition
        return self._in_its_place()

    def get_renditions(self, *filters: Filter | str) -> dict[str, AbstractRendition]:
        """Return the resized copies by filter, or the placeholder picture."""
        if self.is_shown:
            renditions: dict[str, AbstractRendition] = super().get_renditions(*filters)  # type: ignore[misc]
            return renditions
        return {one if isinstance(one, str) else one.spec: self._in_its_place() for one in filters}

    def _in_its_place(self) -> Any:
        model: Any = get_image_model().get_rendition_model()
        return model(image=self, width=WIDTH, height=HEIGHT, withheld=library_scan.state_text(self))


class WithheldRenditionMixin:
    """A resized copy, or (with ``withheld``, the reason) the placeholder picture, which is never stored."""

    # A class attribute too, for copies that were cached before the attribute existed.
    withheld = ""

    def __init__(self, *args: Any, withheld: str = "", **values: Any) -> None:
        super().__init__(*args, **values)
        self.withheld = withheld

    @property
    def url(self) -> str:
        """Return the address of the picture."""
        return static("svg/withheld.svg") if self.withheld else str(super().url)  # type: ignore[misc]

    @property
    def alt(self) -> str:
        """Return the alternative text of the picture."""
        return self.withheld or str(super().alt)  # type: ignore[misc]
