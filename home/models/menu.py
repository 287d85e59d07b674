"""The menus at the head and the foot of every page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

SITE_PATH = RegexValidator(r"^/([\w-]+/)*$", _("Write a path of this site, such as /thu-tuc/."))


class MenuItem(models.Model):
    """One entry: a page, which may be renamed and moved, or a fixed path of this site."""

    class Place(models.TextChoices):
        MAIN = "main", _("Main menu")
        FOOTER = "footer", _("Footer")

    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.MAIN)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    label = models.CharField(_("words"), max_length=60)
    label_en = models.CharField(_("words in English"), max_length=60, blank=True)
    page = models.ForeignKey(
        Page, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("page")
    )
    path = models.CharField(_("path"), max_length=200, blank=True, validators=[SITE_PATH])

    class Meta:
        verbose_name = _("menu entry")
        verbose_name_plural = _("menu entries")
        ordering = ["place", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(page__isnull=True) ^ models.Q(path=""), name="menu_item_leads_to_one_place"
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=["main", "footer"]), name="menu_item_place_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """Say in the form what the database holds."""
        if bool(self.page_id) == bool(self.path):
            raise ValidationError(_("Choose a page or write a path, not both."))
