"""The Redis cache with a real Redis: working, off, silent, killed, with unreadable values."""

from __future__ import annotations

import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.core.cache import caches

from core.web.redis_cache import DegradingRedisCache, breaker
from tests.support.redis_server import RedisServer, free_port

pytestmark = pytest.mark.redis

LIMITS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
# Redis stays silent for ever; a call that ignored its time-out would not return before this.
HOPELESS_SECONDS = 60


@pytest.fixture(autouse=True)
def _closed_breaker():
    breaker.reset()
    yield
    breaker.reset()


def cache_at(url: str) -> DegradingRedisCache:
    return DegradingRedisCache(url, {"OPTIONS": LIMITS})


@pytest.fixture
def cache(redis_url: str):
    cache = cache_at(redis_url)
    yield cache
    cache._cache.get_client().connection_pool.disconnect()


@pytest.fixture
def gone():
    """A cache without a server."""
    return cache_at(f"redis://127.0.0.1:{free_port()}/0")


class TestWorking:
    """The behaviour of Django's own cache."""

    def test_values_round_trip(self, cache):
        for value in (1, "đường", {"a": [1, 2]}, None, b"\x00", True):
            cache.set("k", value)
            assert cache.get("k", "missing") == value

    def test_missing_key_returns_the_default(self, cache):
        assert cache.get("k") is None
        assert cache.get("k", 7) == 7
        assert not cache.has_key("k")
        assert "k" not in cache

    def test_add_keeps_the_first_value(self, cache):
        assert cache.add("k", 1)
        assert not cache.add("k", 2)
        assert cache.get("k") == 1

    def test_incr_and_decr(self, cache):
        with pytest.raises(ValueError, match="not found"):
            cache.incr("k")
        cache.set("k", 1)
        assert cache.incr("k") == 2
        assert cache.incr("k", 5) == 7
        assert cache.decr("k", 3) == 4

    def test_get_set_and_delete_many(self, cache):
        assert cache.set_many({"a": 1, "b": 2}) == []
        assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
        cache.delete_many(["a"])
        assert cache.get_many(["a", "b"]) == {"b": 2}

    def test_delete_touch_and_clear(self, cache):
        cache.set("k", 1)
        assert cache.touch("k", 100)
        assert not cache.touch("nothing", 100)
        assert cache.delete("k")
        assert not cache.delete("k")
        cache.set("k", 1)
        assert cache.clear()
        assert cache.get("k") is None

    def test_get_or_set_computes_once(self, cache):
        made = []
        for _ in range(2):
            assert cache.get_or_set("k", lambda: made.append(1) or 9) == 9
        assert made == [1]

    def test_concurrent_incr_loses_no_count(self, cache):
        cache.set("k", 0)
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(lambda _n: cache.incr("k"), range(64))) == list(range(1, 65))


# What each call returns when the server cannot be reached.
MISSES = {
    "get": (lambda cache: cache.get("k", "default"), "default"),
    "add": (lambda cache: cache.add("k", 1), True),
    "set": (lambda cache: cache.set("k", 1), None),
    "touch": (lambda cache: cache.touch("k"), False),
    "delete": (lambda cache: cache.delete("k"), False),
    "has_key": (lambda cache: cache.has_key("k"), False),
    "in": (lambda cache: "k" in cache, False),
    "get_many": (lambda cache: cache.get_many(["k", "l"]), {}),
    "set_many": (lambda cache: cache.set_many({"k": 1}), []),
    "delete_many": (lambda cache: cache.delete_many(["k"]), None),
    "clear": (lambda cache: cache.clear(), False),
    "get_or_set": (lambda cache: cache.get_or_set("k", lambda: 9), 9),
}


@pytest.mark.parametrize("name", MISSES)
class TestEveryCall:
    def test_every_call_is_a_miss_without_a_server(self, gone, name):
        call, answer = MISSES[name]
        assert call(gone) == answer
        assert call(gone) == answer, "and again while the server is left alone"

    def test_a_failed_server_is_not_called_again(self, gone, name, monkeypatch):
        gone.get("k")
        monkeypatch.setattr(gone, "_cache", None)
        call, answer = MISSES[name]
        assert call(gone) == answer


def test_incr_without_a_server_raises_value_error(gone):
    for _ in range(2):
        with pytest.raises(ValueError, match="not found"):
            gone.incr("k")


