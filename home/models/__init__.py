from home.models.approval import RoleApprovalTask
from home.models.media import PortalDocument, PortalImage, PortalRendition
from home.models.pages import (
    AgencyIndexPage,
    AgencySitePage,
    HomePage,
    InformationPage,
    NewsIndexPage,
    NewsPage,
)
from home.models.snippets import Alert, MenuItem

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
    "RoleApprovalTask",
]
