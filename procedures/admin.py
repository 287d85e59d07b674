"""Rows of the catalogue that staff edit as snippets."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
)
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from core.text import parse_pk
from core.wagtail.register_filters import RegisterFilterSet
from procedures.control import controlled_procedures, visible_procedures
from procedures.decision_chooser import DecisionChooser, with_columns
from procedures.models import BlankForm, Field, Procedure, PublicationDecision

CHOOSER_ROWS: Final = 20


class _VisibleMixin:
    """Offer what everybody can read, and what the user controls: names of others are not public yet."""

    request: HttpRequest

    def get_object_list(self) -> QuerySet[Procedure]:
        """Return the procedures with a public page, and those in the user's scope."""
        return visible_procedures(self.request.user)


class _ChooseView(_VisibleMixin, ChooseView):
    """The chooser with its search."""


class _ChooseResultsView(_VisibleMixin, ChooseResultsView):
    """The results of its search."""


class _ChosenView(SnippetChosenView):
    """The name of a chosen procedure."""

    def get_object(self, pk: str) -> Procedure:
        """Return the procedure; 404 for one that the chooser does not offer."""
        return get_object_or_404(visible_procedures(self.request.user), pk=parse_pk(pk))


class _ChosenMultipleView(SnippetChosenMultipleView):
    """The names of chosen procedures."""

    def get_objects(self, pks: list[str]) -> QuerySet[Procedure]:
        """Return those that the chooser offers."""
        return visible_procedures(self.request.user).filter(pk__in=filter(None, map(parse_pk, pks)))


class ProcedureChooser(SnippetChooserViewSet):
    """Choose a procedure by name or code."""

    # The title begins with the code.
    choose_view_class = with_columns(_ChooseView, Column("get_status_display", label=_("Status")))
    choose_results_view_class = with_columns(
        _ChooseResultsView, Column("get_status_display", label=_("Status"))
    )
    chosen_view_class = _ChosenView
    chosen_multiple_view_class = _ChosenMultipleView


class ProcedureIndexView(IndexView):
    """The entries of the register that the user controls; each leads to its page with versions and end."""

    def get_base_queryset(self) -> QuerySet[Procedure]:
        """Return the procedures in the user's scope."""
        found: QuerySet[Procedure] = super().get_base_queryset()
        return found.filter(pk__in=controlled_procedures(self.request.user).values("pk"))

    def get_edit_url(self, instance: Procedure) -> str:
        """Return the address of the entry."""
        return reverse("procedures_entry", args=[instance.pk])

    def get_add_url(self) -> str:
        """Return the address at which a procedure is created under a decision."""
        return reverse("procedures_create")


class ProcedureFilters(RegisterFilterSet):
    """Filter by status and field."""

    class Meta:
        model = Procedure
        fields = ["status", "field"]


class ProcedureViewSet(SnippetViewSet):
    """The procedures of the catalogue. Their status changes under a decision only (procedures.views.lifecycle)."""

    model = Procedure
    index_view_class = ProcedureIndexView
    copy_view_enabled = False
    icon = "list-ul"
    list_display = ("core_code", "title", "status")
    filterset_class = ProcedureFilters
    chooser_viewset_class = ProcedureChooser
    chooser_per_page = CHOOSER_ROWS
    panels = [
        FieldRowPanel([FieldPanel("core_code"), FieldPanel("code")]),
        FieldPanel("title"),
        FieldPanel("field"),
    ]


class DecisionViewSet(SnippetViewSet):
    """Publication decisions (quyết định công bố)."""

    model = PublicationDecision
    icon = "doc-full"
    list_display = ("number", "date", "agency_name")
    chooser_viewset_class = DecisionChooser
    chooser_per_page = CHOOSER_ROWS
    panels = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("date")]),
        FieldPanel("agency"),
        FieldPanel("agency_name"),
        FieldPanel("summary"),
        FieldPanel("file"),
        FieldPanel("url"),
    ]


class FieldViewSet(SnippetViewSet):
    """Fields (lĩnh vực)."""

    model = Field
    icon = "tag"
    list_display = ("name", "ministry", "code")
    search_fields = ("name", "code")
    panels = [FieldPanel("name"), FieldPanel("ministry"), FieldPanel("code"), FieldPanel("slug")]


class BlankFormViewSet(SnippetViewSet):
    """Blank forms (mẫu đơn, tờ khai)."""

    model = BlankForm
    icon = "download"
    list_display = ("name", "size", "created_at")
    search_fields = ("name",)
    panels = [FieldPanel("name"), FieldPanel("file")]


class CatalogueGroup(SnippetViewSetGroup):
    """The menu entry of the catalogue."""

    menu_label = _("Procedures")
    menu_icon = "list-ul"
    menu_order = 250
    items = (ProcedureViewSet, DecisionViewSet, FieldViewSet, BlankFormViewSet)
