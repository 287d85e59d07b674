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


#: How citizens ask for what they need most often, and the procedure that must come first.
FREQUENT = {
    "làm giấy khai sinh": "1.001193",
    "làm giấy khai sinh cho con": "1.001193",
    "xin giay khai sinh": "1.001193",
    "làm lại giấy khai sinh": "1.004884",
    "bản sao giấy khai sinh": "2.000635",
    "giấy phép kinh doanh": "1.001612",
    "xin giấy phép hộ kinh doanh": "1.001612",
    "giấy độc thân": "1.004873",
    "giấy kết hôn": "1.000894",
    "giấy chứng tử": "1.000656",
    "sao y": "2.000815",
}


def test_frequent_requests_find_their_procedure(province: SearchFixture) -> None:
    wanted = [(text, "vi", 1, code) for text, code in FREQUENT.items()]
    wanted += [(word, "en", 3, code) for word, code in ENGLISH_PAGES.items()]
    missed = {}
    for text, locale, places, code in wanted:
        hits = search(SearchRequest(text, locale=locale), engine=province.name).hits[:places]
        if not any(code in found for hit in hits for found in hit.codes):
            missed[text] = [hit.title for hit in hits]
    assert missed == {}
