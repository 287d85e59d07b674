"""What editors put above the results: best bets, and the office that handles what the portal does not.

Both are cached until they or any page change, at most until the day ends (``core.web.process_cache``), so that a
query without either needs no database query. Neither changes the order of the results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from core.text import nonempty_lines
from core.wagtail.languages import in_active_language
from core.web.process_cache import cached_until_publish
from search.documents import PUBLIC, locales_for
from search.language.tokenizer import Syllable, codes_in, index_codes, marks_agree, syllables
from search.language.vocabulary import content_positions
from search.models import BestBet, IndexedDocument, IndexedTerm, OtherOffice
from search.ranking.scorer import CURATED_WEIGHT
from search.requests import SearchRequest
from search.results import SearchResult

T = TypeVar("T")

MAX_BETS: Final = 3
MAX_OFFICES: Final = 2
#: A procedure answers a query if the lexicon leads this share of it (0..1) to a code of the best hit.
ANSWERED_BY_LEXICON: Final = 0.6


@dataclass(frozen=True, slots=True)
class Bet:
    """One suggested document with its national code; ``state`` says why it no longer applies, if it does not."""

    key: str
    title: str
    url: str
    state: str = ""
    code: str = ""


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


class PhraseIndex(Generic[T]):
    """Values by phrases; a phrase typed without diacritics matches every spelling."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, ...], list[tuple[tuple[str, ...], T]]] = defaultdict(list)
        self._longest = 0

    def add(self, phrase: Sequence[Syllable], value: T) -> None:
        """Add ``value`` under ``phrase``."""
        if phrase:
            folded = tuple(syllable.folded for syllable in phrase)
            self._values[folded].append((tuple(syllable.marked for syllable in phrase), value))
            self._longest = max(self._longest, len(folded))

    def exactly(self, query: Sequence[Syllable]) -> list[T]:
        """Return the values whose phrase is the whole of ``query``."""
        known = self._values.get(tuple(syllable.folded for syllable in query), ())
        return [value for exact_forms, value in known if marks_agree(query, exact_forms)]

    def within(self, query: Sequence[Syllable]) -> Iterator[tuple[int, T]]:
        """Yield the length of each phrase that ``query`` contains, and its value, longest first."""
        for length in range(min(self._longest, len(query)), 0, -1):
            for start in range(len(query) - length + 1):
                for value in self.exactly(query[start : start + length]):
                    yield length, value


@dataclass(slots=True)
class Rules:
    """The best bets and offices in force today."""

    bets: PhraseIndex[BestBet] = field(default_factory=PhraseIndex)
    offices: PhraseIndex[OtherOffice] = field(default_factory=PhraseIndex)
    exceptions: PhraseIndex[int] = field(default_factory=PhraseIndex)


def guidance(request: SearchRequest, result: SearchResult) -> Guidance:
    """Return what is shown above the first, unfiltered page of ``result``; nothing on other pages."""
    if not request.query or request.selected or result.page > 1 or request.collection != PUBLIC:
        return Guidance()
    rules = cached_until_publish("search.guidance", _read_rules)
    asked = syllables(result.corrected_query or request.query)
    bets = _bets(rules, asked, request.locale)
    offices = () if bets else _offices(rules, asked, result)
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


def bets_in_force() -> Iterable[BestBet]:
    """Return the best bets of today, in order."""
    today = timezone.localdate()
    begun = BestBet.objects.filter(valid_from__lte=today).exclude(valid_to__lt=today)
    return begun.select_related("group")


def phrases_of(bet: BestBet) -> tuple[str, ...]:
    """Return the queries for which ``bet`` is shown."""
    of_group = nonempty_lines(bet.group.terms) if bet.group and bet.group.active else ()
    return tuple(dict.fromkeys([*nonempty_lines(bet.words), *of_group]))


def state_of(bet: BestBet, found: Mapping[str, Bet]) -> str:
    """Return whether ``bet`` is shown today, and why not; ``found`` are the documents that exist, by key."""
    today = timezone.localdate()
    if bet.valid_to and bet.valid_to < today:
        return gettext("Ended")
    living = [found[key] for key in bet.documents if key in found]
    if not living:
        return gettext("Leads nowhere: the page is no longer public")
    if len(living) < len(bet.documents):
        return gettext("Some of it leads nowhere")
    if any(document.state for document in living):
        return gettext("Leads to a procedure that has ended")
    return gettext("Not yet shown") if bet.valid_from > today else gettext("Shown")


