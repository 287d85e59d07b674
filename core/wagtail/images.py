"""Images of the editors' library that are not given out: a picture in their place (ADR 291)."""

from __future__ import annotations

from typing import Any, Final

from django.templatetags.static import static
from wagtail.images import get_image_model
from wagtail.images.models import AbstractRendition, Filter

from core import library_scan

WIDTH: Final = 320
HEIGHT: Final = 200


class WithheldImageMixin:
    """Of an image that is not found clean no resized copy is made or named."""

    @property
    def is_shown(self) -> bool:
        """Return whether the image may be shown to anybody."""
        return not library_scan.is_withheld(self)

    def get_rendition(self, filter: Filter | str) -> AbstractRendition:
        """Return the resized copy, or the picture in its place."""
        if self.is_shown:
            rendition: AbstractRendition = super().get_rendition(filter)  # type: ignore[misc]
            return rendition
        return self._in_its_place()

    def get_renditions(self, *filters: Filter | str) -> dict[str, AbstractRendition]:
        """Return the resized copies by filter, or the picture in their place."""
        if self.is_shown:
            renditions: dict[str, AbstractRendition] = super().get_renditions(*filters)  # type: ignore[misc]
            return renditions
        return {one if isinstance(one, str) else one.spec: self._in_its_place() for one in filters}

    def _in_its_place(self) -> Any:
        model: Any = get_image_model().get_rendition_model()
        return model(image=self, width=WIDTH, height=HEIGHT, withheld=library_scan.state_text(self))


class WithheldRenditionMixin:
    """A resized copy, or (with ``withheld``, the reason) the picture in its place, which is never stored."""

    # Of the class as well, for copies that were cached before there was this attribute.
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
        """Return the text in place of the picture."""
        return self.withheld or str(super().alt)  # type: ignore[misc]
