"""The procedures of the catalogue and what they refer to: fields, audiences."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from core.models import OrderKeyField
from procedures.choices import ENDED_STATUSES, AudienceCode, Status
from procedures.codes import CORE_PATTERN, LOCAL_PATTERN


class Field(models.Model):
    """A field of administration (lĩnh vực), for example ``G15-TP07`` Hộ tịch. Two ministries may use the same name."""

    code = models.CharField(_("code"), max_length=20, blank=True, help_text=_("For example G15-TP07."))
    name = models.CharField(_("name"), max_length=250)
    order_key = OrderKeyField(source="name")
    ministry = models.CharField(_("ministry in charge"), max_length=120, blank=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering = ["order_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="field_code_once"),
            models.UniqueConstraint(fields=["name", "ministry"], name="field_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="field_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.ministry})" if self.ministry else self.name


class Audience(models.Model):
    """A kind of applicant (đối tượng thực hiện)."""

    code = models.CharField(_("code"), max_length=30, unique=True, choices=AudienceCode.choices)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__in=AudienceCode.values), name="audience_code_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Procedure(index.Indexed, models.Model):
    """An administrative procedure (thủ tục hành chính, TTHC): an entry of the catalogue."""

    search_fields = [
        index.SearchField("core_code"),
        index.SearchField("code"),
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("status"),
        index.FilterField("field"),
    ]

    core_code = models.CharField(
        _("national code"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(CORE_PATTERN, _("Enter the code in the format 1.001193."))],
    )
    code = models.CharField(
        _("local code"),
        max_length=30,
        blank=True,
        validators=[RegexValidator(LOCAL_PATTERN, _("Enter the code in the format 1.001193.H12."))],
    )
    title = models.TextField(_("name"))
    order_key = OrderKeyField(source="title")
    field = models.ForeignKey(
        Field,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="procedures",
        verbose_name=_("field"),
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PUBLIC)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    usage = models.PositiveIntegerField(
        _("uses nationwide"),
        default=0,
        help_text=_("Number of online dossiers; used to rank equal search results."),
    )

    # Taken from a record of that portal, never derived from the code: its addresses contain an identifier of their own.
    national_url = models.URLField(_("address on the national portal"), blank=True, max_length=200)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["core_code"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="procedure_status_known"),
            models.CheckConstraint(
                condition=Q(status=Status.REPLACED) | Q(replaced_by__isnull=True),
                name="procedure_successor_only_when_replaced",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                name="procedure_not_own_successor",
            ),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__startswith=F("core_code")), name="procedure_local_code_fits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.core_code} {self.title}"

    @property
    def ended(self) -> bool:
        """Return True if the procedure can no longer be filed: by its status, or by the date of its end."""
        if self.status in ENDED_STATUSES:
            return True
        ending = getattr(self, "ending", None)
        return ending is not None and bool(ending.has_begun())
