from __future__ import annotations

import threading
import time

import pytest
import time_machine
from django.db import transaction
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from core.models import CacheGeneration
from core.web import page_cache
from core.web.process_cache import ProcessCache, cached_until_publish

pytestmark = pytest.mark.django_db


class Maker:
    """Counts its calls."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


@pytest.fixture
def make() -> Maker:
    return Maker()


def generation() -> int:
    return CacheGeneration.objects.get(scope="site").number


class TestCachedUntilPublish:
    def test_value_is_computed_once(self, make, django_assert_num_queries):
        cached_until_publish("a", make)
        with django_assert_num_queries(0):
            assert [cached_until_publish("a", make) for _ in range(3)] == [1, 1, 1]

    def test_none_is_cached(self):
        asked = []
        for _ in range(2):
            assert cached_until_publish("a", lambda: asked.append(1)) is None
        assert asked == [1]

    def test_each_key_has_its_own_value(self, make):
        assert [cached_until_publish(key, make) for key in ("a", ("a", 1), "a", ("a", 2))] == [1, 2, 1, 3]

    def test_a_purge_invalidates_at_once_in_the_same_process(self, make):
        cached_until_publish("a", make)
        page_cache.purge()
        assert cached_until_publish("a", make) == 2

    def test_value_expires_at_local_midnight(self, make):
        with time_machine.travel("2026-11-25 23:59:59 +0700", tick=False) as clock:
            cached_until_publish("a", make)
            assert cached_until_publish("a", make) == 1
            clock.move_to("2026-11-26 00:00:00 +0700")
            assert cached_until_publish("a", make) == 2

    def test_value_does_not_expire_at_midnight_utc(self, make):
        with time_machine.travel("2026-11-25 23:59:59 +0000", tick=False) as clock:
            cached_until_publish("a", make)
            clock.move_to("2026-11-26 00:00:00 +0000")
            assert cached_until_publish("a", make) == 1

    def test_value_expires_after_five_minutes(self, make, monkeypatch):
        now = time.monotonic()
        monkeypatch.setattr("core.web.process_cache.time.monotonic", lambda: now)
        cached_until_publish("a", make)
        now += 299
        assert cached_until_publish("a", make) == 1
        now += 2
        assert cached_until_publish("a", make) == 2

    def test_value_computed_during_a_purge_is_returned_but_not_cached(self, make):
        def slow() -> int:
            page_cache.purge()
            cached_until_publish("b", make)  # this process sees the new generation
            return 7

        assert cached_until_publish("a", slow) == 7
        assert cached_until_publish("a", make) == 2

    def test_an_error_is_not_cached(self, make):
        with pytest.raises(ZeroDivisionError):
            cached_until_publish("a", lambda: 1 // 0)
        assert cached_until_publish("a", make) == 1

    def test_least_recently_used_values_are_evicted_first(self, make):
        cache = ProcessCache(max_entries=2)
        for key in ("a", "b", "a", "c"):
            cache.get(key, make)
        assert [cache.get(key, make) for key in ("a", "c")] == [1, 3]
        assert cache.get("b", make) == 4

    def test_threads_may_compute_concurrently(self):
        cache, start, seen = ProcessCache(), threading.Barrier(4), []
        cache.get("warm", bool)

        def ask() -> None:
            seen.append(cache.get("a", lambda: (start.wait(60), "made")[1]))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == ["made"] * 4


class TestGenerations:
    def test_each_purge_raises_the_generation(self):
        seen = []
        for _ in range(5):
            page_cache.purge()
            seen.append(generation())
        assert seen == sorted(set(seen))

    def test_generation_rises_even_if_the_clock_is_set_back(self):
        with time_machine.travel("2026-11-25 09:00 +0700", tick=False):
            page_cache.purge()
        before = generation()
        with time_machine.travel("2026-11-25 08:00 +0700", tick=False):
            page_cache.purge()
        assert generation() == before + 1

    def test_value_of_a_rolled_back_transaction_is_never_current_again(self, make):
        page_cache.purge()
        with transaction.atomic():
            page_cache.purge()
            assert cached_until_publish("a", make) == 1  # computed from what will never exist
            transaction.set_rollback(True)
        page_cache.purge()
        assert cached_until_publish("a", make) == 2


def render(source: str, request: HttpRequest | None = None, **values: object) -> str:
    context = Context({"request": request, **values})
    return Template("{% load process_cache %}" + source).render(context)


class TestTag:
    PART = "{% cached_until_publish 'part' pk %}{{ make }}{% endcached_until_publish %}"

    @pytest.fixture
    def request_(self) -> HttpRequest:
        return RequestFactory().get("/")

    def test_content_is_rendered_once_per_key(self, make, request_):
        shown = [render(self.PART, request_, make=make, pk=pk) for pk in (1, 1, 2, 1)]
        assert shown == ["1", "1", "2", "1"]

    def test_each_language_is_cached_separately(self, make, request_):
        render(self.PART, request_, make=make, pk=1)
        with translation.override("en"):
            assert render(self.PART, request_, make=make, pk=1) == "2"

    def test_each_host_and_scheme_is_cached_separately(self, make, settings):
        settings.ALLOWED_HOSTS = ["a.example", "b.example"]
        hosts = [
            RequestFactory().get("/", HTTP_HOST="a.example"),
            RequestFactory().get("/", HTTP_HOST="b.example"),
            RequestFactory().get("/", HTTP_HOST="a.example", secure=True),
        ]
        assert [render(self.PART, host, make=make, pk=1) for host in hosts] == ["1", "2", "3"]

    def test_preview_bypasses_the_cache(self, make, request_):
        render(self.PART, request_, make=make, pk=1)
        preview = RequestFactory().get("/")
        preview.is_preview = True
        assert render(self.PART, preview, make=make, pk=1) == "2"
        assert render(self.PART, request_, make=make, pk=1) == "1"

    def test_without_a_request_nothing_is_cached(self, make):
        assert [render(self.PART, make=make, pk=1) for _ in range(2)] == ["1", "2"]

    def test_cached_content_is_escaped(self, request_):
        for _ in range(2):
            assert render(self.PART, request_, make="<b>", pk=1) == "&lt;b&gt;"

    def test_tag_requires_a_key(self):
        with pytest.raises(TemplateSyntaxError, match="needs a key"):
            render("{% cached_until_publish %}{% endcached_until_publish %}")
