"""The catalogue of the province by its titles alone: the minimum quality on every engine.

For the figures themselves, with full texts and in a far larger catalogue, run `make bench NAME=relevance`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from demo.load import LEXICON
from search.documents import UNTRANSLATED, SearchDocument
from search.evaluation import Figures, evaluate, half, read_graded_queries, reply_of
from search.requests import SearchRequest
from search.selectors import search as selectors
from search.selectors.search import search
from search.services.lexicon import load_lexicon
from tests.paths import shared_data
from tests.search.samples import MONDAY, SearchFixture

#: Kind → (Success@1, Success@5) that must hold; with titles alone, so lower than in the bench.
MINIMUM_SUCCESS = {
    "exact": (0.9, 0.96),
    "no-diacritics": (0.85, 0.96),
    "code": (1.0, 1.0),
    "typo": (0.85, 0.93),
    "english": (0.8, 0.9),
    "abbrev": (0.75, 0.85),
}
OWN = read_graded_queries(Path(__file__).with_name("graded_queries.tsv"))
QUERIES = [
    one for one in OWN if one.corpus == "province" and one.kind in MINIMUM_SUCCESS and half(one) == "tuning"
]


def _titles() -> dict[str, str]:
    path = shared_data("camau", "DanhSachTTHC_CaMau_capxa.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row[1]: " ".join(row[2].split())
            for row in csv.reader(file)
            if len(row) > 2 and row[1][1:2] == "."
        }


@pytest.fixture
def province(samples: SearchFixture) -> SearchFixture:
    """Every commune procedure as a bare title, with the lexicons of the portal and of the demo."""
    for code, title in _titles().items():
        samples.source.documents_by_ref[code] = SearchDocument(
            kind=samples.source.kind, ref=code, title=title, url=f"/{code}/", changed_at=MONDAY, codes=(code,),
            facets={"level": ("cap_xa",)}, locale=UNTRANSLATED,
        )  # fmt: skip
    load_lexicon()
    load_lexicon(path=LEXICON)
    samples.sync()
    selectors.invalidate_resources()
    return samples


def _measure(province: SearchFixture) -> dict[str, Figures]:
    return evaluate(QUERIES, lambda text: reply_of(search(SearchRequest(text), engine=province.name))).kinds


def test_every_kind_of_query_reaches_its_minimum(province: SearchFixture):
    kinds = _measure(province)
    short = {
        kind: (kinds[kind].success_at_1, kinds[kind].success_at_5)
        for kind, (at_1, at_5) in MINIMUM_SUCCESS.items()
        if kinds[kind].success_at_1 < at_1 or kinds[kind].success_at_5 < at_5
    }
    assert short == {}


#: What a reader of the English pages types, and a procedure that must be among the first three.
ENGLISH_PAGES = {
    "birth": "1.001193",
    "death": "1.000656",
    "my father died, what do I do": "1.000656",
    "khai sinh con ngoài giá thú": "1.001193",
    "marriage": "1.000894",
    "wedding": "1.000894",
    "unmarried": "1.004873",
}


def test_words_typed_on_english_pages_find_vietnamese_titles(province: SearchFixture) -> None:
    missed = {}
    for word, code in ENGLISH_PAGES.items():
        hits = search(SearchRequest(word, locale="en"), engine=province.name).hits[:3]
        if not any(code in found for hit in hits for found in hit.codes):
            missed[word] = [hit.title for hit in hits]
    assert missed == {}
