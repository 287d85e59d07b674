"""Own image and document models, decided before the first migration. An image says what it shows (WCAG 1.1.1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class PortalImage(AbstractImage):
    """An image with its compulsory text alternative."""

    alt_text = models.CharField(
        _("text alternative"),
        max_length=250,
        help_text=_("What the picture shows, for people who do not see it."),
    )
    credit = models.CharField(_("credit"), max_length=150, blank=True)

    admin_form_fields = (
        *(name for name in Image.admin_form_fields if name != "description"),
        "alt_text",
        "credit",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [models.CheckConstraint(condition=~models.Q(alt_text=""), name="image_has_alt_text")]

    @property
    def default_alt_text(self) -> str:
        """Return the text that Wagtail puts into ``alt`` where a template gives none."""
        return self.alt_text


class PortalRendition(AbstractRendition):
    """A resized copy of an image."""

    image = models.ForeignKey(PortalImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class PortalDocument(AbstractDocument):
    """A file for download with what it is about."""

    description = models.CharField(_("description"), max_length=250, blank=True)

    admin_form_fields = (*Document.admin_form_fields, "description")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
