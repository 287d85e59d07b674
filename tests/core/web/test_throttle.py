"""Rate limits: the address of the client, forged headers, and limits without Redis."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.web import throttle as module
from core.web.redis_cache import DegradingRedisCache, breaker
from core.web.throttle import Throttle, client_address, client_network
from tests.support.redis_server import free_port

LIMITS = {"OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}}


@pytest.fixture(autouse=True)
def _nothing_counted():
    module._Local.counts.clear()
    breaker.reset()
    yield
    module._Local.counts.clear()
    breaker.reset()


def request(forwarded: str | None = None, connection: str = "10.1.1.1"):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=connection, **headers)


class TestAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            # No proxy of ours: whatever is sent, the connection counts.
            (0, None, "10.1.1.1"),
            (0, "203.0.113.9", "10.1.1.1"),
            (0, "127.0.0.1, 203.0.113.9", "10.1.1.1"),
            # One proxy: the entry it appended, however many the person made up before.
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            (1, "127.0.0.1, 10.0.0.1, 203.0.113.9", "203.0.113.9"),
            (1, "rubbish,203.0.113.9", "203.0.113.9"),
            (1, " 203.0.113.9 ", "203.0.113.9"),
            (1, ",,203.0.113.9", "203.0.113.9"),
            # Two proxies: the second-to-last entry.
            (2, "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
            # Somebody bypassed the proxies: the connection counts.
            (1, None, "10.1.1.1"),
            (1, "", "10.1.1.1"),
            (2, "203.0.113.9", "10.1.1.1"),
            # An invalid address is ignored, whoever wrote it.
            (1, "203.0.113.9, unknown", "10.1.1.1"),
            (1, "'; DROP TABLE x", "10.1.1.1"),
            # Spellings of one address are one address.
            (1, "2001:DB8:0:0::1", "2001:db8::1"),
            (1, "::ffff:203.0.113.9", "203.0.113.9"),
            (1, "203.0.113.9:51234", "203.0.113.9"),
            (1, "[2001:db8::1]:51234", "2001:db8::1"),
        ],
    )
    def test_address_is_the_one_seen_by_the_trusted_proxy(self, settings, proxies, forwarded, address):
        settings.TRUSTED_PROXIES = proxies
        assert client_address(request(forwarded)) == address

    @pytest.mark.parametrize("connection", ["", "unix:", "@"])
    def test_a_connection_without_an_address_gets_a_placeholder(self, settings, connection):
        """Behind a Unix socket all clients share one count, and the address is valid for the database."""
        assert client_address(request(connection=connection)) == "0.0.0.0"

    @given(made_up=st.text(st.characters(codec="latin-1", exclude_characters=","), max_size=40))
    def test_forged_forwarded_headers_are_ignored(self, made_up):
        from django.test import override_settings  # noqa: PLC0415 - hypothesis and the settings fixture disagree

        with override_settings(TRUSTED_PROXIES=1):
            assert client_address(request(f"{made_up}, 203.0.113.9")) == "203.0.113.9"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:8000::1", True),  # they differ from the 65th bit on
        ("2001:db8:0:1::1", "2001:db8:0:0::1", False),  # in the 64th
        ("203.0.113.9", "203.0.113.8", False),
    ],
)
def test_a_client_has_a_64_of_ipv6_and_one_address_of_ipv4(one, other, same):
    assert (client_network(request(connection=one)) == client_network(request(connection=other))) is same


class TestLimit:
    @pytest.fixture
    def throttle(self) -> Throttle:
        return Throttle("test", limit=3, seconds=60)

    def test_attempts_are_limited(self, throttle):
        assert [throttle.hit("a") for _ in range(5)] == [True, True, True, False, False]

    def test_each_key_is_counted_separately(self, throttle):
        assert [throttle.hit("a") for _ in range(4)][-1] is False
        assert throttle.hit("b")

    def test_each_scope_is_counted_separately(self, throttle):
        assert [throttle.hit("a") for _ in range(4)][-1] is False
        assert Throttle("other", limit=3, seconds=60).hit("a")

    def test_key_parts_are_separated(self, throttle):
        assert [throttle.hit("ab", "c") for _ in range(4)][-1] is False
        assert throttle.hit("a", "bc")

    def test_keys_are_hashed(self, throttle, monkeypatch):
        """Codes and addresses must not be readable in the cache keys."""
        keys = []
        monkeypatch.setattr(cache, "add", lambda key, *_rest: keys.append(key))
        throttle.hit("H12-261123-0001", "203.0.113.9")
        assert len(keys) == 1
        assert "H12" not in keys[0]
        assert "203" not in keys[0]

    def test_the_next_window_starts_at_zero(self, throttle, time_machine, monkeypatch):
        monkeypatch.setattr(module, "time", time)  # the true clock: the test moves it
        time_machine.move_to("2026-03-02T02:00:00+00:00", tick=False)
        assert [throttle.hit("a") for _ in range(4)][-1] is False
        time_machine.move_to("2026-03-02T02:00:59+00:00", tick=False)
        assert not throttle.hit("a")
        time_machine.move_to("2026-03-02T02:01:00+00:00", tick=False)
        assert throttle.hit("a")

    def test_a_cache_without_storage_does_not_lift_the_limit(self, throttle, settings):
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        assert [throttle.hit("a") for _ in range(5)] == [True, True, True, False, False]


class TestWithoutRedis:
    @pytest.fixture
    def throttle(self, monkeypatch) -> Throttle:
        monkeypatch.setattr(
            module, "cache", DegradingRedisCache(f"redis://127.0.0.1:{free_port()}/0", dict(LIMITS))
        )
        return Throttle("test", limit=3, seconds=60)

    def test_the_process_counts_locally(self, throttle):
        assert [throttle.hit("a") for _ in range(5)] == [True, True, True, False, False]
        assert throttle.hit("b")

    def test_what_is_spent_locally_stays_spent(self, throttle):
        assert not throttle.spent("a")
        while throttle.hit("a"):
            pass
        assert throttle.spent("a")
        assert not throttle.spent("b")

    def test_the_database_is_not_queried(self, throttle):
        throttle.hit("a")  # a test without a database would fail here

    def test_many_threads_share_the_local_limit(self, throttle):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(lambda _n: throttle.hit("a"), range(40))) == 3

    def test_local_keys_are_limited(self, throttle, monkeypatch):
        monkeypatch.setattr(module, "MAX_LOCAL_KEYS", 10)
        for number in range(25):
            throttle.hit(str(number))
        assert len(module._Local.counts) <= 10


@pytest.mark.redis
class TestOnRedis:
    @pytest.fixture
    def throttle(self, redis_url, monkeypatch):
        shared = DegradingRedisCache(redis_url, dict(LIMITS))
        monkeypatch.setattr(module, "cache", shared)
        yield Throttle("test", limit=30, seconds=600)
        shared._cache.get_client().connection_pool.disconnect()

    def test_processes_share_counts(self, throttle, redis_url, monkeypatch):
        assert [throttle.hit("a") for _ in range(20)] == [True] * 20
        module._Local.counts.clear()  # another process has counts of its own
        other = DegradingRedisCache(redis_url, dict(LIMITS))
        monkeypatch.setattr(module, "cache", other)
        assert [throttle.hit("a") for _ in range(12)] == [True] * 10 + [False] * 2
        other._cache.get_client().connection_pool.disconnect()

    def test_threads_get_exactly_the_limit(self, throttle):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(lambda _n: throttle.hit("a"), range(80))) == 30

    def test_counts_expire_after_their_window(self, throttle):
        throttle.hit("a")
        client = module.cache._cache.get_client()
        (key,) = client.keys("*throttle*")
        assert 0 < client.ttl(key) <= 600


@pytest.mark.redis
def test_a_killed_redis_loosens_but_does_not_lift_the_limit(own_redis, monkeypatch):
    shared = DegradingRedisCache(own_redis.url, dict(LIMITS))
    monkeypatch.setattr(module, "cache", shared)
    throttle = Throttle("test", limit=3, seconds=60)
    assert [throttle.hit("a") for _ in range(2)] == [True, True]
    own_redis.kill()
    assert [throttle.hit("a") for _ in range(6)].count(True) == 3
