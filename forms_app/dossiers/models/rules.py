"""What the province sets by date: how a procedure is filed, how a supplement moves the clock, what is consented to."""

from __future__ import annotations

from typing import ClassVar, Final

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.validity import Validity, ValidityQuerySet

#: Online dossiers are answered within eight working hours (NĐ 45/2020/NĐ-CP; DOMAIN 2.6 could not read its text).
DEFAULT_INTAKE_HOURS: Final = 8


def one_general_a_day(name: str) -> models.UniqueConstraint:
    """Return the constraint of settings for all procedures: to a key, two rows without a procedure are different."""
    return models.UniqueConstraint(
        fields=["valid_from"],
        condition=models.Q(procedure__isnull=True),
        name=name,
        violation_error_message=_("For all procedures there is a setting from this day on already."),
    )


class FilingChannel(Validity):
    """Where a procedure is filed online from a day on (DOMAIN 0.2); with no row the portal's own form is offered."""

    class Channel(models.TextChoices):
        OWN = "own", _("Form of this portal")
        NATIONAL = "national", _("National portal (dichvucong.gov.vn)")
        COUNTER = "counter", _("At the counter only")

    procedure = models.ForeignKey(
        "procedures.Procedure",
        on_delete=models.CASCADE,
        related_name="filing_channels",
        verbose_name=_("procedure"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    url = models.URLField(_("address on the national portal"), blank=True)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("filing channel")
        verbose_name_plural = _("filing channels")
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["procedure", "valid_from"], name="filing_channel_once_a_day"),
            models.CheckConstraint(
                condition=~models.Q(channel="national", url=""), name="filing_channel_has_url"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}: {self.get_channel_display()}"


class DeadlineSetting(Validity):
    """What the law leaves to the province about time (DOMAIN 2.6), for one procedure or, without one, for all."""

    class Mode(models.TextChoices):
        RESTART = "restart", _("the whole time again from the day of the supplement")
        PAUSE = "pause", _("the promised date moves by the time waited")

    procedure = models.ForeignKey(
        "procedures.Procedure", on_delete=models.CASCADE, null=True, blank=True, related_name="deadline_settings",
        verbose_name=_("procedure"), help_text=_("Empty: every procedure without a setting of its own."),
    )  # fmt: skip
    supplement_mode = models.CharField(_("after a supplement"), max_length=10, choices=Mode.choices)
    same_day_cutoff = models.TimeField(
        _("same-day procedures: received by"),
        default="15:00",
        help_text=_("Later counts from the next working day."),
    )
    intake_hours = models.PositiveSmallIntegerField(
        _("accepted, refused or asked about within"),
        default=DEFAULT_INTAKE_HOURS,
        validators=[MinValueValidator(1)],
        help_text=_("Working hours after filing; eight make a working day."),
    )

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("deadline setting")
        verbose_name_plural = _("deadline settings")
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["procedure", "valid_from"], name="deadline_setting_once_a_day"),
            one_general_a_day("deadline_setting_general_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure or _('all procedures')}: {self.get_supplement_mode_display()}"


class RetentionSetting(Validity):
    """How long a closed dossier is kept (thời hạn bảo quản), for one procedure or, without one, for all.

    The portal ships no row: the archive law leaves the period to lists of each field, so the operator enters it with
    its source. What is past its period is told, not destroyed: destroying an archive is an act of its own.
    """

    procedure = models.ForeignKey(
        "procedures.Procedure", on_delete=models.CASCADE, null=True, blank=True, related_name="retention_settings",
        verbose_name=_("procedure"), help_text=_("Empty: every procedure without a setting of its own."),
    )  # fmt: skip
    years = models.PositiveSmallIntegerField(
        _("years"),
        validators=[MinValueValidator(1)],
        help_text=_("Counted from the end of the year in which the dossier was closed."),
    )
    legal_basis = models.CharField(
        _("legal basis"), max_length=200, help_text=_("The citizen reads it as the reason.")
    )

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("retention setting")
        verbose_name_plural = _("retention settings")
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["procedure", "valid_from"], name="retention_setting_once_a_day"),
            one_general_a_day("retention_setting_general_once_a_day"),
            models.CheckConstraint(condition=models.Q(years__gte=1), name="retention_setting_some_years"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure or _('all procedures')}: {self.years}"


class ConsentText(models.Model):
    """What a citizen agrees to (Law 91/2025/QH15, Decree 356/2025); a new wording is a new row."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    valid_from = models.DateField(_("valid from"))
    purpose = models.TextField(_("purpose"))
    retention = models.TextField(_("how long it is kept"))
    rights = models.TextField(_("rights"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} ({self.valid_from:%d/%m/%Y})"
