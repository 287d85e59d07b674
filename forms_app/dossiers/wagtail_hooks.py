"""The rules that the province sets by date, in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.widgets import AdminSnippetChooser

from forms_app.dossiers.models import (
    CodeFormat,
    ConsentText,
    DeadlineSetting,
    FilingChannel,
    RetentionSetting,
)
from procedures.models import Procedure


class ProcedureRuleViewSet(ModelViewSet):
    """Rules for one procedure, chosen by name or code, or for all."""

    def formfield_for_dbfield(self, db_field: models.Field, **kwargs: Any) -> forms.Field | None:
        """Choose the procedure in a dialog: a list of the whole register would be too long."""
        if db_field.name == "procedure":
            kwargs["widget"] = AdminSnippetChooser(Procedure)
        found: forms.Field | None = super().formfield_for_dbfield(db_field, **kwargs)
        return found


class FilingChannelViewSet(ProcedureRuleViewSet):
    """Filing channel (own form, national portal or counter), by date."""

    model = FilingChannel
    icon = "link"
    form_fields = ["procedure", "channel", "url", "valid_from", "valid_to"]
    list_display = ["procedure", "channel", "valid_from", "valid_to"]

    def formfield_for_dbfield(self, db_field: models.Field, **kwargs: Any) -> forms.Field | None:
        """Read an address typed without a scheme as https (Django 6's default)."""
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, **kwargs)


class DeadlineSettingViewSet(ProcedureRuleViewSet):
    """Effect of a supplement on the processing time, and intake deadline, by date."""

    model = DeadlineSetting
    icon = "time"
    form_fields = [
        "procedure",
        "supplement_mode",
        "same_day_cutoff",
        "request_days",
        "answer_days",
        "intake_hours",
        "valid_from",
        "valid_to",
    ]
    list_display = ["procedure", "supplement_mode", "valid_from", "valid_to"]


class RetentionSettingViewSet(ProcedureRuleViewSet):
    """How long closed dossiers are kept and under which law, by date."""

    model = RetentionSetting
    icon = "folder-open-1"
    form_fields = ["procedure", "years", "legal_basis", "valid_from", "valid_to"]
    list_display = ["procedure", "years", "legal_basis", "valid_from", "valid_to"]


class CodeFormatViewSet(ModelViewSet):
    """Pattern of dossier codes, by date."""

    model = CodeFormat
    icon = "tag"
    form_fields = ["pattern", "legal_basis", "valid_from", "valid_to"]
    list_display = ["pattern", "valid_from", "valid_to"]


class ConsentTextViewSet(ModelViewSet):
    """Consent texts; the database rejects changes, so a new wording is a new row."""

    model = ConsentText
    icon = "doc-full"
    form_fields = ["number", "valid_from", "purpose", "retention", "rights"]
    list_display = ["number", "valid_from"]


class FilingRules(ViewSetGroup):
    """The group in the menu."""

    menu_label = _("Filing rules")
    menu_icon = "cogs"
    menu_order = 330
    items = (
        FilingChannelViewSet("filing_channels"),
        DeadlineSettingViewSet("deadline_settings"),
        RetentionSettingViewSet("retention_settings"),
        CodeFormatViewSet("code_formats"),
        ConsentTextViewSet("consent_texts"),
    )


@hooks.register("register_admin_viewset")
def register_rules() -> FilingRules:
    """Add the rules to the menu of users who may change one of them."""
    return FilingRules()
