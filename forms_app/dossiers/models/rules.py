"""The rules that the province sets by date, and the counter of dossier numbers. Read through ``dossiers.rules``."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from core.models import Validity, ValidityQuerySet
from forms_app.dossiers.codes import validate_pattern
from procedures.filing_links import is_on_national_portal

#: Online dossiers are answered within eight working hours (docs/domain.md#intake-deadline).
DEFAULT_INTAKE_HOURS: Final = 8
#: The competent agency requests a supplement within three working days of acceptance (docs/domain.md#pausing).
DEFAULT_REQUEST_DAYS: Final = 3
#: The longest time that a citizen is given for a supplement. The law sets no limit; after 15 days of silence the desk
#: may close the dossier unless the law of the field says otherwise (art. 19.5 NĐ 118/2025). Four times as long leaves
#: room for documents issued by others; a later day is a typing error.
DEFAULT_ANSWER_DAYS: Final = 60
MAX_ANSWER_DAYS: Final = 730


def one_general_a_day(name: str) -> models.UniqueConstraint:
    """Return the constraint for settings of all procedures: unique keys treat rows without a procedure as different."""
    return models.UniqueConstraint(
        fields=["valid_from"],
        condition=models.Q(procedure__isnull=True),
        name=name,
        violation_error_message=_("There is already a setting for all procedures from this day."),
    )


class FilingChannel(Validity):
    """Where a procedure is filed online from a day on.

    By default with the portal's own form (docs/domain.md#submission-channels).
    """

    class Channel(models.TextChoices):
        OWN = "own", _("Form on this portal")
        NATIONAL = "national", _("National portal (dichvucong.gov.vn)")
        COUNTER = "counter", _("At the counter only")

    procedure = models.ForeignKey(
        "procedures.Procedure",
        on_delete=models.CASCADE,
        related_name="filing_channels",
        verbose_name=_("procedure"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    url = models.URLField(
        _("address on the national portal"),
        blank=True,
        help_text=_("Only for the channel “National portal”; begins with https://."),
    )

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
            models.CheckConstraint(
                condition=models.Q(url="") | models.Q(url__startswith="https://"),
                name="filing_channel_url_is_https",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}: {self.get_channel_display()}"

    def clean(self) -> None:
        """Refuse an address that is missing, or that is not one of the national portal."""
        super().clean()
        if self.channel == self.Channel.NATIONAL and not self.url:
            message = _("Enter the address at which the procedure is filed on the national portal.")
            raise ValidationError({"url": message})
        if self.url and not is_on_national_portal(self.url):
            message = _(
                "Enter an address that begins with https:// and leads to the national portal (%(hosts)s)."
            )
            hosts = ", ".join(settings.NATIONAL_PORTAL_HOSTS)
            raise ValidationError({"url": ValidationError(message, params={"hosts": hosts})})


class DeadlineSetting(Validity):
    """Deadline rules that the province sets, per procedure or for all (docs/domain.md#deadlines)."""

    class Mode(models.TextChoices):
        RESTART = "restart", _("the full time restarts on the day of the supplement")
        PAUSE = "pause", _("the due date moves by the length of the pause")

    procedure = models.ForeignKey(
        "procedures.Procedure", on_delete=models.CASCADE, null=True, blank=True, related_name="deadline_settings",
        verbose_name=_("procedure"), help_text=_("Leave empty for all procedures without a setting of their own."),
    )  # fmt: skip
    supplement_mode = models.CharField(_("after a supplement"), max_length=10, choices=Mode.choices)
    same_day_cutoff = models.TimeField(
        _("cut-off time for same-day procedures"),
        default="15:00",
        help_text=_("For dossiers received later, processing time starts on the next working day."),
    )
    intake_hours = models.PositiveSmallIntegerField(
        _("time to accept, decline or request a supplement"),
        default=DEFAULT_INTAKE_HOURS,
        validators=[MinValueValidator(1)],
        help_text=_("Working hours after submission; eight hours are one working day."),
    )
    request_days = models.PositiveSmallIntegerField(
        _("time to request a supplement"),
        default=DEFAULT_REQUEST_DAYS,
        null=True,
        blank=True,
        help_text=_(
            "Working days after acceptance. A later request moves the due date, but the dossier still counts as late "
            "after the former one. Leave empty if the law of the field sets no limit."
        ),
    )
    answer_days = models.PositiveSmallIntegerField(
        _("longest time for a supplement"),
        default=DEFAULT_ANSWER_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_ANSWER_DAYS)],
        help_text=_(
            "Days after the request. The law of the field may give the citizen more time; the limit keeps a mistyped "
            "date from pausing a dossier for years."
        ),
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
        procedure = self.procedure or _("all procedures")
        return f"{procedure}: {self.get_supplement_mode_display()}"


class RetentionSetting(Validity):
    """How long a closed dossier is kept (thời hạn bảo quản), for one procedure or, without one, for all.

    The portal ships no row: the archive law leaves the period to lists per field, so the operator enters it with its
    source. Dossiers past their period are listed, not destroyed: that is a decision of the archive.
    """

    procedure = models.ForeignKey(
        "procedures.Procedure", on_delete=models.CASCADE, null=True, blank=True, related_name="retention_settings",
        verbose_name=_("procedure"), help_text=_("Leave empty for all procedures without a setting of their own."),
    )  # fmt: skip
    years = models.PositiveSmallIntegerField(
        _("years"),
        validators=[MinValueValidator(1)],
        help_text=_("Counted from the end of the year in which the dossier was closed."),
    )
    legal_basis = models.CharField(
        _("legal basis"), max_length=200, help_text=_("Shown to the citizen as the reason.")
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
        procedure = self.procedure or _("all procedures")
        return f"{procedure}: {self.years}"


class ConsentText(models.Model):
    """What a citizen consents to (Law 91/2025/QH15, NĐ 356/2025/NĐ-CP); a new wording is a new row."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    valid_from = models.DateField(_("valid from"))
    purpose = models.TextField(_("purpose"))
    retention = models.TextField(_("retention period"))
    rights = models.TextField(_("rights"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} ({self.valid_from:%d/%m/%Y})"


class RuleGeneration(models.Model):
    """One row that database triggers change with every change of a rule (``forms_app.dossiers.rules``)."""

    generation = models.BigIntegerField(_("generation"))

    class Meta:
        verbose_name = _("rule generation")
        verbose_name_plural = _("rule generations")

    def __str__(self) -> str:
        return str(self.generation)


class CodeFormat(Validity):
    """The pattern of dossier codes (mã hồ sơ) from a day on (docs/domain.md#dossier-codes).

    For example ``{agency_code}-{yymmdd}-{seq:04d}``.
    """

    pattern = models.CharField(
        _("pattern"), max_length=80, validators=[validate_pattern],
        help_text=_("Fields: {agency_code}, {agency_code_old}, {yymmdd}, {seq:04d}."),
    )  # fmt: skip
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("dossier code format")
        verbose_name_plural = _("dossier code formats")
        ordering = ["-valid_from"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["valid_from"], name="code_format_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.pattern


class NumberCounter(models.Model):
    """The last number assigned by an agency on a day in Asia/Ho_Chi_Minh; locked while a code is taken."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("number counter")
        verbose_name_plural = _("number counters")
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="number_counter_once_a_day")]

    def __str__(self) -> str:
        return f"{self.agency} {self.day:%d/%m/%Y}: {self.last}"
