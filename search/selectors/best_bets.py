"""Best bets: which are in force, for which queries, and the documents to which they lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from core.text import nonempty_lines
from core.wagtail.languages import in_active_language
from search.documents import PUBLIC, locales_for
from search.language.tokenizer import codes_in, index_codes
from search.models import BestBet, IndexedDocument, IndexedTerm


@dataclass(frozen=True, slots=True)
class Bet:
    """One suggested document with its national code; ``state`` says why it no longer applies, if it does not."""

    key: str
    title: str
    url: str
    state: str = ""
    code: str = ""


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
    public = [found[key] for key in bet.documents if key in found]
    if not public:
        return gettext("Not shown: the page is no longer public")
    if len(public) < len(bet.documents):
        return gettext("Shown in part: some of its pages are no longer public")
    if any(document.state for document in public):
        return gettext("Leads to a procedure that has ended")
    return gettext("Not yet shown") if bet.valid_from > today else gettext("Shown")


def bets_without_page() -> list[tuple[BestBet, str]]:
    """Return the best bets whose documents no longer exist or have ended, with the reason."""
    today = timezone.localdate()
    bets = list(BestBet.objects.exclude(valid_to__lt=today).select_related("group"))
    found = documents_of(list({key for bet in bets for key in bet.documents}), settings.LANGUAGE_CODE)
    ended = [bet for bet in bets if any(key not in found or found[key].state for key in bet.documents)]
    return [(bet, state_of(bet, found)) for bet in ended]


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
