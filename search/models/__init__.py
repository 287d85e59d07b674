from search.models.documents import IndexedDocument, IndexedTerm
from search.models.lexicon import LexiconEntry, UsageWeight
from search.models.states import CollectionState

__all__ = ["CollectionState", "IndexedDocument", "IndexedTerm", "LexiconEntry", "UsageWeight"]
