"""Rows kept in memory always belong to the version in the database."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.models import IndexedDocument
from search.ranking.rows import MAX_ROWS, RowCache
from tests.search.samples import SearchFixture
from tests.search.words import row


class TestTitles:
    def test_phrase_positions(self) -> None:
        title = row("Bản sao từ bản chính").title
        assert title.places("ban") == (0, 3)
        assert title.phrase_at(("ban", "chinh")) == 3
        assert title.phrase_at(("sao", "chinh")) is None
        assert title.phrase_at(("nowhere",)) is None

    def test_opening_words_do_not_count(self) -> None:
        assert row("Thủ tục đăng ký kết hôn").title.start == 2
        assert row("Thủ công").title.start == 0

    def test_later_occurrences_of_words(self) -> None:
        assert sorted(row("Bản sao từ bản chính của bản gốc").title.repeated) == ["ban", "ban"]
        assert row("Bản sao").title.repeated == ()


@pytest.mark.django_db
class TestRowCache:
    @pytest.fixture
    def versions(self, samples: SearchFixture) -> dict[str, int]:
        for title in ("Một", "Hai", "Ba"):
            samples.add(title)
        samples.sync()
        return self.current()

    @staticmethod
    def current() -> dict[str, int]:
        return dict(IndexedDocument.objects.filter(kind="sample").values_list("key", "version"))

    def test_rows_are_read_once(self, versions: dict[str, int]) -> None:
        cache = RowCache(10)
        first = cache.read(versions)
        with CaptureQueriesContext(connection) as queries:
            assert cache.read(versions) == first
        assert not queries.captured_queries
        assert {one.title.words for one in first.values()} == {("mot",), ("hai",), ("ba",)}

    def test_changed_row_is_read_again(self, versions: dict[str, int]) -> None:
        cache = RowCache(10)
        cache.read(versions)
        key = next(iter(versions))
        IndexedDocument.objects.filter(key=key).update(title_words="khac", version=versions[key] + 1)
        assert cache.read(self.current())[key].title.words == ("khac",)

    def test_deleted_document_is_left_out(self, versions: dict[str, int]) -> None:
        key = next(iter(versions))
        IndexedDocument.objects.filter(key=key).delete()
        assert key not in RowCache(10).read(versions)

    def test_least_recently_used_rows_are_dropped(self, versions: dict[str, int]) -> None:
        cache = RowCache(2)
        one, two, three = ({key: version} for key, version in versions.items())
        for some in (one, two, one, three):
            cache.read(some)
        with CaptureQueriesContext(connection) as queries:
            cache.read(one | three)
        assert not queries.captured_queries
        with CaptureQueriesContext(connection) as queries:
            cache.read(two)
        assert len(queries.captured_queries) == 1

    def test_rows_of_a_collection_are_read_before_they_are_needed(self, versions: dict[str, int]) -> None:
        cache = RowCache(10)
        cache.fill("public")
        with CaptureQueriesContext(connection) as queries:
            assert cache.read(versions).keys() == versions.keys()
            cache.fill("public")
        assert not queries.captured_queries

    def test_no_more_rows_are_read_than_can_be_kept(self, versions: dict[str, int]) -> None:
        cache = RowCache(2)
        cache.fill("public")
        with CaptureQueriesContext(connection) as queries:
            cache.read(versions)
        assert len(queries.captured_queries) == 1

    def test_a_row_that_changed_after_filling_is_read_again(self, versions: dict[str, int]) -> None:
        cache = RowCache(10)
        cache.fill("public")
        key = next(iter(versions))
        IndexedDocument.objects.filter(key=key).update(title_words="khac", version=versions[key] + 1)
        assert cache.read(self.current())[key].title.words == ("khac",)


# MAX_ROWS of them are 100 MB, a third of what a web process may take.
MOST_BYTES = 4000


@pytest.mark.django_db
def test_a_row_takes_little_memory(samples: SearchFixture) -> None:
    title = "Thủ tục chấp thuận vị trí, quy mô, kích thước, phương án tổ chức thi công biển quảng cáo số"
    number = 200
    for n in range(number):
        facts = {"field": (f"linh-vuc-{n % 20}",), "level": ("cap_xa",)}
        samples.add(f"{title} {n}", summary=f"{title} đợt {n}. " * 3, codes=(f"1.{n:06}",), facets=facts)
    samples.sync()
    cache = RowCache(number)
    gc.collect()
    tracemalloc.start()
    cache.fill("public")
    taken, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / number < MOST_BYTES
    assert MOST_BYTES * MAX_ROWS <= 100_000_000
