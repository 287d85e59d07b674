"""Alerts: short, in force for a time that ends by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from accounts.models import Agency
from core.pagecache import until_midnight


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by time."""

    def current(self, now: datetime) -> AlertQuerySet:
        """Return those in force at ``now``, the most urgent first."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def seconds_until_change(self, now: datetime, *, at_most: int) -> int:
        """Return 1 to ``at_most`` seconds until the next alert begins or ends: how long a page may be kept."""
        moments = self.aggregate(
            start=models.Min("starts_at", filter=models.Q(starts_at__gt=now)),
            end=models.Min("ends_at", filter=models.Q(ends_at__gt=now)),
        )
        waits = [int((moment - now).total_seconds()) for moment in moments.values() if moment is not None]
        return max(1, min([at_most, *waits]))


class ShowsAlerts:
    """A page type that shows alerts: it may be kept until the next one begins or ends, or the day does."""

    @property
    def cache_seconds(self) -> int:
        """Seconds for the page cache (core.serving)."""
        seconds: int = Alert.objects.seconds_until_change(timezone.now(), at_most=until_midnight())
        return seconds


class Alert(models.Model):
    """A closed counter, an outage, a storm. It always has an end: a stale alert teaches people not to read them."""

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
        help_text=_("Shown on the site of this agency too."),
    )
    link_page = models.ForeignKey(
        Page,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page to go to"),
    )
    link_text = models.CharField(_("words of the link"), max_length=100, blank=True)
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
        """Say in the form what the database holds."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must be after the start.")})
        if self.link_page_id and not self.link_text:
            raise ValidationError({"link_text": _("Say where the link leads.")})
