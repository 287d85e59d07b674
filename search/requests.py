"""Search requests, validated and limited in size before any engine sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from core.text import clean
from search.documents import COLLECTIONS, PUBLIC

# About three sentences of a person who describes a case.
MAX_QUERY: Final = 600
MAX_PAGE: Final = 50
MAX_PER_PAGE: Final = 50
MAX_VALUES: Final = 20
SORTS: Final = ("relevance", "newest", "title")

Values = tuple[str, ...]


def readable(text: str) -> str:
    """Return ``text`` without control characters, in NFC, with single spaces, at most ``MAX_QUERY`` long."""
    printable = "".join(character if character.isprintable() else " " for character in text[: MAX_QUERY * 4])
    return clean(printable)[:MAX_QUERY].strip()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A request to the search. ``scopes`` are those that the person may see; without any, nothing is found.

    ``page`` counts from 1 to ``MAX_PAGE``. An empty query lists all documents that pass the filters. ``verbatim``:
    search for the query as typed, never for its correction.
    """

    query: str = ""
    collection: str = PUBLIC
    kinds: Values = ()
    agency: Values = ()
    field: Values = ()
    level: Values = ()
    audience: Values = ()
    status: Values = ()
    scopes: Values = (PUBLIC,)
    locale: str = "vi"
    page: int = 1
    per_page: int = 10
    sort: str = "relevance"
    verbatim: bool = False

    def __post_init__(self) -> None:
        if self.collection not in COLLECTIONS:
            raise ValueError(f"unknown collection {self.collection!r}")
        if self.sort not in SORTS:
            raise ValueError(f"unknown sort order {self.sort!r}")
        keep = object.__setattr__
        keep(self, "query", readable(self.query))
        keep(self, "page", min(max(self.page, 1), MAX_PAGE))
        keep(self, "per_page", min(max(self.per_page, 1), MAX_PER_PAGE))
        for name in ("kinds", "agency", "field", "level", "audience", "status"):
            keep(self, name, tuple(dict.fromkeys(getattr(self, name)))[:MAX_VALUES])

    @property
    def selected(self) -> dict[str, Values]:
        """The selected values by facet name; ``kind`` is a facet too."""
        values = {"kind": self.kinds, "agency": self.agency, "field": self.field}
        values |= {"level": self.level, "audience": self.audience, "status": self.status}
        return {name: some for name, some in values.items() if some}

    @property
    def offset(self) -> int:
        """The number of hits before this page."""
        return (self.page - 1) * self.per_page

    def without_filters(self) -> SearchRequest:
        """Return the same request with nothing selected."""
        return replace(self, kinds=(), agency=(), field=(), level=(), audience=(), status=())


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be found at all, and which facet values are selected."""

    collection: str
    locale: str
    scopes: Values
    selected: Mapping[str, Values] = field(default_factory=dict)

    def without(self, name: str) -> Filters:
        """Return the filters without what is selected in facet ``name``."""
        rest = {key: values for key, values in self.selected.items() if key != name}
        return Filters(self.collection, self.locale, self.scopes, rest)
