"""Documents, which are all that the search knows about an object, and their sources.

Each app registers a source for each kind of its documents in its ``search_documents`` module; the search never imports
the apps, and never sees their models.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.functional import Promise

PUBLIC = "public"
DOSSIERS = "dossiers"
COLLECTIONS = (PUBLIC, DOSSIERS)

#: The locale of a document in the default language that has no translation: readers of every language find it.
UNTRANSLATED: Final = f"{settings.LANGUAGE_CODE}+"


def locales_for(language: str) -> tuple[str, ...]:
    """Return the locales of the documents that a reader of `language` finds."""
    return language, UNTRANSLATED


#: Shown with a hit to help people choose: why it no longer applies, online service level, processing time, fee; and,
#: if a query asks for them, the documents to hand in and where.
FACTS = ("state", "online", "time", "fee", "documents", "place")
FACETS = ("agency", "field", "level", "audience", "status")
#: The kind is a facet too.
FACET_NAMES = ("kind", *FACETS)


def document_key(kind: str, ref: str) -> str:
    """Return the key of the document ``ref`` of ``kind`` in every engine."""
    return f"{kind}:{ref}"


def in_language(name: str, language: str) -> str:
    """Return the name under which a document's facts and facet labels have their text in another ``language``."""
    return name if language == settings.LANGUAGE_CODE else f"{name}@{language}"


def text_in(texts: Mapping[str, str], name: str, language: str) -> str | None:
    """Return the fact or label ``name`` in ``language``, or else in the document's own language.

    None if it has none.
    """
    return texts.get(in_language(name, language), texts.get(name))


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A document of a registered ``kind``; ``ref`` is unique within the kind.

    ``codes`` are found in every notation, and so are ``references``, the numbers of other documents on which
    the document is based. ``facets`` maps names of ``FACETS`` to values, ``facet_labels``
    values to labels (a value without a label is shown as it is), ``facts`` names of ``FACTS`` to short texts; both may
    have additional texts for readers of other languages (``in_language``).
    ``other_titles`` are those of the same document in other languages; they are never shown, but it is found by them
    as by its own. ``weight`` (0..1) breaks ties. ``scopes`` say who may find it: ``public`` or ``agency:<id>``.
    ``version`` never decreases: an older version that arrives late is ignored. ``locale`` is a language or
    ``UNTRANSLATED``.
    """

    kind: str
    ref: str
    title: str
    url: str
    changed_at: datetime
    collection: str = PUBLIC
    locale: str = "vi"
    other_titles: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    summary: str = ""
    body: str = ""
    keywords: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facet_labels: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    weight: float = 0.0
    scopes: tuple[str, ...] = (PUBLIC,)
    version: int = 0

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a document that no engine could return."""
        if self.collection not in COLLECTIONS:
            raise ValueError(f"unknown collection {self.collection!r}")
        if unknown := set(self.facets) - set(FACETS):
            raise ValueError(f"unknown facets {sorted(unknown)}")
        if unknown := {name.partition("@")[0] for name in self.facts} - set(FACTS):
            raise ValueError(f"unknown facts {sorted(unknown)}")
        if not (self.ref and self.title and self.scopes):
            raise ValueError(f"document {self.key!r} needs a ref, a title and a scope")

    @property
    def key(self) -> str:
        """The key of the document in the indexes."""
        return document_key(self.kind, self.ref)


class DocumentSource(ABC):
    """Makes the documents of one kind from the database.

    ``label`` is the heading of the kind among the filters, shown by ascending ``order``. ``in_suggestions``: name
    the kind next to a suggestion (not needed for the kind of nearly all suggestions).
    """

    kind: str
    label: Promise | str = ""
    order: int = 100
    in_suggestions: bool = True
    collection: str = PUBLIC

    @abstractmethod
    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the documents of ``refs``, or all; those not yielded are removed from the index."""

    @abstractmethod
    def refs(self) -> set[str]:
        """Return the refs of all documents that ``documents`` would yield, in one query."""


_sources: dict[str, DocumentSource] = {}


def register(source: type[DocumentSource]) -> type[DocumentSource]:
    """Register the only source of its kind; usable as a decorator."""
    known = _sources.get(source.kind)
    if known is not None and type(known) is not source:
        raise ValueError(f"search kind {source.kind!r} already has a source")
    _sources[source.kind] = source()
    return source


def source_of(kind: str) -> DocumentSource:
    """Return the source of ``kind``; raise ``LookupError`` if it is unknown."""
    try:
        return _sources[kind]
    except KeyError:
        raise LookupError(f"no search source for kind {kind!r}") from None


def sources() -> list[DocumentSource]:
    """Return the sources sorted by kind."""
    return [_sources[kind] for kind in sorted(_sources)]


def public_kinds() -> dict[str, DocumentSource]:
    """Return the kinds that everybody may search, in the order in which a page lists them."""
    public = [source for source in _sources.values() if source.collection == PUBLIC]
    return {source.kind: source for source in sorted(public, key=lambda source: (source.order, source.kind))}
