"""StreamField blocks for editors' texts, and a StreamField that leaves them out of migrations."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ChoiceBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock

TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class LeanStreamField(StreamField):
    """A StreamField whose blocks are left out of migrations: changing a block does not change the database.

    In a data migration the value of such a field is its stored list (``raw_data``), not a tree of blocks.
    """

    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _args, kwargs = models.Field.deconstruct(self)
        return name, path, [], kwargs


class HeadingBlock(CharBlock):
    """A second-level heading; the title of the page is the first level."""

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "blocks/heading.html"


class ImageWithCaptionBlock(StructBlock):
    """An image with a caption; the alternative text is stored with the image."""

    image = ImageChooserBlock(label=_("image"))
    caption = CharBlock(label=_("caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "blocks/image.html"


class NoticeBlock(StructBlock):
    """A highlighted box."""

    tone = ChoiceBlock(
        label=_("kind"),
        choices=[("info", _("Information")), ("wait", _("Attention")), ("done", _("Good news"))],
        default="info",
    )
    title = CharBlock(label=_("title"), required=False, max_length=150)
    text = CharBlock(label=_("text"), max_length=500)

    class Meta:
        icon = "warning"
        label = _("Notice")
        template = "components/notice.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Pass the parameters of the component by name."""
        return {**super().get_context(value, parent_context), **value}


class DownloadBlock(StructBlock):
    """A file to download."""

    document = DocumentChooserBlock(label=_("document"))
    note = CharBlock(label=_("note"), required=False, max_length=200)

    class Meta:
        icon = "doc-full"
        label = _("File to download")
        template = "blocks/download.html"


class ContentBlock(StreamBlock):
    """All blocks of a text."""

    heading = HeadingBlock(max_length=150)
    paragraph = RichTextBlock(label=_("Text"), features=TEXT_FEATURES, icon="pilcrow")
    image = ImageWithCaptionBlock()
    notice = NoticeBlock()
    download = DownloadBlock()
