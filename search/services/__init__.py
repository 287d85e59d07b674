"""Change the index: ``index`` after a change, ``rebuild`` from nothing."""

from search.services.indexing import index
from search.services.rebuilding import rebuild

__all__ = ["index", "rebuild"]
