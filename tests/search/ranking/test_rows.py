"""Rows kept in memory: always those of the version in the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.models import IndexedDocument
from search.ranking.rows import RowCache
from tests.search.samples import SearchFixture
from tests.search.words import row


class TestTitles:
    def test_phrase_positions(self) -> None:
        title = row("Bản sao từ bản chính").title
        assert title.positions["ban"] == (0, 3)
        assert title.phrase_at(("ban", "chinh")) == 3
        assert title.phrase_at(("sao", "chinh")) is None
        assert title.phrase_at(("nowhere",)) is None

    def test_opening_words_do_not_count(self) -> None:
        assert row("Thủ tục đăng ký kết hôn").title.start == 2
        assert row("Thủ công").title.start == 0


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

    def test_rows_asked_for_least_recently_are_dropped(self, versions: dict[str, int]) -> None:
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
