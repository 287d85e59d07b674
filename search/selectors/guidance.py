"""What editors put above the results: best bets, and the office that handles what the portal does not.

Both are cached until they or any page change, at most until the day ends (``core.web.process_cache``), so that a
query without either needs no database query. Neither changes the order of the results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from core.text import nonempty_lines
from core.web.process_cache import cached_until_publish
from search.documents import PUBLIC
from search.language.phrases import PhraseIndex, find_phrases
from search.language.subjects import CONJUNCTIONS
from search.language.tokenizer import Syllable, syllables
from search.language.vocabulary import without_stop_phrases
from search.models import BestBet, OtherOffice
from search.ranking.scorer import CURATED_WEIGHT
from search.requests import SearchRequest
from search.results import SearchResult
from search.selectors.best_bets import Bet, bets_in_force, documents_of, phrases_of

MAX_BETS: Final = 3
MAX_OFFICES: Final = 2
#: A procedure answers a query if the lexicon leads this share of it (0..1) to a code of the best hit.
ANSWERED_BY_LEXICON: Final = 0.6
#: Words before a paper that somebody does not have, and how many syllables before them describe a case.
LACKING: Final = ("không có", "hổng có", "hông có", "không còn", "ko có")
MIN_CASE: Final = 3


@dataclass(frozen=True, slots=True)
class Office:
    """The office for a matter that the portal does not handle, in the language of the reader."""

    slug: str
    name: str
    text: str
    address: str = ""
    url: str = ""
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What is shown above the results of one query."""

    bets: tuple[Bet, ...] = ()
    offices: tuple[Office, ...] = ()


@dataclass(slots=True)
class GuidanceInForce:
    """The best bets and offices in force today."""

    bets: PhraseIndex[BestBet] = field(default_factory=PhraseIndex)
    offices: PhraseIndex[OtherOffice] = field(default_factory=PhraseIndex)
    exceptions: PhraseIndex[int] = field(default_factory=PhraseIndex)


def guidance(request: SearchRequest, result: SearchResult) -> Guidance:
    """Return what is shown above the first, unfiltered page of ``result``; nothing on other pages."""
    if not request.query or request.selected or result.page > 1 or request.collection != PUBLIC:
        return Guidance()
    in_force = cached_until_publish("search.guidance", _read_guidance)
    asked = syllables(result.corrected_query or request.query)
    bets = _bets(in_force, asked, request.locale)
    offices = () if bets else _offices(in_force, asked, result)
    return Guidance(bets, tuple(office_in(office, request.locale) for office in offices))


def all_offices(language: str) -> list[Office]:
    """Return every office in use, by name."""
    rows = OtherOffice.objects.filter(active=True).order_by("office", "slug")
    return [office_in(row, language) for row in rows]


def office_in(row: OtherOffice, language: str) -> Office:
    """Return ``row`` in ``language``; Vietnamese where a translation is missing."""
    is_english = language == "en"
    return Office(
        slug=row.slug,
        name=(is_english and row.office_en) or row.office,
        text=(is_english and row.text_en) or row.text,
        address=row.address,
        url=row.url,
        legal_basis=row.legal_basis,
    )


def _read_guidance() -> GuidanceInForce:
    in_force = GuidanceInForce()
    for bet in bets_in_force():
        for phrase in phrases_of(bet):
            in_force.bets.add(without_stop_phrases(phrase), bet)
    for office in OtherOffice.objects.filter(active=True):
        for phrase in nonempty_lines(office.words):
            in_force.offices.add(syllables(phrase), office)
        for phrase in nonempty_lines(office.exceptions):
            in_force.exceptions.add(syllables(phrase), office.pk)
    return in_force


def _bets(in_force: GuidanceInForce, asked: Sequence[Syllable], language: str) -> tuple[Bet, ...]:
    found = dict.fromkeys(
        [*in_force.bets.exactly(asked), *in_force.bets.exactly(without_stop_phrases(asked))]
    )
    bets = sorted(
        (bet for bet in found if bet.language in ("", language)), key=lambda bet: (bet.position, bet.pk)
    )
    keys = list(dict.fromkeys(key for bet in bets for key in bet.documents))
    return tuple(documents_of(keys, language).values())[:MAX_BETS] if keys else ()


def _offices(in_force: GuidanceInForce, asked: Sequence[Syllable], result: SearchResult) -> list[OtherOffice]:
    """Return the offices of the longest phrases in the query; none if the query names a document.

    A phrase that is the whole query is as explicit as the lexicon, so that only a code or a whole title outweighs it.
    """
    parts = result.hits[0].explanation if result.hits else {}
    if parts.get("code") or parts.get("whole_title"):
        return []
    excepted = {pk for _place, pk in in_force.exceptions.within(asked)}
    found = [(place, office) for place, office in in_force.offices.within(asked) if office.pk not in excepted]
    most_words = max((len(place) for place, _office in found), default=0)
    if (
        most_words < len(without_stop_phrases(asked))
        and parts.get("curated", 0.0) >= ANSWERED_BY_LEXICON * CURATED_WEIGHT
    ):
        return []
    named = [(place, office) for place, office in found if not _is_only_lacking(asked, place)]
    return list(dict.fromkeys(_of_each_matter(asked, named)))[:MAX_OFFICES]


def _of_each_matter(
    asked: Sequence[Syllable], found: Sequence[tuple[range, OtherOffice]]
) -> list[OtherOffice]:
    """Return the offices of the longest phrases between the conjunctions of ``asked``, in the order of the matters."""
    cuts = [start for start, _end in find_phrases(asked, CONJUNCTIONS)]
    matters: dict[int, list[tuple[range, OtherOffice]]] = defaultdict(list)
    for place, office in found:
        matters[sum(cut < place.start for cut in cuts)].append((place, office))
    return [
        office
        for _matter, some in sorted(matters.items())
        for place, office in some
        if len(place) == len(some[0][0])
    ]


def _is_only_lacking(asked: Sequence[Syllable], place: range) -> bool:
    """Return True if the phrase at ``place`` is a paper that is lacking in a case described before it.

    Who asks for nothing but the paper ("tôi không có căn cước") gets the office that issues it.
    """
    starts = [start for start, end in find_phrases(asked, LACKING) if end == place.start]
    return bool(starts) and starts[0] >= MIN_CASE
