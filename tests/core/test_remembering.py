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

from core import pagecache
from core.models import CacheEpoch
from core.pagecache.remembering import Parts

pytestmark = pytest.mark.django_db


class Maker:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


@pytest.fixture
def make() -> Maker:
    return Maker()


def epoch() -> int:
    return CacheEpoch.objects.get(scope="site").epoch


class TestParts:
    def test_a_part_is_made_once(self, make, django_assert_num_queries):
        pagecache.remember("a", make)
        with django_assert_num_queries(0):
            assert [pagecache.remember("a", make) for _ in range(3)] == [1, 1, 1]

    def test_none_is_an_answer_too(self):
        asked = []
        for _ in range(2):
            assert pagecache.remember("a", lambda: asked.append(1)) is None
        assert asked == [1]

    def test_keys_are_kept_apart(self, make):
        assert [pagecache.remember(key, make) for key in ("a", ("a", 1), "a", ("a", 2))] == [1, 2, 1, 3]

    def test_a_publish_makes_it_new_at_once_where_it_happens(self, make):
        pagecache.remember("a", make)
        pagecache.purge()
        assert pagecache.remember("a", make) == 2

    def test_it_ends_with_the_day_in_viet_nam(self, make):
        with time_machine.travel("2026-11-25 23:59:59 +0700", tick=False) as clock:
            pagecache.remember("a", make)
            assert pagecache.remember("a", make) == 1
            clock.move_to("2026-11-26 00:00:00 +0700")
            assert pagecache.remember("a", make) == 2

    def test_it_goes_on_over_midnight_utc(self, make):
        with time_machine.travel("2026-11-25 23:59:59 +0000", tick=False) as clock:
            pagecache.remember("a", make)
            clock.move_to("2026-11-26 00:00:00 +0000")
            assert pagecache.remember("a", make) == 1

    def test_nothing_is_older_than_five_minutes(self, make, monkeypatch):
        now = time.monotonic()
        monkeypatch.setattr("core.pagecache.remembering.time.monotonic", lambda: now)
        pagecache.remember("a", make)
        now += 299
        assert pagecache.remember("a", make) == 1
        now += 2
        assert pagecache.remember("a", make) == 2

    def test_what_was_made_while_something_was_published_is_given_but_not_kept(self, make):
        def slow() -> int:
            pagecache.purge()
            pagecache.remember("b", make)  # this process sees the new epoch
            return 7

        assert pagecache.remember("a", slow) == 7
        assert pagecache.remember("a", make) == 2

    def test_an_error_is_not_kept(self, make):
        with pytest.raises(ZeroDivisionError):
            pagecache.remember("a", lambda: 1 // 0)
        assert pagecache.remember("a", make) == 1

    def test_the_least_recently_used_go_first(self, make):
        parts = Parts(most=2)
        for key in ("a", "b", "a", "c"):
            parts.get(key, make)
        assert [parts.get(key, make) for key in ("a", "c")] == [1, 3]
        assert parts.get("b", make) == 4

    def test_threads_may_make_it_at_the_same_time(self):
        parts, start, seen = Parts(), threading.Barrier(4), []
        parts.get("warm", bool)

        def ask() -> None:
            seen.append(parts.get("a", lambda: (start.wait(5), "made")[1]))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == ["made"] * 4


class TestEpochs:
    def test_each_purge_is_later_than_the_one_before(self):
        seen = []
        for _ in range(5):
            pagecache.purge()
            seen.append(epoch())
        assert seen == sorted(set(seen))

    def test_the_clock_may_go_back(self):
        with time_machine.travel("2026-11-25 09:00 +0700", tick=False):
            pagecache.purge()
        before = epoch()
        with time_machine.travel("2026-11-25 08:00 +0700", tick=False):
            pagecache.purge()
        assert epoch() == before + 1

    def test_what_was_made_in_a_transaction_that_failed_is_never_fresh_again(self, make):
        pagecache.purge()
        with transaction.atomic():
            pagecache.purge()
            assert pagecache.remember("a", make) == 1  # made from what will never be
            transaction.set_rollback(True)
        pagecache.purge()
        assert pagecache.remember("a", make) == 2


def render(source: str, request: HttpRequest | None = None, **values: object) -> str:
    context = Context({"request": request, **values})
    return Template("{% load remembering %}" + source).render(context)


class TestTag:
    PART = "{% remember 'part' pk %}{{ make }}{% endremember %}"

    @pytest.fixture
    def request_(self) -> HttpRequest:
        return RequestFactory().get("/")

    def test_it_renders_once_for_each_key(self, make, request_):
        shown = [render(self.PART, request_, make=make, pk=pk) for pk in (1, 1, 2, 1)]
        assert shown == ["1", "1", "2", "1"]

    def test_each_language_has_its_own(self, make, request_):
        render(self.PART, request_, make=make, pk=1)
        with translation.override("en"):
            assert render(self.PART, request_, make=make, pk=1) == "2"

    def test_each_host_and_scheme_has_its_own(self, make, settings):
        settings.ALLOWED_HOSTS = ["a.example", "b.example"]
        hosts = [
            RequestFactory().get("/", HTTP_HOST="a.example"),
            RequestFactory().get("/", HTTP_HOST="b.example"),
            RequestFactory().get("/", HTTP_HOST="a.example", secure=True),
        ]
        assert [render(self.PART, host, make=make, pk=1) for host in hosts] == ["1", "2", "3"]

    def test_the_preview_of_an_editor_is_neither_taken_nor_kept(self, make, request_):
        render(self.PART, request_, make=make, pk=1)
        preview = RequestFactory().get("/")
        preview.is_preview = True
        assert render(self.PART, preview, make=make, pk=1) == "2"
        assert render(self.PART, request_, make=make, pk=1) == "1"

    def test_without_a_request_nothing_is_kept(self, make):
        assert [render(self.PART, make=make, pk=1) for _ in range(2)] == ["1", "2"]

    def test_what_is_kept_was_escaped(self, request_):
        for _ in range(2):
            assert render(self.PART, request_, make="<b>", pk=1) == "&lt;b&gt;"

    def test_it_wants_a_key(self):
        with pytest.raises(TemplateSyntaxError, match="needs a key"):
            render("{% remember %}{% endremember %}")
