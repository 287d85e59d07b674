"""The search menu: what each list shows, and creating an entry from a visitors' query."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from search.admin import queries
from search.forms import BestBetForm, LexiconEntryForm, OtherOfficeForm, find_document
from search.models import BestBet, LexiconEntry, OtherOffice, QueryReview, SearchedQuery
from search.selectors.best_bets import documents_of, state_of
from search.services.query_reviews import record_decision

QUERY = "cau-tim"


class FromQueryView(generic.CreateView):
    """Create a row, optionally from a query of the weekly list, which is decided on when the row is saved."""

    words_field = "words"
    decision = ""

    @cached_property
    def query(self) -> SearchedQuery | None:
        """The query of the list, if the person came from it and may see it."""
        number = self.request.GET.get(QUERY, "")
        if not queries.is_key(number) or not self.request.user.has_perm(queries.SEE_QUERIES):
            return None
        return SearchedQuery.objects.exclude(text="").filter(pk=number).first()

    def get_initial(self) -> dict[str, Any]:
        """Fill in the query."""
        return super().get_initial() | ({self.words_field: self.query.text} if self.query else {})

    def get_add_url(self) -> str:
        """Keep the query for the next request."""
        address: str = super().get_add_url()
        return f"{address}?{QUERY}={self.query.pk}" if self.query else address

    def save_instance(self) -> Any:
        """Record the decision together with the row."""
        instance = super().save_instance()
        if self.query:
            record_decision(
                query=self.query, decision=self.decision, by=self.request.user, target=str(instance)
            )
        return instance

    def save_action(self) -> HttpResponse:
        """Return to the weekly list if the person came from it."""
        response: HttpResponse = super().save_action()
        if self.query:
            return redirect(queries.address_of_list(self.query))
        return response


class UnknownCodesMixin:
    """Warn about codes of a group that no public procedure has: they may be mistyped, or not imported yet."""

    def save_instance(self) -> Any:
        """Save, then name those codes."""
        instance = super().save_instance()  # type: ignore[misc]
        if unknown := [code for code in instance.codes.split() if find_document(code) is None]:
            text = gettext("No public procedure has these codes, so they lead nowhere yet: %(codes)s")
            messages.warning(self.request, text % {"codes": ", ".join(unknown)})  # type: ignore[attr-defined]
        return instance


class LexiconEditView(UnknownCodesMixin, generic.EditView):
    """Edit a group."""


class LexiconCreateView(UnknownCodesMixin, FromQueryView):
    """Create a group."""

    words_field = "terms"
    decision = QueryReview.Decision.NEW_GROUP


class EndedWarningMixin:
    """Warn about procedures that have ended among the documents of a best bet."""

    def save_instance(self) -> Any:
        """Save, then name the procedures that have ended."""
        instance = super().save_instance()  # type: ignore[misc]
        for title in self.form.ended:  # type: ignore[attr-defined]
            text = gettext("This procedure has ended; visitors see this next to its name: %(title)s")
            messages.warning(self.request, text % {"title": title})  # type: ignore[attr-defined]
        return instance


class BestBetCreateView(EndedWarningMixin, FromQueryView):
    """Create a best bet."""

    decision = QueryReview.Decision.BEST_BET


class BestBetEditView(EndedWarningMixin, generic.EditView):
    """Edit a best bet."""


class OtherOfficeCreateView(FromQueryView):
    """Create the answer for a matter that is handled elsewhere."""

    decision = QueryReview.Decision.OTHER_OFFICE


class StateColumn(Column):
    """Whether a best bet is shown today, and why not."""

    def get_value(self, instance: Any) -> str:
        """Return the state in words."""
        return state_of(instance, instance.found)


class BestBetIndexView(generic.IndexView):
    """The list of best bets; the documents for one page are read together."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the documents of the listed best bets."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        bets = list(context["object_list"])
        found = documents_of(list({key for bet in bets for key in bet.documents}), "vi")
        for bet in context["table"].data:
            bet.found = found
        return context


class LexiconEntryViewSet(ModelViewSet):
    """Everyday terms and the official terms or codes that they lead to."""

    model = LexiconEntry
    icon = "search"
    menu_label = _("Search terms")
    menu_order = 20
    list_display = ["__str__", "official", "codes", "area", BooleanColumn("active", label=_("in use"))]
    list_filter = ["area", "mode", "active"]
    search_fields = ["terms", "official", "codes"]
    search_backend_name = None
    add_view_class = LexiconCreateView
    edit_view_class = LexiconEditView

    def get_form_class(self, for_update: bool = False) -> type[LexiconEntryForm]:
        """Use the same form for creating and editing."""
        return LexiconEntryForm


class BestBetViewSet(ModelViewSet):
    """Documents shown above the results of certain queries."""

    model = BestBet
    icon = "pick"
    menu_label = _("Best bets")
    menu_order = 30
    list_display = ["__str__", StateColumn("state", label=_("state")), "position", "valid_from", "valid_to"]
    list_filter = ["language"]
    search_fields = ["words", "reason"]
    search_backend_name = None
    index_view_class = BestBetIndexView
    add_view_class = BestBetCreateView
    edit_view_class = BestBetEditView

    def get_form_class(self, for_update: bool = False) -> type[BestBetForm]:
        """Use the same form for creating and editing."""
        return BestBetForm


class OtherOfficeViewSet(ModelViewSet):
    """Offices for matters that the portal does not handle."""

    model = OtherOffice
    icon = "home"
    menu_label = _("Handled elsewhere")
    menu_order = 40
    list_display = ["__str__", "legal_basis", "checked_on", BooleanColumn("active", label=_("in use"))]
    list_filter = ["active"]
    search_fields = ["words", "office", "text"]
    search_backend_name = None
    add_view_class = OtherOfficeCreateView

    def get_form_class(self, for_update: bool = False) -> type[OtherOfficeForm]:
        """Use the same form for creating and editing."""
        return OtherOfficeForm


class QueriesMenuItem(MenuItem):
    """Shown to those who may see the weekly list."""

    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm(queries.SEE_QUERIES))


class QueryViewSet(ViewSet):
    """The weekly list of queries and the decision about one."""

    icon = "help"
    menu_label = _("Queries of visitors")
    menu_order = 10
    menu_item_class = QueriesMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses of the list and of a query."""
        return [
            path("", queries.query_list, name="index"),
            path("<int:pk>/", queries.decision, name="decision"),
            path("<int:pk>/nhom/", queries.add_to_group, name="add_to_group"),
            path("<int:pk>/bo-qua/", queries.ignore, name="ignore"),
        ]


class SearchGroup(ViewSetGroup):
    """The menu of the search."""

    menu_label = _("Search")
    menu_icon = "search"
    menu_order = 340
    items = (
        QueryViewSet("search_queries", url_prefix="cau-tim"),
        LexiconEntryViewSet("search_words"),
        BestBetViewSet("search_bets"),
        OtherOfficeViewSet("search_offices"),
    )