def dead_bets() -> list[tuple[BestBet, str]]:
    """Return the best bets whose documents no longer exist or have ended, with the reason."""
    today = timezone.localdate()
    bets = list(BestBet.objects.exclude(valid_to__lt=today).select_related("group"))
    found = documents_of(list({key for bet in bets for key in bet.documents}), settings.LANGUAGE_CODE)
    dead = [bet for bet in bets if any(key not in found or found[key].state for key in bet.documents)]
    return [(bet, state_of(bet, found)) for bet in dead]


def content(text: str | Sequence[Syllable]) -> list[Syllable]:
    """Return the syllables without stop phrases; all of them if nothing else is left."""
    all_of_them = syllables(text) if isinstance(text, str) else list(text)
    kept = [all_of_them[position] for position in content_positions(all_of_them, frozenset())]
    return kept or all_of_them


def _read_rules() -> Rules:
    rules = Rules()
    for bet in bets_in_force():
        for phrase in phrases_of(bet):
            rules.bets.add(content(phrase), bet)
    for office in OtherOffice.objects.filter(active=True):
        for phrase in nonempty_lines(office.words):
            rules.offices.add(syllables(phrase), office)
        for phrase in nonempty_lines(office.exceptions):
            rules.exceptions.add(syllables(phrase), office.pk)
    return rules


def _bets(rules: Rules, asked: Sequence[Syllable], language: str) -> tuple[Bet, ...]:
    found = dict.fromkeys([*rules.bets.exactly(asked), *rules.bets.exactly(content(asked))])
    bets = sorted(
        (bet for bet in found if bet.language in ("", language)), key=lambda bet: (bet.position, bet.pk)
    )
    keys = list(dict.fromkeys(key for bet in bets for key in bet.documents))
    return tuple(documents_of(keys, language).values())[:MAX_BETS] if keys else ()


def documents_of(keys: Sequence[str], language: str) -> dict[str, Bet]:
    """Return the public documents among ``keys`` as a reader of ``language`` finds them, in order."""
    rows = {row.key: row for row in public_documents().filter(key__in=keys)}
    foreign = [row for row in rows.values() if row.locale not in locales_for(language)]
    translated = _translated(foreign, language) if foreign else {}
    found = {key: translated.get(key, rows[key]) for key in keys if key in rows}
    return {key: _bet(row) for key, row in found.items()}


def _bet(row: IndexedDocument) -> Bet:
    code = next(iter(codes_in(" ".join(row.codes))), "")
    return Bet(row.key, row.title, row.url, row.facts.get("state", ""), code)


def public_documents() -> QuerySet[IndexedDocument]:
    """Return the documents that everybody may find."""
    return IndexedDocument.objects.filter(collection=PUBLIC, terms__name="scope", terms__value=PUBLIC)


def _translated(rows: Sequence[IndexedDocument], language: str) -> dict[str, IndexedDocument]:
    """Return the document in ``language`` of each row that has one, by key: by the same code or path."""
    addresses = {row.key: in_active_language(row.url) for row in rows}
    codes = {row.key: row.codes[0] for row in rows if row.codes}
    others = public_documents().filter(locale=language)
    by_code = others.filter(pk__in=with_codes(codes.values()))
    known = {(other.kind, code): other for other in by_code for code in other.codes}
    by_path = {other.url: other for other in others.filter(url__in=addresses.values())}
    found = {
        row.key: known.get((row.kind, codes.get(row.key, ""))) or by_path.get(addresses[row.key])
        for row in rows
    }
    return {key: other for key, other in found.items() if other is not None}


def with_codes(codes: Iterable[str]) -> QuerySet[IndexedTerm, int]:
    """Return the keys of the rows of the documents with one of ``codes``."""
    terms = IndexedTerm.objects.filter(name="code", value__in=index_codes(codes))
    return terms.values_list("document", flat=True)


def _offices(rules: Rules, asked: Sequence[Syllable], result: SearchResult) -> list[OtherOffice]:
    """Return the offices of the longest phrases in the query; none if the query names a document.

    A phrase that is the whole query is as explicit as the lexicon, so that only a code or a whole title outweighs it.
    """
    parts = result.hits[0].explanation if result.hits else {}
    if parts.get("code") or parts.get("whole_title"):
        return []
    excepted = {pk for _length, pk in rules.exceptions.within(asked)}
    longest: dict[int, tuple[int, OtherOffice]] = {}
    for length, office in rules.offices.within(asked):
        if office.pk not in excepted:
            longest.setdefault(office.pk, (length, office))
    most = max((length for length, _office in longest.values()), default=0)
    if most < len(content(asked)) and parts.get("curated", 0.0) >= ANSWERED_BY_LEXICON * CURATED_WEIGHT:
        return []
    return [office for length, office in longest.values() if length == most][:MAX_OFFICES]
