"""What procedure controllers may do in the catalogue and in the vocabulary of the search."""

from __future__ import annotations

from accounts.models import Agency
from accounts.roles import (
    Role,
    grant_media_permissions,
    grant_page_permissions,
    grant_permissions,
)
from accounts.selectors import is_provincial_committee
from procedures.models import ProcedureCataloguePage, ProcedureSectionPage

grant_permissions(
    Role.CONTROLLER,
    "procedures.add_publicationdecision",
    "procedures.change_publicationdecision",
    "procedures.view_publicationdecision",
    "procedures.add_blankform",
    "procedures.change_blankform",
    "procedures.view_blankform",
    "procedures.add_field",
    "procedures.change_field",
    "procedures.view_field",
    "procedures.view_procedure",
    "wagtail_localize.submit_translation",
    # search and accounts do not know each other, so an app above both grants these.
    "search.add_lexiconentry",
    "search.change_lexiconentry",
    "search.delete_lexiconentry",
    "search.view_searchedquery",
    "search.add_queryreview",
)
# Shown above the results of everyone's searches.
grant_permissions(
    Role.CONTROLLER,
    "search.add_bestbet",
    "search.change_bestbet",
    "search.delete_bestbet",
    "search.add_otheroffice",
    "search.change_otheroffice",
    "search.delete_otheroffice",
    provincial=True,
)
grant_media_permissions(Role.CONTROLLER)


def catalogue_of(agency: Agency) -> list[int]:
    """Return the sections of ``agency``; the whole catalogue for the provincial committee."""
    if is_provincial_committee(agency):
        return list(ProcedureCataloguePage.objects.values_list("pk", flat=True))
    return list(ProcedureSectionPage.objects.filter(agency=agency).values_list("pk", flat=True))


grant_page_permissions(
    Role.CONTROLLER,
    "wagtailcore.add_page",
    "wagtailcore.change_page",
    "wagtailcore.publish_page",
    pages=catalogue_of,
)
