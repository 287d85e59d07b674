"""Alerts and menus, which pages of every app show."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from accounts.models import Agency
from core.wagtail.addresses import leads_somewhere
from core.web import page_cache

SITE_PATH = RegexValidator(r"^/([\w-]+/)*$", _("Enter a path on this site, such as /thu-tuc/."))


class AlertQuerySet(models.QuerySet["Alert"]):
    """Filters by time."""

    def current(self, now: datetime) -> AlertQuerySet:
        """Return the alerts in force at ``now``."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def seconds_until_change(self, now: datetime, *, at_most: int) -> int:
        """Return the seconds until the next alert begins or ends, from 1 to ``at_most``."""
        moments = self.aggregate(
            start=models.Min("starts_at", filter=models.Q(starts_at__gt=now)),
            end=models.Min("ends_at", filter=models.Q(ends_at__gt=now)),
        )
        waits = [int((moment - now).total_seconds()) for moment in moments.values() if moment is not None]
        return max(1, min([at_most, *waits]))


class AlertsMixin:
    """A page that shows alerts: it may be cached until the next one begins or ends, at most until midnight."""

    @property
    def cache_seconds(self) -> int:
        """Seconds for the page cache (core.wagtail.page_serving)."""
        seconds: int = Alert.objects.seconds_until_change(timezone.now(), at_most=page_cache.until_midnight())
        return seconds


class Alert(models.Model):
    """A closed counter, an outage, a storm. An alert always has an end: people stop reading outdated alerts."""

    class Tone(models.TextChoices):
        INFO = "info", _("Information")
        WAIT = "wait", _("Attention")
        BAD = "bad", _("Danger")

    tone = models.CharField(_("kind"), max_length=10, choices=Tone.choices, default=Tone.INFO)
    title = models.CharField(_("title"), max_length=150)
    text = models.CharField(_("text"), max_length=500, blank=True)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alerts",
        verbose_name=_("agency"),
        help_text=_("Also shown on the site of this agency."),
    )
    link_page = models.ForeignKey(
        Page,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("linked page"),
    )
    link_text = models.CharField(_("link text"), max_length=100, blank=True)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"))

    objects: ClassVar[Any] = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="alert_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(tone__in=["info", "wait", "bad"]), name="alert_tone_known"
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="alert_by_end")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Report in the form what the database constraints would reject."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must be after the start.")})
        if self.link_page_id and not self.link_text:
            raise ValidationError({"link_text": _("Enter the link text.")})


class MenuItem(models.Model):
    """A menu entry: a page, which may be renamed and moved, or a fixed path of this site."""

    class Place(models.TextChoices):
        MAIN = "main", _("Main menu")
        FOOTER = "footer", _("Footer")

    place = models.CharField(_("location"), max_length=10, choices=Place.choices, default=Place.MAIN)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    label = models.CharField(_("label"), max_length=60)
    label_en = models.CharField(_("label in English"), max_length=60, blank=True)
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
        """Report in the form what the database constraints would reject."""
        if bool(self.page_id) == bool(self.path):
            raise ValidationError(_("Choose either a page or a path."))
        if self.path and not leads_somewhere(self.path, with_parameters=True):
            raise ValidationError({"path": _("There is nothing at this path on the site.")})
