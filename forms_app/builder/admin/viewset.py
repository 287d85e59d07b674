"""The list of forms and their editor."""

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
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from core.display import date_text
from forms_app.builder import applicant, validation
from forms_app.builder.admin.forms import FormDefinitionForm
from forms_app.builder.comparing import removed_questions
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import latest_version, with_live


def state(definition: Any) -> str:
    """Say which version citizens answer and whether the working copy differs; reads what ``with_live`` added."""
    if definition.live_number is None:
        return _("Never published")
    # One working copy that cannot be read must not take the list of all with it.
    draft, _found = validation.read(definition.draft)
    if draft and applicant.with_applicant(draft).digest == definition.live_digest:
        text = _("Version %(number)d, %(day)s")
    else:
        text = _("Version %(number)d, %(day)s; with changes not yet published")
    return text % {"number": definition.live_number, "day": date_text(definition.live_at)}


class FormIndexView(generic.IndexView):
    """All forms, with the way to bring one in."""

    def get_base_queryset(self) -> QuerySet[FormDefinition]:
        """Read procedure and newest version with each form."""
        return with_live(super().get_base_queryset().select_related("procedure"))

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add the import to the list's menu."""
        return [
            *super().header_more_buttons,
            Button(_("Import"), url=reverse("builder_import"), icon_name="upload"),
        ]


class FormCopyView(generic.CopyView):
    """A new form that begins with the questions of another one; closed for filing until somebody opens it."""

    def get_initial_form_instance(self) -> FormDefinition:
        """Return the copy, not saved."""
        source = self.get_object()
        title = _("%(title)s (copy)") % {"title": source.title}
        return FormDefinition(procedure=source.procedure, title=title[:250], active=False, draft=source.draft)


class FormEditView(generic.EditView):
    """The editor, with preview and export."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what the editor can show whole; of another working copy the preview says what is wrong."""
        if not validation.editable(self.get_object().draft):
            return redirect("builder_preview", self.object_pk)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hold the row while it is compared with what the editor saw, and written."""
        with transaction.atomic():
            FormDefinition.objects.select_for_update().filter(pk=self.object_pk).first()
            response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def get_success_url(self) -> str:
        """Go on to the preview, where the form is published."""
        return reverse("builder_preview", args=[self.object.pk])

    def save_action(self) -> HttpResponse:
        """Warn of questions that were published and are asked no more."""
        response: HttpResponse = super().save_action()
        live = latest_version(self.object)
        gone = live and removed_questions(
            FormSchema.from_json(live.schema),
            applicant.with_applicant(FormSchema.from_json(self.object.draft)),
        )
        if gone:
            text = _("No longer asked, once you publish: %(questions)s. Filed dossiers keep their answers.")
            messages.warning(self.request, text % {"questions": "; ".join(f"“{label}”" for label in gone)})
        return response

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add what can be done with the working copy."""
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
    """A new form; what comes next is its preview."""

    def get_success_url(self) -> str:
        """Go on to the preview, where the form is published."""
        return reverse("builder_preview", args=[self.object.pk])


class FormDefinitionViewSet(ModelViewSet):
    """Biểu mẫu điện tử."""

    model = FormDefinition
    icon = "form"
    menu_label = gettext_lazy("Online forms")
    menu_order = 320
    add_to_admin_menu = True
    index_view_class = FormIndexView
    add_view_class = FormCreateView
    edit_view_class = FormEditView
    copy_view_class = FormCopyView
    list_display = [
        "title",
        Column("procedure", label=gettext_lazy("Procedure")),
        Column("state", label=gettext_lazy("Published version"), accessor=state),
        BooleanColumn("active", label=gettext_lazy("Open for filing")),
    ]
    search_fields = ["title", "procedure__core_code"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type[FormDefinitionForm]:
        """Use our form for new and old ones."""
        return FormDefinitionForm
