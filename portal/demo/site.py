"""The front page and the sites of the agencies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import Agency
from home.models import AgencyIndexPage, AgencySitePage, HomePage
from home.services import start_site
from portal.demo.sources import read
from portal.demo.writing import items, put


def load_front() -> HomePage:
    """Return the front page with its life events."""
    home = start_site()
    if not home.life_events:
        wanted = ("title", "description", "query")
        events: Any = [("event", {name: event[name] for name in wanted}) for event in read("life_events")]
        home.life_events = events
        home.save_revision().publish()
        home.refresh_from_db()
    return home


def load_sites(home: HomePage, agencies: Mapping[str, Agency]) -> None:
    """Give a site to every agency that the data describe in full."""
    index = AgencyIndexPage.objects.child_of(home).get()
    for row in read("agencies"):
        if row["full_site"]:
            put(
                index,
                AgencySitePage,
                row["slug"],
                title=row["name"],
                agency=agencies[row["slug"]],
                summary=row["intro"],
                duties=items(row["duties"], "ul"),
                head_title=row["leader_title"],
                directions=row["map_text"],
            )
