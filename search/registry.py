"""Who yields which kind of document. Apps above register here; search never imports them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from search.documents import PUBLIC, SearchDocument


class DocumentSource(ABC):
    """Makes the documents of one kind from the database."""

    kind: str
    collection: str = PUBLIC

    @abstractmethod
    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the documents of ``refs``, or all of them; what is not yielded is taken out of the index."""


_sources: dict[str, DocumentSource] = {}


def register(source: type[DocumentSource]) -> type[DocumentSource]:
    """Register a source; usable as a decorator. One source a kind."""
    known = _sources.get(source.kind)
    if known is not None and type(known) is not source:
        raise ValueError(f"search kind {source.kind!r} has a source already")
    _sources[source.kind] = source()
    return source


def unregister(kind: str) -> None:
    """Forget the source of ``kind``."""
    _sources.pop(kind, None)


def source_of(kind: str) -> DocumentSource:
    """Return the source of ``kind``; ``LookupError`` names an unknown one."""
    try:
        return _sources[kind]
    except KeyError:
        raise LookupError(f"no search source for kind {kind!r}") from None


def sources() -> list[DocumentSource]:
    """Return the sources in the order of their kinds."""
    return [_sources[kind] for kind in sorted(_sources)]
