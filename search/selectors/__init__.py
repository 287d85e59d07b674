"""Read the index: ``search`` for a page of hits, ``suggest`` for the lines under the field."""

from search.selectors.searching import search
from search.selectors.suggesting import suggest

__all__ = ["search", "suggest"]
