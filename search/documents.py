"""What the search knows about a thing: a document. Models of other apps never enter here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

PUBLIC = "public"
DOSSIERS = "dossiers"
COLLECTIONS = (PUBLIC, DOSSIERS)

#: What a person chooses a procedure by: how far it is online, how long it takes, what it costs.
FACTS = ("online", "time", "fee")
FACETS = ("agency", "field", "level", "audience", "status")


def document_key(kind: str, ref: str) -> str:
    """Return the name under which both engines keep the document ``ref`` of ``kind``."""
    return f"{kind}:{ref}"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One findable thing.

    ``kind`` is ``procedure``, ``page``, ``news``, ``agency`` or ``dossier``; ``ref`` is unique in it. ``codes`` are
    found in every style of writing. ``facets`` maps a name of ``FACETS`` to values, ``facet_labels`` a value to the
    words shown for it (a value without a label is shown as it is). ``facts`` maps a name of ``FACTS`` to a few words.
    ``weight`` in 0..1 breaks ties. ``scopes`` says who may find it: ``public`` or ``agency:<id>``. ``version`` never
    falls: an older one that arrives late is ignored.
    """

    kind: str
    ref: str
    title: str
    url: str
    changed_at: datetime
    collection: str = PUBLIC
    locale: str = "vi"
    codes: tuple[str, ...] = ()
    summary: str = ""
    body: str = ""
    keywords: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facet_labels: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    weight: float = 0.0
    scopes: tuple[str, ...] = (PUBLIC,)
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse what no engine could answer with."""
        if self.collection not in COLLECTIONS:
            raise ValueError(f"unknown collection {self.collection!r}")
        if unknown := set(self.facets) - set(FACETS):
            raise ValueError(f"unknown facets {sorted(unknown)}")
        if unknown := set(self.facts) - set(FACTS):
            raise ValueError(f"unknown facts {sorted(unknown)}")
        if not (self.ref and self.title and self.scopes):
            raise ValueError(f"document {self.key!r} needs a ref, a title and a scope")

    @property
    def key(self) -> str:
        """The name of the document in the indexes."""
        return document_key(self.kind, self.ref)
