"""The list of forms and the form editor in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from core.display import date_text
from core.wagtail.object_policy import (
    ObjectCopyView,
    ObjectDeleteView,
    ObjectEditView,
    ObjectIndexView,
    ObjectPermissionPolicy,
    ObjectPermissionViewSet,
)
from forms_app.builder import applicant, documents, validation
from forms_app.builder.admin.forms import FormDefinitionForm
from forms_app.builder.field_types import registry
from forms_app.builder.identity_numbers import free_text_questions
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FormSchema
from forms_app.builder.schema_diff import removed_questions
from forms_app.builder.selectors import controlled_forms, latest_version, with_live
from procedures.choices import DocumentKind
from procedures.selectors import version_in_force


def publication_state(definition: Any) -> str:
    """Return the live version and whether the working copy differs from it; needs the annotations of ``with_live``."""
    if definition.live_number is None:
        return _("Never published")
    # An unreadable working copy must not break the whole list.
    schema, _found = validation.read_schema(definition.working_copy)
    if schema and applicant.with_applicant(schema).digest == definition.live_digest:
        text = _("Version %(number)d, %(day)s")
    else:
        text = _("Version %(number)d, %(day)s; with unpublished changes")
    return text % {"number": definition.live_number, "day": date_text(definition.live_at)}


class FormIndexView(ObjectIndexView):
    """The list of forms, with a button for imports."""

    def get_base_queryset(self) -> QuerySet[FormDefinition]:
        """Add the procedure and newest version of each form."""
        return with_live(super().get_base_queryset().select_related("procedure"))

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add the import to the menu."""
        return [
            *super().header_more_buttons,
            Button(_("Import"), url=reverse("builder_import"), icon_name="upload"),
        ]


class FormCopyView(ObjectCopyView):
    """A new form with the questions of another one, closed for filing at first."""

    def get_initial_form_instance(self) -> FormDefinition:
        """Return the unsaved copy."""
        source = self.get_object()
        title = _("%(title)s (copy)") % {"title": source.title}
        return FormDefinition(
            procedure=source.procedure, title=title[:250], active=False, working_copy=source.working_copy
        )


class FormEditView(ObjectEditView):
    """The editor, with preview and export."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect to the preview, which lists the problems, if the editor cannot show all of the working copy."""
        if not validation.is_editable(self.get_object().working_copy):
            return redirect("builder_preview", self.object_pk)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lock the row while its hash is compared with what the editor saw, and while it is saved."""
        with transaction.atomic():
            FormDefinition.objects.select_for_update().filter(pk=self.object_pk).first()
            response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def get_success_url(self) -> str:
        """Continue with the preview, where the form is published."""
        return reverse("builder_preview", args=[self.object.pk])

    def save_action(self) -> HttpResponse:
        """Warn about published questions that are no longer asked."""
        response: HttpResponse = super().save_action()
        live = latest_version(self.object)
        gone = live and removed_questions(
            FormSchema.from_json(live.schema),
            applicant.with_applicant(FormSchema.from_json(self.object.working_copy)),
        )
        if gone:
            text = _(
                "No longer asked once you publish: %(questions)s. Dossiers already submitted keep their answers."
            )
            messages.warning(self.request, text % {"questions": "; ".join(f"“{label}”" for label in gone)})
        self._warn_of_documents()
        self._name_free_texts()
        return response

    def _warn_of_documents(self) -> None:
        """Name papers that the form and the procedure seem to ask for under two names."""
        version = version_in_force(self.object.procedure)
        listed = version.content.documents() if version else []
        names = [document.name for document in listed if document.kind == DocumentKind.SUBMIT]
        for text in documents.warnings(FormSchema.from_json(self.object.working_copy), names):
            messages.warning(self.request, text)

    def _name_free_texts(self) -> None:
        """Say which free texts ask for identity numbers by their words: a question of the type checks them too."""
        found = free_text_questions(FormSchema.from_json(self.object.working_copy))
        if found:
            text = _(
                "Ask for identity numbers in a free text: %(questions)s. The answers are stored encrypted and masked "
                "at the desk. A question of the type “%(type)s” also checks each number."
            )
            labels = "; ".join(f"“{spec.label}”" for spec in found)
            messages.warning(
                self.request, text % {"questions": labels, "type": registry.get("citizen_id").label}
            )

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add the actions on the working copy."""
        return [
            *super().header_more_buttons,
            Button(
                _("Preview and publish"),
                url=reverse("builder_preview", args=[self.object.pk]),
                icon_name="view",
            ),
            Button(_("Export"), url=reverse("builder_export", args=[self.object.pk]), icon_name="download"),
        ]


class FormCreateView(generic.CreateView):
    """The editor of a new form."""

    def get_success_url(self) -> str:
        """Continue with the preview, where the form is published."""
        return reverse("builder_preview", args=[self.object.pk])


class FormDeleteView(ObjectDeleteView):
    """Deletes a form that was never published."""


class FormPolicy(ObjectPermissionPolicy):
    """Forms of the procedures that the user controls."""

    def objects_for(self, user: Any) -> QuerySet[FormDefinition]:
        """Return the forms in the scope of `user`."""
        return controlled_forms(user)


class FormDefinitionViewSet(ObjectPermissionViewSet):
    """Biểu mẫu điện tử."""

    model = FormDefinition
    policy_class = FormPolicy
    icon = "form"
    menu_label = gettext_lazy("Online forms")
    menu_order = 320
    add_to_admin_menu = True
    index_view_class = FormIndexView
    add_view_class = FormCreateView
    edit_view_class = FormEditView
    copy_view_class = FormCopyView
    delete_view_class = FormDeleteView
    list_display = [
        "title",
        Column("procedure", label=gettext_lazy("Procedure")),
        Column("state", label=gettext_lazy("Published version"), accessor=publication_state),
        BooleanColumn("active", label=gettext_lazy("Open for filing")),
    ]
    search_fields = ["title", "procedure__core_code"]

    def get_form_class(self, for_update: bool = False) -> type[FormDefinitionForm]:
        """Use the same form for creating and editing."""
        return FormDefinitionForm
