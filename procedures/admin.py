"""Rows of the catalogue that staff edit as snippets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from procedures.models import Field, FormTemplate, Procedure, PublicationDecision


class ProcedureViewSet(SnippetViewSet):
    """The register (sổ đăng ký thủ tục)."""

    model = Procedure
    icon = "list-ul"
    list_display = ("core_code", "title", "status")
    list_filter = ("status", "field")
    search_fields = ("core_code", "title")
    panels = [
        FieldRowPanel([FieldPanel("core_code"), FieldPanel("code")]),
        FieldPanel("title"),
        FieldPanel("field"),
        FieldRowPanel([FieldPanel("status"), FieldPanel("replaced_by")]),
    ]


class DecisionViewSet(SnippetViewSet):
    """Publication decisions (quyết định công bố)."""

    model = PublicationDecision
    icon = "doc-full"
    list_display = ("number", "date", "agency_name")
    search_fields = ("number", "summary", "agency_name")
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


class FormTemplateViewSet(SnippetViewSet):
    """Blank forms (mẫu đơn, tờ khai)."""

    model = FormTemplate
    icon = "download"
    list_display = ("name", "size", "created_at")
    search_fields = ("name",)
    panels = [FieldPanel("name"), FieldPanel("file")]


class CatalogueGroup(SnippetViewSetGroup):
    """One place in the menu."""

    menu_label = _("Procedures")
    menu_icon = "list-ul"
    menu_order = 250
    items = (ProcedureViewSet, DecisionViewSet, FieldViewSet, FormTemplateViewSet)
