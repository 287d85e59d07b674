"""The catalogue of the province by its titles alone: what may never be lost, on every engine.

The figures themselves, with full texts and in a far larger catalogue, are `make bench NAME=relevance`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from search.documents import SearchDocument
from search.evaluation import Figures, evaluate, half, read
from search.requests import SearchRequest
from search.selectors import knowledge, search
from search.services.lexicon import load_lexicon
from tests.paths import shared_data
from tests.search.library import MONDAY, Library

#: Kind → (Success@1, Success@5) that must hold; titles alone, so below what the bench shows.
FLOORS = {
    "exact": (0.9, 0.96),
    "no-diacritics": (0.85, 0.96),
    "code": (1.0, 1.0),
    "typo": (0.85, 0.93),
    "english": (0.8, 0.9),
    "abbrev": (0.75, 0.85),
}
OWN = read(Path(__file__).with_name("graded_queries.tsv"))
QUERIES = [one for one in OWN if one.corpus == "province" and one.kind in FLOORS and half(one) == "tuning"]


def _titles() -> dict[str, str]:
    path = shared_data("camau", "DanhSachTTHC_CaMau_capxa.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row[1]: " ".join(row[2].split())
            for row in csv.reader(file)
            if len(row) > 2 and row[1][1:2] == "."
        }


@pytest.fixture
def province(library: Library) -> Library:
    """Every procedure of the commune as a bare title, and the shipped lexicon."""
    for code, title in _titles().items():
        library.shelf.kept[code] = SearchDocument(
            kind=library.shelf.kind, ref=code, title=title, url=f"/{code}/", changed_at=MONDAY, codes=(code,),
            facets={"level": ("cap_xa",)},
        )  # fmt: skip
    load_lexicon()
    library.sync()
    knowledge.forget()
    return library


def _measure(province: Library) -> dict[str, Figures]:
    def ask(text: str) -> list[tuple[tuple[str, ...], str]]:
        return [(hit.codes, hit.title.text) for hit in search(SearchRequest(text), engine=province.name).hits]

    return evaluate(QUERIES, ask).kinds


def test_no_kind_of_query_falls_below_its_floor(province: Library):
    kinds = _measure(province)
    short = {
        kind: (kinds[kind].success_at_1, kinds[kind].success_at_5)
        for kind, (at_1, at_5) in FLOORS.items()
        if kinds[kind].success_at_1 < at_1 or kinds[kind].success_at_5 < at_5
    }
    assert short == {}
