"""The pages of the catalogue: catalogue, sections, procedures, and the editor's form of a procedure page.

Views build the template context and register with ``page_context``, so that models do not import views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Final, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from accounts.models import Agency, Membership
from accounts.selectors import has_provincial_role
from core.display import date_text
from core.models import BasePage, OrderKeyField
from core.text import clean
from core.wagtail.page_form import PortalPageForm
from core.web import page_cache
from procedures.choices import Level, ProcedureKind, ServiceLevel, Status
from procedures.models.page_panels import edit_handler
from procedures.models.procedures import Audience, Field, Procedure
from procedures.models.versions import ProcedureVersion, PublicationDecision

Builder = TypeVar("Builder", bound=Callable[..., dict[str, Any]])
_builders: dict[str, Callable[[Any, HttpRequest], dict[str, Any]]] = {}


def page_context(model: type[Page]) -> Callable[[Builder], Builder]:
    """Register the decorated function as the context builder of ``model``: (page, request) → dict."""

    def add(builder: Builder) -> Builder:
        _builders[model._meta.label] = builder
        return builder

    return add


class ViewContextPage(BasePage):
    """A page whose template context is built by a view, also in the editor's preview."""

    #: What these views read from the query string (for core.web.page_cache).
    query_parameters: ClassVar[frozenset[str]] = frozenset({"page", "linh-vuc", "cap", "muc-do", "co-quan"})

    class Meta:
        abstract = True

    @property
    def cache_seconds(self) -> int:
        """Seconds until midnight, when another version may be in force (for core.wagtail.page_serving)."""
        return page_cache.until_midnight()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **_builders[self._meta.label](self, request)}


class ProcedureCataloguePage(ViewContextPage):
    """The catalogue of the province, with search and lists by agency, field and level."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*ViewContextPage.content_panels, FieldPanel("summary"), FieldPanel("introduction")]
    subpage_types = ["procedures.ProcedureSectionPage"]
    max_count_per_parent = 1
    structural = True
    template = "procedures/catalogue_page.html"

    class Meta:
        verbose_name = _("procedure catalogue")
        verbose_name_plural = _("procedure catalogues")

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text."""
        return str(self.introduction)


