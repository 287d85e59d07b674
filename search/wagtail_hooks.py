"""The search in the Wagtail admin: visitors' queries, lexicon, best bets, offices for what is handled elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from search.admin.viewsets import SearchGroup
from search.services.query_reviews import DECIDED


@hooks.register("register_admin_viewset")
def register_search() -> SearchGroup:
    """Add the menu of the search to the admin."""
    return SearchGroup()


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    """Name the decisions on queries in the log."""
    actions.register_action(DECIDED, _("Decide on a query"), _("Decision about a query of visitors"))
