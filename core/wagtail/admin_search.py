"""The search of the admin: words of titles, names and codes, without diacritics, from their beginning.

Stock Wagtail finds Vietnamese with exact diacritics only, no codes, and takes seconds at 5,000 pages (docs/facts.md).
This backend keeps one line of folded words for each object (`AdminSearchEntry`) and finds those that contain every word
of the query. It is the search of lists and choosers in the admin; the public search is the app `search`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Length
from modelsearch.backends.base import BaseIndex, BaseSearchBackend, get_model_root
from modelsearch.backends.database.fallback import (
    MATCH_ALL,
    MATCH_NONE,
    DatabaseSearchQueryCompiler,
    DatabaseSearchResults,
)
from modelsearch.index import AutocompleteField, RelatedFields, SearchField
from modelsearch.query import Phrase, PlainText

from core.models import AdminSearchEntry
from core.text import clean, fold

MAX_WORDS: Final = 12
_SIGNS: Final = re.compile(r"[^\w.\-/]+")


def label_of(model: type[Model]) -> str:
    """Return the key of a kind of object: pages of all types share one."""
    return str(get_model_root(model)._meta.label_lower)


def words_of(text: str) -> str:
    """Return the folded words of `text`, separated by single spaces, without punctuation; codes keep their dots."""
    return " ".join(filter(None, (word.strip(".-/") for word in _SIGNS.split(fold(clean(text))))))


def entry_of(item: Any) -> str:
    """Return the line that is searched for `item`, with a space before each word."""
    texts = dict.fromkeys(text for text in _texts(item, type(item).search_fields) if text)
    return f" {words_of(' '.join(texts))}"


def _texts(item: Any, fields: Iterable[Any]) -> Iterator[str]:
    for field in fields:
        if isinstance(field, RelatedFields):
            related = field.get_value(item)
            if isinstance(related, Model):
                yield from _texts(related, field.fields)
        elif isinstance(field, SearchField | AutocompleteField):
            value = field.get_value(item)
            yield from value if isinstance(value, list) else [str(value or "")]


class WordsIndex(BaseIndex):
    """The table of lines."""

    def add_items(self, model: type[Model], items: Sequence[Any]) -> None:
        """Write the lines of `items`, in place of those before."""
        AdminSearchEntry.objects.bulk_create(
            [
                AdminSearchEntry(model=label_of(model), object_id=item.pk, words=entry_of(item))
                for item in items
            ],
            update_conflicts=True,
            unique_fields=["model", "object_id"],
            update_fields=["words"],
        )

    def delete_item(self, item: Any) -> None:
        """Delete the line of `item`."""
        AdminSearchEntry.objects.filter(model=label_of(type(item)), object_id=item.pk).delete()

    def reset(self) -> None:
        """Delete all lines."""
        AdminSearchEntry.objects.all().delete()


class Rebuilder:
    """Empties the table before `manage.py update_index` fills it; in one transaction, so that searches go on."""

    def __init__(self, index: WordsIndex) -> None:
        self.index = index

    def start(self) -> WordsIndex:
        """Begin."""
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        self.index.reset()
        return self.index

    def finish(self) -> None:
        """Commit."""
        self._transaction.__exit__(None, None, None)


class WordsQueryCompiler(DatabaseSearchQueryCompiler):
    """Turns a query into a filter on the lines."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phrase = ""

    def check(self) -> None:
        """Accept every filter and order of the queryset: they stay with the database."""

    def build_database_filter(self, query: Any, boost: float = 1.0) -> Any:
        """Return the condition of the objects whose line contains every word of a text, from the word's beginning."""
        if not isinstance(query, PlainText | Phrase):
            return super().build_database_filter(query, boost=boost)
        self.phrase = words_of(query.query_string)
        entries = AdminSearchEntry.objects.filter(model=label_of(self.queryset.model))
        for word in self.phrase.split()[:MAX_WORDS]:
            entries = entries.filter(words__contains=f" {word}")
        return Q(pk__in=entries.values("object_id")) if self.phrase else Q(pk__in=[])


class WordsResults(DatabaseSearchResults):
    """Objects whose line contains the query as typed come first, those with the shortest line before the others."""

    def _matching(self) -> QuerySet[Any]:
        compiler = self.query_compiler
        condition = compiler.build_database_filter(compiler.query)
        if condition == MATCH_ALL:
            found: QuerySet[Any] = compiler.queryset
        elif condition == MATCH_NONE:
            found = compiler.queryset.none()
        else:
            found = compiler.queryset.filter(condition)
        return found

    def facet(self, field_name: str) -> dict[Any, int]:
        """Return the number of objects for each value of a field, the most frequent first."""
        rows = self._matching().order_by().values(field_name).annotate(number=Count("pk"))
        return {row[field_name]: row["number"] for row in rows.order_by("-number", field_name)}

    def get_queryset(self) -> QuerySet[Any]:
        """Return the page of objects in their order."""
        compiler, found = self.query_compiler, self._matching()
        if compiler.order_by_relevance:
            lines = AdminSearchEntry.objects.filter(model=label_of(found.model), object_id=OuterRef("pk"))
            found = found.annotate(_words=Subquery(lines.values("words")[:1])).order_by(
                Case(
                    When(_words__contains=f" {compiler.phrase}", then=Value(0)),
                    default=Value(1),
                    output_field=IntegerField(),
                ),
                Length("_words"),
                "pk",
            )
        elif not found.query.order_by:
            found = found.order_by("-pk")
        return found[self.start : self.stop]


class WordsSearchBackend(BaseSearchBackend):
    """The backend named in `WAGTAILSEARCH_BACKENDS`."""

    index_class = WordsIndex
    query_compiler_class = WordsQueryCompiler
    autocomplete_query_compiler_class = WordsQueryCompiler
    results_class = WordsResults
    rebuilder_class = Rebuilder


SearchBackend = WordsSearchBackend
