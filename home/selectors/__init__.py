"""Read what the portal's own pages show."""

from home.selectors.agencies import AgencyGroup, Ending, agency_groups, ending_of, site_path_of
from home.selectors.alerts import current_alerts
from home.selectors.menus import menus
from home.selectors.news import latest_news, news_agencies, news_on
from home.selectors.procedures import LinkedProcedure, linked_procedures

__all__ = [
    "AgencyGroup",
    "Ending",
    "LinkedProcedure",
    "agency_groups",
    "current_alerts",
    "ending_of",
    "latest_news",
    "linked_procedures",
    "menus",
    "news_agencies",
    "news_on",
    "site_path_of",
]