class SectionForm(PortalPageForm):
    """Lets the controllers of the province choose the agency and level of a section.

    The agency decides who may edit it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.for_user.is_superuser or has_provincial_role(self.for_user, Membership.Role.CONTROLLER):
            agencies = Agency.objects.valid_on(timezone.localdate())
            self.fields["agency"].queryset = agencies | Agency.objects.filter(pk=self.instance.agency_id)
        else:
            del self.fields["agency"], self.fields["government_level"]


class ProcedureSectionPage(ViewContextPage):
    """A section of the catalogue: the procedures of one responsible agency."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="procedure_sections", verbose_name=_("agency")
    )
    government_level = models.CharField(
        _("level of government"),
        max_length=20,
        choices=Level.choices,
        blank=True,
        help_text=_("Imported procedures that all agencies of this level carry out go into this section."),
    )
    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [
        *ViewContextPage.content_panels,
        FieldPanel("agency"),
        FieldPanel("government_level"),
        FieldPanel("summary"),
        FieldPanel("introduction"),
    ]
    base_form_class = SectionForm
    parent_page_types = ["procedures.ProcedureCataloguePage"]
    subpage_types = ["procedures.ProcedurePage"]
    template = "procedures/section_page.html"

    class Meta:
        verbose_name = _("catalogue section")
        verbose_name_plural = _("catalogue sections")

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text."""
        return str(self.introduction)


LEVEL_FIELDS: Final = {
    Level.MINISTRY.value: "level_ministry",
    Level.PROVINCE.value: "level_province",
    Level.DISTRICT.value: "level_district",
    Level.COMMUNE.value: "level_commune",
    Level.OTHER.value: "level_other",
}
# Everything that is not text: a translation takes it from its Vietnamese page.
FACTS: Final = (
    "procedure_id", "field_id", "decision_id", "effective_from", "kind", "service_level", *LEVEL_FIELDS.values(),
    "is_vertical", "is_internal", "is_special", "at_one_stop", "post_in", "post_out", "same_day", "related_codes",
)  # fmt: skip


class ProcedurePageForm(PortalPageForm):
    """Clears the first day in force of the previous version; a translation has text fields only.

    The day belongs to one publication. Left in the form, it would backdate the next version to the same
    day, and the previous one would never have been in force.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        page = kwargs.get("instance")
        if page is not None and self._is_left_over(page):
            kwargs["initial"] = {"effective_from": None, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if page is not None and page.locale_id and not page.locale.is_default:
            for name in ("procedure", "field", "decision", "official_name", "audiences", *FACTS):
                self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        """Refuse to publish from a day on which the new version cannot begin.

        A day before the decision was signed is refused before anybody is asked for approval.
        """
        data: dict[str, Any] = super().clean()
        if (
            "effective_from" not in self.cleaned_data
            or not {"action-publish", "action-submit"} & self.data.keys()
        ):
            return data
        day, decision = data["effective_from"] or timezone.localdate(), data.get("decision")
        if decision and (message := decision.why_not_from(day)):
            self.add_error("effective_from", message)
        elif "action-publish" in self.data:
            self._check_day(day)
        return data

    def _check_day(self, day: date) -> None:
        version = _versions_in_force(self.instance).order_by("-number").first()
        if version is None or day >= version.next_may_begin:
            return
        if version.is_waiting():
            message = _(
                "A new version cannot apply from %(day)s: version %(number)d waits for %(earliest)s. Enter that day "
                "or a later one, or first withdraw version %(number)d or give it another day: “Entry in the register, "
                "end” at the top of this page."
            )
        else:
            message = _(
                "A new version cannot apply from %(day)s: version %(number)d already has %(earliest)s as its "
                "first day. Enter that day or a later one."
            )
        earliest = date_text(version.next_may_begin)
        facts = {"day": date_text(day), "number": version.number, "earliest": earliest}
        self.add_error("effective_from", message % facts)

    @staticmethod
    def _is_left_over(page: Any) -> bool:
        if not page.effective_from:
            return False
        return _versions_in_force(page).filter(valid_from__gte=page.effective_from).exists()


def _versions_in_force(page: Any) -> models.QuerySet[ProcedureVersion]:
    """Return the versions of the procedure of ``page`` that were, are or will be in force."""
    versions = ProcedureVersion.objects.filter(procedure=page.procedure_id)
    return versions.exclude(valid_to__lt=F("valid_from"))


class ProcedurePage(ViewContextPage):
    """The working copy of a procedure. Publishing it under a decision makes a ``ProcedureVersion``."""

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="pages", verbose_name=_("procedure in the register")
    )
    official_name = models.TextField(
        _("official name"), blank=True, help_text=_("Only if it is too long for a page title.")
    )
    order_key = OrderKeyField(source="name")
    short_title = models.CharField(_("short title"), max_length=200, blank=True)
    keywords = models.TextField(
        _("keywords"), blank=True, help_text=_("One per line, in everyday words; used by the search.")
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
        Audience, blank=True, related_name="pages", verbose_name=_("eligible applicants")
    )
    service_level = models.CharField(
        _("online service level"), max_length=20, choices=ServiceLevel.choices, blank=True
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
        _("in force from"), null=True, blank=True, help_text=_("Leave empty for the day of publication.")
    )
    implementing_agencies = models.TextField(
        _("carried out by"), blank=True, help_text=_("One agency per line.")
    )
    competent_authority = models.TextField(_("competent authority"), blank=True)
    authorized_agency = models.TextField(_("authorised agency"), blank=True)
    coordinating_agencies = models.TextField(
        _("coordinating agencies"), blank=True, help_text=_("One agency per line.")
    )
    reception_address = models.TextField(_("where dossiers are received"), blank=True)
    requirements = models.TextField(_("requirements and conditions"), blank=True)
    related_codes = models.TextField(_("related procedures"), blank=True, help_text=_("One code per line."))
    is_vertical = models.BooleanField(_("handled by a vertical agency"), default=False)
    is_internal = models.BooleanField(_("internal procedure between state agencies"), default=False)
    is_special = models.BooleanField(_("specific to the province"), default=False)
    at_one_stop = models.BooleanField(_("received at the one-stop desk"), default=True)
    post_in = models.BooleanField(_("received by post"), default=False)
    post_out = models.BooleanField(_("returned by post"), default=False)
    same_day = models.BooleanField(
        _("done on the same day"),
        default=False,
        help_text=_("Received after the cut-off time, so due on the next working day."),
    )

    translated_texts = models.JSONField(_("texts in the language of the page"), default=dict, editable=False)

    # A translator edits all texts in the ordinary form: wagtail-localize does not offer those of the child rows.
    localize_default_translation_mode = "simple"
    search_fields = [
        *ViewContextPage.search_fields,
        index.SearchField("official_name"),
        index.RelatedFields("procedure", [index.SearchField("core_code"), index.SearchField("code")]),
    ]
    base_form_class = ProcedurePageForm
    edit_handler = edit_handler()
    parent_page_types = ["procedures.ProcedureSectionPage"]
    subpage_types: list[str] = []
    copy_refusal = _(
        "The page of a procedure cannot be copied: each procedure has one page. To create a procedure with "
        "its own code, open “Procedures” in the menu and press “Create a procedure”."
    )
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
        """Show the page unless the procedure is not public (chưa công khai); ended procedures can still be read."""
        if self.procedure.status == Status.HIDDEN:
            raise Http404
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def clean(self) -> None:
        super().clean()
        self.short_title = clean(self.short_title)
        if self.locale_id and not self.locale.is_default:
            self._keep_facts_of_source()
        page = pages_of(self.procedure_id, self.locale_id).first() if self.procedure_id else None
        if page is not None and page.pk != self.pk:
            message = _(
                "This procedure already has a page: “%(title)s” (%(slug)s). Edit that page; delete this one "
                "if it is "
                "a copy."
            )
            raise ValidationError({"procedure": message % {"title": page.title, "slug": page.slug}})

    def _keep_facts_of_source(self) -> None:
        """Take everything that is not text from the Vietnamese page: a translation changes no law.

        The long official name exists only on the Vietnamese page.
        """
        self.official_name = ""
        sources = ProcedurePage.objects.filter(
            translation_key=self.translation_key, locale__language_code=settings.LANGUAGE_CODE
        )
        facts = sources.values(*FACTS).first()
        for name, value in (facts or {}).items():
            setattr(self, name, value)


def pages_of(procedure: Any, locale_id: int) -> models.QuerySet[ProcedurePage]:
    """Return the pages of a procedure (key or expression) in one language; the first one is the page that counts.

    That is the published one, or the oldest of several. Others are copies made when pages could still be copied.
    """
    pages: models.QuerySet[ProcedurePage] = ProcedurePage.objects.filter(
        procedure=procedure, locale=locale_id, alias_of=None
    )
    return pages.order_by("-live", "pk")
