"""The rules that the province sets by date, in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.widgets import AdminSnippetChooser

from core.wagtail.object_policy import ObjectPermissionPolicy, ObjectPermissionViewSet
from forms_app.dossiers.models import (
    CodeFormat,
    ConsentText,
    DeadlineSetting,
    FilingChannel,
    RetentionSetting,
)
from procedures.control import controlled_procedures, controls_province, limit_choice
from procedures.models import Procedure


class ProcedureRuleMixin:
    """Rules for one procedure, chosen by name or code, or for all."""

    def formfield_for_dbfield(self, db_field: models.Field, **kwargs: Any) -> forms.Field | None:
        """Choose the procedure in a dialog: a list of the whole register would be too long."""
        if db_field.name == "procedure":
            kwargs["widget"] = AdminSnippetChooser(Procedure)
        found: forms.Field | None = super().formfield_for_dbfield(db_field, **kwargs)  # type: ignore[misc]
        return found


class ProcedureRuleViewSet(ProcedureRuleMixin, ModelViewSet):
    """Rules for one procedure or for all, which the province sets."""


class FilingChannelForm(WagtailAdminModelForm):
    """The channel of a procedure that the user controls."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_choice(self.fields["procedure"], self.for_user)


class FilingChannelPolicy(ObjectPermissionPolicy):
    """Channels of the procedures that the user controls."""

    def objects_for(self, user: Any) -> models.QuerySet[FilingChannel]:
        """Return the channels in the scope of `user`; those of all procedures belong to the province."""
        found = FilingChannel.objects.all()
        return found if controls_province(user) else found.filter(procedure__in=controlled_procedures(user))


class FilingChannelViewSet(ProcedureRuleMixin, ObjectPermissionViewSet):
    """Filing channel (own form, national portal or counter), by date."""

    model = FilingChannel
    policy_class = FilingChannelPolicy
    icon = "link"
    form_fields = ["procedure", "channel", "url", "valid_from", "valid_to"]
    list_display = ["procedure", "channel", "valid_from", "valid_to"]

    def formfield_for_dbfield(self, db_field: models.Field, **kwargs: Any) -> forms.Field | None:
        """Read an address typed without a scheme as https (Django 6's default)."""
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, **kwargs)

    def get_form_class(self, for_update: bool = False) -> type[forms.BaseModelForm]:
        """Use the same form for creating and editing."""
        return forms.modelform_factory(
            self.model,
            form=FilingChannelForm,
            fields=self.form_fields,
            formfield_callback=self.formfield_for_dbfield,
        )


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