class TestSilent:
    """A server that accepts connections and never answers costs one short timeout."""

    @pytest.fixture
    def silent(self, own_redis: RedisServer):
        cache = cache_at(own_redis.url)
        cache.set("k", 1)
        connections = cache._cache.get_client().connection_pool
        own_redis.silence()
        yield cache
        own_redis.wake()
        connections.disconnect()

    def test_only_the_first_call_waits_for_the_timeout(self, silent, monkeypatch):
        begin = time.monotonic()
        assert silent.get("k", "default") == "default"
        assert LIMITS["socket_timeout"] * 0.8 < time.monotonic() - begin < HOPELESS_SECONDS
        assert breaker.is_open
        monkeypatch.setattr(silent, "_cache", None)  # whoever touches the server now fails
        assert silent.get("k", "default") == "default"

    def test_a_recovered_server_is_used_again(self, silent, own_redis):
        silent.get("k")
        own_redis.wake()
        breaker._open_until = time.monotonic() - 1
        assert silent.get("k") == 1
        assert not breaker.is_open


class TestKilled:
    def test_a_killed_server_is_a_miss_until_it_returns(self, own_redis: RedisServer):
        cache = cache_at(own_redis.url)
        cache.set("k", 1)
        assert cache.get("k") == 1
        own_redis.kill()
        assert cache.get("k") is None
        cache.set("k", 2)
        own_redis.start()
        assert cache.get("k") is None, "the breaker is still open"
        breaker._open_until = time.monotonic() - 1
        assert cache.get("k") is None, "a new server has forgotten everything"
        cache.set("k", 3)
        assert cache.get("k") == 3
        cache._cache.get_client().connection_pool.disconnect()

    def test_a_killed_server_fails_no_thread(self, own_redis: RedisServer):
        cache = cache_at(own_redis.url)
        cache.set("k", 1)

        def ask(number: int):
            if number == 20:
                own_redis.kill()
            return cache.get("k")

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(80)))
        assert answers[0] == 1
        assert answers[-1] is None
        assert set(answers) <= {1, None}

    def test_a_failure_is_logged_once_and_not_per_request(self, gone, caplog):
        for _ in range(20):
            gone.get("k")
        assert [record.levelname for record in caplog.records if record.name == "core.web.redis_cache"] == [
            "WARNING"
        ]


class TestRubbish:
    """A value of another version of the portal is a miss, so that a deployment does not fail."""

    @pytest.fixture
    def stuffed(self, cache, redis_url):
        def stuff(raw: bytes) -> None:
            with redis.Redis.from_url(redis_url) as client:
                client.set(cache.make_and_validate_key("k"), raw)

        return stuff

    @pytest.mark.parametrize(
        "raw",
        [b"rubbish", b"", b"\x80\x05", b'{"__pairs__":[1]}', b'{"__bytes__":"x"}', b"\xff\xfe", b"["],
        ids=["text", "empty", "pickle", "pairs", "base64", "bytes", "cut"],
    )
    def test_an_unreadable_value_is_a_miss_and_does_not_open_the_breaker(self, cache, stuffed, raw):
        stuffed(raw)
        assert cache.get("k", "default") == "default"
        assert cache.get_many(["k"]) == {}
        assert not breaker.is_open
        cache.set("k", 1)
        assert cache.get("k") == 1

    def test_a_pickle_in_redis_runs_no_code(self, cache, stuffed, tmp_path):
        class Planted:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "ran"),)

        stuffed(pickle.dumps(Planted()))
        assert cache.get("k", "default") == "default"
        assert not (tmp_path / "ran").exists()

    def test_a_value_that_cannot_be_serialised_raises(self, cache):
        with pytest.raises(TypeError, match="JSON"):
            cache.set("k", lambda: 1)


class TestTwoInstallations:
    """Two installations on one server, and a queue next to them."""

    @pytest.fixture
    def caches_of_two(self, redis_url):
        made = [
            DegradingRedisCache(redis_url, {"KEY_PREFIX": name, "OPTIONS": LIMITS}) for name in ("a[1]", "a1")
        ]
        yield made
        for cache in made:
            cache._cache.get_client().connection_pool.disconnect()

    def test_neither_reads_counts_or_clears_what_the_other_wrote(self, caches_of_two, redis_url):
        first, second = caches_of_two
        first.set("k", 1)
        assert second.get("k") is None
        second.set("k", 5)
        assert first.incr("k") == 2
        with redis.Redis.from_url(redis_url) as client:
            client.set("celery", "queue")
            assert first.clear()
            assert first.get("k") is None
            assert second.get("k") == 5
            assert client.get("celery") == b"queue"


def test_production_settings_use_it(settings, redis_url):
    """The alias in the settings with the limits that the system check requires."""
    settings.CACHES = {
        "default": {
            "BACKEND": "core.web.redis_cache.DegradingRedisCache",
            "LOCATION": redis_url,
            "OPTIONS": LIMITS,
        }
    }
    assert isinstance(caches["default"], DegradingRedisCache)
    caches["default"].set("k", 1)
    assert caches["default"].get("k") == 1
    caches["default"]._cache.get_client().connection_pool.disconnect()
