"""The lexicon in the Wagtail admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.model import ModelViewSet

from search.forms import LexiconEntryForm
from search.models import LexiconEntry


class LexiconEntryViewSet(ModelViewSet):
    """Everyday terms and the official terms or codes that they lead to."""

    model = LexiconEntry
    icon = "search"
    menu_label = _("Search terms")
    menu_order = 340
    add_to_admin_menu = True
    list_display = ["__str__", "official", "codes", "area", BooleanColumn("active", label=_("in use"))]
    list_filter = ["area", "mode", "active"]
    search_fields = ["terms", "official", "codes"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type[LexiconEntryForm]:
        """Use the same form for creating and editing."""
        return LexiconEntryForm


@hooks.register("register_admin_viewset")
def register_lexicon() -> LexiconEntryViewSet:
    """Add the lexicon to the admin."""
    return LexiconEntryViewSet("search_words")
