"""The page of a procedure: what editors work on. Citizens read the snapshot of the version in force."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField

from core.models import OrderKeyField
from core.text import clean
from procedures.choices import Level, ProcedureKind, ServiceLevel, Status
from procedures.models.decisions import PublicationDecision
from procedures.models.page_form import ProcedurePageForm
from procedures.models.page_panels import edit_handler
from procedures.models.register import Procedure
from procedures.models.rendering import ShownPage
from procedures.models.vocabulary import Audience, Field

LEVEL_FIELDS: Final = {
    Level.MINISTRY.value: "level_ministry",
    Level.PROVINCE.value: "level_province",
    Level.DISTRICT.value: "level_district",
    Level.COMMUNE.value: "level_commune",
    Level.OTHER.value: "level_other",
}


class ProcedurePage(ShownPage):
    """The working copy of a procedure. Publishing it under a decision makes a ``ProcedureVersion``."""

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="pages", verbose_name=_("procedure in the register")
    )
    official_name = models.TextField(
        _("official name"), blank=True, help_text=_("Only when it is longer than a page title can be.")
    )
    order_key = OrderKeyField(source="name")
    short_title = models.CharField(_("short title"), max_length=200, blank=True)
    keywords = models.TextField(
        _("keywords"), blank=True, help_text=_("One a line: how people really say it. They help the search.")
    )
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, null=True, blank=True, related_name="pages", verbose_name=_("field")
    )
    level_ministry = models.BooleanField(Level.MINISTRY.label, default=False)
    level_province = models.BooleanField(Level.PROVINCE.label, default=False)
    level_district = models.BooleanField(Level.DISTRICT.label, default=False)
    level_commune = models.BooleanField(Level.COMMUNE.label, default=False)
    level_other = models.BooleanField(Level.OTHER.label, default=False)
    kind = models.CharField(_("kind of procedure"), max_length=20, choices=ProcedureKind.choices, blank=True)
    audiences = ParentalManyToManyField(
        Audience, blank=True, related_name="pages", verbose_name=_("who may ask for it")
    )
    service_level = models.CharField(
        _("online level"), max_length=20, choices=ServiceLevel.choices, blank=True
    )
    decision = models.ForeignKey(
        PublicationDecision,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pages",
        verbose_name=_("publication decision"),
    )
    effective_from = models.DateField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: the day of publication.")
    )
    implementing_agencies = models.TextField(_("carried out by"), blank=True, help_text=_("One a line."))
    competent_authority = models.TextField(_("competent authority"), blank=True)
    authorized_agency = models.TextField(_("authorised agency"), blank=True)
    coordinating_agencies = models.TextField(
        _("coordinating agencies"), blank=True, help_text=_("One a line.")
    )
    reception_address = models.TextField(_("where dossiers are received"), blank=True)
    requirements = models.TextField(_("requirements and conditions"), blank=True)
    related_codes = models.TextField(_("related procedures"), blank=True, help_text=_("One code a line."))
    is_vertical = models.BooleanField(_("run by a central agency"), default=False)
    is_internal = models.BooleanField(_("between state bodies"), default=False)
    is_special = models.BooleanField(_("own to the province"), default=False)
    at_one_stop = models.BooleanField(_("received at the one-stop desk"), default=True)
    post_in = models.BooleanField(_("received by post"), default=False)
    post_out = models.BooleanField(_("returned by post"), default=False)
    same_day = models.BooleanField(
        _("done on the day"),
        default=False,
        help_text=_("Received after 15:00: done on the next working day."),
    )

    base_form_class = ProcedurePageForm
    edit_handler = edit_handler()
    parent_page_types = ["procedures.ProcedureSectionPage"]
    subpage_types: list[str] = []
    template = "procedures/procedure_page.html"

    serve_prefetch = ("procedure",)

    class Meta:
        verbose_name = _("procedure page")
        verbose_name_plural = _("procedure pages")
        constraints = [
            models.CheckConstraint(
                condition=Q(service_level__in=["", *ServiceLevel.values]), name="page_service_level_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=["", *ProcedureKind.values]), name="page_kind_known"),
        ]

    @property
    def name(self) -> str:
        """Return the full official name (tên thủ tục)."""
        return self.official_name or self.title

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the levels of government, from the highest down."""
        return tuple(level for level, name in LEVEL_FIELDS.items() if getattr(self, name))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, unless the procedure is not public (chưa công khai); one that ended stays readable."""
        if self.procedure.status == Status.HIDDEN:
            raise Http404
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def clean(self) -> None:
        super().clean()
        self.short_title = clean(self.short_title)
        others = ProcedurePage.objects.filter(procedure=self.procedure_id, locale=self.locale_id)
        if self.procedure_id and others.exclude(pk=self.pk).exists():
            raise ValidationError({"procedure": _("This procedure has a page already.")})
