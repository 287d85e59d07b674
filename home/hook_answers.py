"""What the front floor answers to the frame of every page."""

from __future__ import annotations

from accounts.models import Agency
from core import hooks
from home import selectors
from home.models import AgencySitePage


@hooks.register("menus")
def menus() -> dict[str, list[hooks.NavLink]]:
    """The menus that editors keep in the admin."""
    return selectors.menus()


@hooks.register("agency_trees")
def agency_trees(agency: Agency) -> list[int]:
    """The sites that editors of an agency may change."""
    return list(AgencySitePage.objects.filter(agency=agency).values_list("pk", flat=True))
