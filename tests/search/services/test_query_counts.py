"""Queries are counted by week, day and language; readable only if enough networks asked, and never tied to a person."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from search.models import IndexedDocument, SearchedQuery, SearchedQueryClick, SearchedQueryDay
from search.registrations import check_networks
from search.services import query_counts
from search.services.query_counts import (
    NUMBERS,
    Key,
    QueryCounter,
    Tally,
    delete_expired_counts,
    monday_of,
    write,
)
from search.tasks import clean_up_queries
from tests.support.threads import together

NETWORKS = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4")


@pytest.fixture
def counter(settings: Any) -> QueryCounter:
    settings.SEARCH_COUNT_QUERIES = True
    return QueryCounter()


def ask(
    counter: QueryCounter, query: str = "sổ hồng", networks: tuple[str, ...] = NETWORKS[:1], **facts: Any
) -> None:
    for network in networks:
        counter.shown(
            query, network=network, **{"language": "vi", "total": 3, "low_confidence": False} | facts
        )


def totals(row: SearchedQuery) -> dict[str, int]:
    return {name: sum(getattr(day, name) for day in row.days.all()) for name in NUMBERS}


@pytest.mark.django_db
class TestPrivacy:
    def test_the_text_is_not_stored_until_enough_networks_have_asked(self, counter: QueryCounter) -> None:
        ask(counter, networks=NETWORKS[:2])
        counter.flush()
        assert SearchedQuery.objects.get().text == ""

    def test_the_third_network_of_the_week_makes_the_text_readable(self, counter: QueryCounter) -> None:
        for network in NETWORKS[:3]:
            ask(counter, networks=(network,))
            counter.flush()
        row = SearchedQuery.objects.get()
        assert (row.text, row.marks, totals(row)["shown"]) == ("sổ hồng", "", 3)

    def test_one_network_that_asks_often_counts_once(self, counter: QueryCounter) -> None:
        ask(counter, networks=NETWORKS[:1] * 10)
        counter.flush()
        row = SearchedQuery.objects.get()
        assert (row.text, totals(row)["shown"]) == ("", 10)

    def test_networks_of_different_weeks_do_not_add_up(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for week, network in enumerate(NETWORKS[:3]):
            day = date(2026, 11, 29) + timedelta(weeks=week)
            monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
            ask(counter, networks=(network,))
            counter.flush()
        assert SearchedQuery.objects.count() == 3
        assert not SearchedQuery.objects.exclude(text="").exists()

    def test_no_address_and_no_query_can_be_read_from_the_rows(self, counter: QueryCounter) -> None:
        ask(counter, "chuyện riêng", networks=NETWORKS[:2])
        counter.flush()
        stored = str(SearchedQuery.objects.values_list()[0])
        assert "riêng" not in stored
        assert "192" not in stored
        assert all(len(mark) == 4 for mark in SearchedQuery.objects.get().marks.split())

    def test_digests_depend_on_the_secret_key(self, settings: Any) -> None:
        key = Key(date(2026, 11, 30), "vi", "so hong")
        before = key.digest
        settings.SECRET_KEY = "another"
        assert key.digest != before

    def test_personal_data_is_removed_first(self, counter: QueryCounter) -> None:
        ask(counter, "sổ hồng của Trần Văn An 0912345678", networks=NETWORKS[:3])
        counter.flush()
        assert SearchedQuery.objects.get().text == "sổ hồng của"

    def test_a_query_of_only_personal_data_is_not_counted(self, counter: QueryCounter) -> None:
        ask(counter, "0912 345 678", networks=NETWORKS)
        counter.flush()
        assert not SearchedQuery.objects.exists()

    def test_text_and_network_marks_are_never_stored_together(self) -> None:
        with pytest.raises(DatabaseError):
            SearchedQuery.objects.create(
                week=date(2026, 11, 30), language="vi", digest="x", text="a", marks="0123"
            )


@pytest.mark.parametrize(("networks", "counting", "warned"), [(3, True, 0), (2, True, 1), (1, False, 0)])
def test_operators_are_warned_about_too_few_networks(
    settings: Any, networks: int, counting: bool, warned: int
) -> None:
    settings.SEARCH_QUERY_MIN_NETWORKS, settings.SEARCH_COUNT_QUERIES = networks, counting
    assert len(check_networks()) == warned


@pytest.mark.django_db
class TestCounting:
    def test_spellings_of_a_query_count_together(self, counter: QueryCounter) -> None:
        ask(counter, "Sổ Hồng", networks=NETWORKS[:1])
        ask(counter, "so hong ", networks=NETWORKS[1:2])
        counter.flush()
        assert totals(SearchedQuery.objects.get())["shown"] == 2

    def test_languages_are_counted_separately(self, counter: QueryCounter) -> None:
        ask(counter)
        ask(counter, language="en")
        counter.flush()
        assert sorted(SearchedQuery.objects.values_list("language", flat=True)) == ["en", "vi"]

    def test_unhelpful_results_are_counted(self, counter: QueryCounter) -> None:
        ask(counter, total=0)
        ask(counter, low_confidence=True)
        counter.flush()
        found = totals(SearchedQuery.objects.get())
        assert (found["shown"], found["without_result"], found["low_confidence"]) == (2, 1, 1)

    def test_days_of_a_week_have_rows_of_their_own(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for day in (date(2026, 11, 30), date(2026, 12, 1)):
            monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
            ask(counter)
        counter.flush()
        assert SearchedQuery.objects.get().week == date(2026, 11, 30)
        assert SearchedQueryDay.objects.count() == 2

    def test_a_report_without_a_counted_page_creates_nothing(self, counter: QueryCounter) -> None:
        counter.seen("bịa ra", language="vi", network=NETWORKS[0])
        counter.flush()
        counter.flush()
        assert not SearchedQuery.objects.exists()
        assert not counter._tallies

    def test_a_report_waits_once_for_the_page_that_another_process_counted(
        self, counter: QueryCounter
    ) -> None:
        counter.seen("sổ hồng", language="vi", network=NETWORKS[0])
        counter.flush()
        ask(QueryCounter())
        other = QueryCounter()
        ask(other)
        other.flush()
        counter.flush()
        assert totals(SearchedQuery.objects.get())["seen"] == 1

    def test_chosen_documents_are_counted_if_they_exist(self, counter: QueryCounter) -> None:
        known = IndexedDocument.objects.create(
            key="procedure:1", kind="procedure", ref="1", collection="public", locale="vi", title="Cấp sổ",
            url="/thu-tuc/1/", version=1, digest="", changed_at=timezone.now(), title_words="", title_marked="",
        )  # fmt: skip
        ask(counter)
        for document in (known.key, known.key, "procedure:404"):
            counter.clicked("sổ hồng", language="vi", network=NETWORKS[0], document=document)
        counter.flush()
        assert list(SearchedQueryClick.objects.values_list("document", "count")) == [("procedure:1", 2)]
        assert totals(SearchedQuery.objects.get())["clicked"] == 3

    def test_dossiers_do_not_count_as_chosen_documents(self, counter: QueryCounter) -> None:
        IndexedDocument.objects.create(
            key="dossier:1", kind="dossier", ref="1", collection="dossiers", locale="vi", title="Hồ sơ",
            url="/mot-cua/1/", version=1, digest="", changed_at=timezone.now(), title_words="", title_marked="",
        )  # fmt: skip
        ask(counter)
        counter.clicked("sổ hồng", language="vi", network=NETWORKS[0], document="dossier:1")
        counter.flush()
        assert not SearchedQueryClick.objects.exists()

    def test_the_setting_turns_counting_off(self, counter: QueryCounter, settings: Any) -> None:
        settings.SEARCH_COUNT_QUERIES = False
        ask(counter)
        counter.flush()
        assert not SearchedQuery.objects.exists()


@pytest.mark.django_db
class TestLimits:
    def test_one_network_adds_little_to_a_query(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_counts, "MAX_PER_QUERY", 5)
        ask(counter, networks=NETWORKS[:1] * 50)
        ask(counter, networks=NETWORKS[1:2])
        counter.flush()
        assert totals(SearchedQuery.objects.get())["shown"] == 6

    def test_one_network_adds_few_queries(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_counts, "MAX_QUERIES_PER_NETWORK", 5)
        for number in range(20):
            ask(counter, f"lũ lụt {chr(97 + number)}")
        ask(counter, "sổ hồng", networks=NETWORKS[1:2])
        counter.flush()
        assert SearchedQuery.objects.count() == 6

    def test_the_number_of_rows_per_week_is_limited(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_counts, "MAX_QUERIES_PER_WEEK", 3)
        for number in range(6):
            ask(counter, f"lũ lụt {chr(97 + number)}")
        counter.flush()
        assert SearchedQuery.objects.count() == 3

    def test_the_size_of_the_buffer_is_limited(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_counts, "MAX_BUFFERED", 3)
        for number in range(6):
            ask(counter, f"lũ lụt {chr(97 + number)}")
        assert len(counter._tallies) == 3

    def test_the_memory_of_networks_is_limited_and_cleared_daily(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_counts, "MAX_MARKS_IN_MEMORY", 10)
        for number in range(30):
            ask(counter, f"lũ lụt {chr(97 + number)}")
        assert len(counter._by_network) <= 12
        monkeypatch.setattr(timezone, "localdate", lambda: date(2030, 1, 1))
        ask(counter)
        assert len(counter._by_network) == 2

    def test_queries_of_a_write_do_not_grow_with_the_buffer(self, counter: QueryCounter) -> None:
        numbers = []
        for size in (5, 10):
            for number in range(size):
                ask(counter, f"câu {size} {chr(97 + number)}")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                counter.flush()
            numbers.append(len(queries))
        assert numbers[0] == numbers[1]


@pytest.mark.django_db
class TestFailure:
    def test_an_unavailable_database_costs_only_counts(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_args: Any) -> None:
            raise DatabaseError

        monkeypatch.setattr(query_counts, "write", fail)
        ask(counter)
        with caplog.at_level(logging.WARNING):
            counter.flush_if_due()
        assert "lost" in caplog.text
        assert not counter._tallies
        ask(counter)
        monkeypatch.undo()
        counter.flush_if_due()
        assert not SearchedQuery.objects.exists(), "the next try comes a minute later"

    def test_the_buffer_is_written_at_most_every_ten_seconds(
        self, counter: QueryCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask(counter)
        counter.flush_if_due()
        ask(counter, "sổ đỏ")
        counter.flush_if_due()
        assert SearchedQuery.objects.count() == 1
        counter._next_flush = 0.0
        counter.flush_if_due()
        assert SearchedQuery.objects.count() == 2


@pytest.mark.django_db
class TestRetention:
    TODAY = date(2026, 11, 30)

    def make(self, weeks: int, text: str = "sổ hồng") -> None:
        week = monday_of(self.TODAY) - timedelta(weeks=weeks)
        row = SearchedQuery.objects.create(week=week, language="vi", digest=f"{weeks}{text}", text=text)
        SearchedQueryDay.objects.create(query=row, day=week, shown=1)

    def test_counts_are_deleted_after_the_retention_period(self, settings: Any) -> None:
        settings.SEARCH_QUERIES_KEEP_DAYS = 28
        for weeks in (0, 4, 5, 30):
            self.make(weeks)
        assert delete_expired_counts(today=self.TODAY) == 2
        assert SearchedQuery.objects.count() == SearchedQueryDay.objects.count() == 2

    def test_queries_of_few_networks_are_deleted_a_week_after_their_week(self) -> None:
        for weeks in (0, 1, 2):
            self.make(weeks, text="")
        self.make(2)
        assert delete_expired_counts(today=self.TODAY) == 1
        assert SearchedQuery.objects.filter(text="").count() == 2

    def test_the_task_deletes_nothing_after_a_jump_of_the_clock(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.make(300)
        monkeypatch.setattr("core.clock_guard.is_trusted", lambda: False)
        assert clean_up_queries() is None
        monkeypatch.setattr("core.clock_guard.is_trusted", lambda: True)
        assert clean_up_queries() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_parallel_processes_lose_no_counts_and_agree_on_the_networks(settings: Any) -> None:
    """Eight processes write the same twenty queries in different orders, four times each."""
    settings.SEARCH_COUNT_QUERIES = True
    day = date(2026, 11, 30)
    keys = [Key(day, "vi", f"cau hoi {number}") for number in range(20)]

    def batch(process: int) -> Any:
        order = keys if process % 2 else keys[::-1]
        for _time in range(4):
            made = {key: Tally(key.folded) for key in order}
            for tally in made.values():
                tally.numbers.update(shown=1, seen=2)
                tally.marks.add(f"{process % 3:04}")
            write(made)

    together(*(partial(batch, process) for process in range(8)))
    rows = SearchedQuery.objects.prefetch_related("days")
    assert len(rows) == 20
    assert {(row.text == f"cau hoi {row.text[8:]}", row.marks) for row in rows} == {(True, "")}
    assert [(totals(row)["shown"], totals(row)["seen"]) for row in rows] == [(32, 64)] * 20
