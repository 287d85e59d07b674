"""The list of forms and their editor."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from forms_app.builder.admin.forms import FormDefinitionForm
from forms_app.builder.models import FormDefinition


class FormIndexView(generic.IndexView):
    """All forms, with the way to bring one in."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add the import to the list's menu."""
        return [
            *super().header_more_buttons,
            Button(_("Import"), url=reverse("builder_import"), icon_name="upload"),
        ]


class FormEditView(generic.EditView):
    """The editor, with preview and export."""

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


class FormDefinitionViewSet(ModelViewSet):
    """Biểu mẫu điện tử."""

    model = FormDefinition
    icon = "form"
    menu_label = gettext_lazy("Online forms")
    menu_order = 320
    add_to_admin_menu = True
    index_view_class = FormIndexView
    edit_view_class = FormEditView
    list_display = ["title", Column("procedure"), BooleanColumn("active")]
    search_fields = ["title", "procedure__core_code"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type[FormDefinitionForm]:
        """Use our form for new and old ones."""
        return FormDefinitionForm
