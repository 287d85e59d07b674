"""What the front floor answers to the frame of every page."""

from __future__ import annotations

from core import hooks
from home import selectors


@hooks.register("menus")
def menus() -> dict[str, list[hooks.NavLink]]:
    """The menus that editors keep in the admin."""
    return selectors.menus()
