"""The portal's own image and document models; every image has an alternative text (WCAG 1.1.1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from core.wagtail.images import LibraryImageManager, WithheldImageMixin, WithheldRenditionMixin


class PortalImage(WithheldImageMixin, AbstractImage):
    """An image with a required alternative text."""

    alt_text = models.CharField(
        _("alternative text"),
        max_length=250,
        help_text=_("Describe the image for people who cannot see it."),
    )
    credit = models.CharField(_("image credit"), max_length=150, blank=True)

    objects = LibraryImageManager()

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
        """Return the text that Wagtail uses for ``alt`` if the template sets none."""
        return self.alt_text


class PortalRendition(WithheldRenditionMixin, AbstractRendition):
    """A resized copy of an image."""

    image = models.ForeignKey(PortalImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class PortalDocument(AbstractDocument):
    """A file for download with a description."""

    description = models.CharField(_("description"), max_length=250, blank=True)

    admin_form_fields = (*Document.admin_form_fields, "description")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def clean(self) -> None:
        """Check the extension of a new file; one that is stored keeps it when a format is no longer accepted.

        Without a file, for example a refused one, there is nothing to report.
        """
        stored = PortalDocument.objects.filter(pk=self.pk, file=self.file.name) if self.pk else None
        if self.file and not (stored and stored.exists()):
            super().clean()
