from home.models.agencies import AgencyIndexPage, AgencySitePage
from home.models.alerts import Alert
from home.models.front import HomePage
from home.models.information import InformationPage
from home.models.media import PortalDocument, PortalImage, PortalRendition
from home.models.menu import MenuItem
from home.models.news import NewsIndexPage, NewsPage

__all__ = [
    "AgencyIndexPage",
    "AgencySitePage",
    "Alert",
    "HomePage",
    "InformationPage",
    "MenuItem",
    "NewsIndexPage",
    "NewsPage",
    "PortalDocument",
    "PortalImage",
    "PortalRendition",
]
