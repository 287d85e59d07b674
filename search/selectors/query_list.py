"""The weekly list of queries that were not answered, for the editors of the lexicon.

Only queries stored in clear are listed: those asked from enough networks in the week (``services.query_counts``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from core.text import nonempty_lines
from search.language.tokenizer import folded_syllables
from search.models import LexiconEntry, QueryReview, SearchedQuery, SearchedQueryClick
from search.selectors.best_bets import Bet, documents_of

MAX_PROPOSALS: Final = 5
#: A group is proposed if one of its words is at least this similar to the query (0..1).
MIN_LIKENESS: Final = 0.45


@dataclass(frozen=True, slots=True)
class Proposal:
    """A group to which a query may belong.

    ``likeness`` (0..1) is that of ``term``, its word most similar to the query.
    """

    group: int
    term: str
    likeness: float


def weeks() -> list[date]:
    """Return the Mondays of the weeks with counts, the latest first."""
    return list(SearchedQuery.objects.order_by("-week").values_list("week", flat=True).distinct())


def queries() -> QuerySet[Any, Any]:
    """Return the queries stored in clear with their counts in the week, and ``is_open``: not decided, not ignored."""
    reviews = QueryReview.objects.filter(language=OuterRef("language"), folded=OuterRef("folded"))
    decided = reviews.filter(Q(decision=QueryReview.Decision.IGNORED) | Q(week__gte=OuterRef("week")))
    seen, clicked = Coalesce(Sum("days__seen"), 0), Coalesce(Sum("days__clicked"), 0)
    return (
        SearchedQuery.objects.exclude(text="")
        .annotate(
            asked=Coalesce(Sum("days__shown"), 0),
            nothing=Coalesce(Sum("days__without_result"), 0),
            doubtful=Coalesce(Sum("days__low_confidence"), 0),
            unclicked=Greatest(seen - clicked, 0),
            is_open=~Exists(decided),
            is_ignored=Exists(reviews.filter(decision=QueryReview.Decision.IGNORED)),
        )
        .annotate(unanswered=F("nothing") + F("doubtful") + F("unclicked"))
    )


def rare_queries(week: date, language: str = "") -> int:
    """Return how many queries of the week are not listed because they were asked from too few networks."""
    rows = SearchedQuery.objects.filter(week=week, text="")
    return (rows.filter(language=language) if language else rows).count()


def chosen_documents(rows: Iterable[SearchedQuery], language: str) -> dict[int, list[tuple[Bet, int]]]:
    """Return the documents chosen after each query (by pk) with their numbers, the most frequent first."""
    clicks = SearchedQueryClick.objects.filter(query__in=list(rows)).order_by("-count", "document")
    facts = list(clicks.values_list("query", "document", "count"))
    known = documents_of(list(dict.fromkeys(document for _query, document, _count in facts)), language)
    found: dict[int, list[tuple[Bet, int]]] = defaultdict(list)
    for query, document, count in facts:
        if document in known:
            found[query].append((known[document], count))
    return found


class GroupIndex:
    """Finds the groups whose words are most similar to a query, by shared syllables and by letters."""

    def __init__(self, terms: Sequence[tuple[int, str]]) -> None:
        self._terms = [(group, term, " ".join(folded_syllables(term))) for group, term in terms]
        self._with: dict[str, list[int]] = defaultdict(list)
        for number, (_group, _term, folded) in enumerate(self._terms):
            for piece in _pieces(folded):
                self._with[piece].append(number)

    def nearest(self, text: str) -> list[Proposal]:
        """Return at most ``MAX_PROPOSALS`` groups, the most similar first."""
        folded = " ".join(folded_syllables(text))
        pieces = _pieces(folded)
        shared = Counter(number for piece in pieces for number in self._with.get(piece, ()))
        best: dict[int, Proposal] = {}
        for number, _count in shared.most_common(50):
            group, term, other = self._terms[number]
            likeness = _likeness(folded, other)
            if likeness >= MIN_LIKENESS and (group not in best or likeness > best[group].likeness):
                best[group] = Proposal(group, term, likeness)
        return sorted(best.values(), key=lambda one: (-one.likeness, one.group))[:MAX_PROPOSALS]


def _pieces(folded: str) -> set[str]:
    """Return the trigrams of a folded phrase."""
    padded = f" {folded} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _likeness(one: str, other: str) -> float:
    """Return the mean of the share of common syllables and the similarity of the letters (0..1)."""
    first, second = set(one.split()), set(other.split())
    shared = len(first & second) / (len(first | second) or 1)
    return (shared + SequenceMatcher(None, one, other, autojunk=False).ratio()) / 2


@lru_cache(maxsize=1)
def _index(_revision: tuple[Any, ...]) -> GroupIndex:
    rows = LexiconEntry.objects.filter(active=True).order_by("pk").values_list("pk", "terms", "official")
    return GroupIndex([(pk, term) for pk, *texts in rows for text in texts for term in nonempty_lines(text)])


def group_index() -> GroupIndex:
    """Return the index of the lexicon as it is now."""
    state = LexiconEntry.objects.aggregate(latest=Max("changed_at"), number=Count("pk"))
    return _index((state["latest"], state["number"]))


def proposals(rows: Sequence[SearchedQuery]) -> dict[int, list[Proposal]]:
    """Return the proposed groups of each row by its pk: the most similar.

    Otherwise that of the document most often chosen.
    """
    index = group_index()
    found = {row.pk: index.nearest(row.text) for row in rows}
    if missing := [row for row in rows if not found[row.pk]]:
        chosen = chosen_documents(missing, "vi")
        by_code = _groups_by_code()
        for row in missing:
            for bet, _count in chosen.get(row.pk, ())[:1]:
                found[row.pk] = [Proposal(pk, term, 0.0) for pk, term in by_code.get(bet.code, ())][
                    :MAX_PROPOSALS
                ]
    return found


def _groups_by_code() -> dict[str, list[tuple[int, str]]]:
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = LexiconEntry.objects.filter(active=True).exclude(codes="").order_by("pk")
    for pk, codes, terms in rows.values_list("pk", "codes", "terms"):
        for code in codes.split():
            groups[code].append((pk, terms.split("\n", 1)[0]))
    return groups
